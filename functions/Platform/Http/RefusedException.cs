namespace OpenWebUi.Platform.Http;

/// <summary>What a client sent is not what the route takes: thrown where it is read, answered by <see cref="ErrorHandler"/>.</summary>
internal sealed class RefusedException(ErrorReport report) : Exception(report.Message)
{
    public RefusedException(string field, string message)
        : this(new ErrorReport(422, "invalid_body", message, field))
    {
    }

    public ErrorReport Report => report;
}
