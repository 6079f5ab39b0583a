namespace OpenWebUi.FunctionsHostDouble;

/// <summary>The host refuses the published folder, or the handler did not come up; the message says what to change.</summary>
public sealed class FunctionsHostException : Exception
{
    /// <summary>Creates it without a message.</summary>
    public FunctionsHostException()
    {
    }

    /// <summary>Creates it with what is wrong.</summary>
    public FunctionsHostException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it with what is wrong and why.</summary>
    public FunctionsHostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
