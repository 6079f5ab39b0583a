namespace OpenWebUi.Services.Upstreams;

/// <summary>A connection that may serve a call.</summary>
/// <param name="Connection">Where.</param>
/// <param name="Model">What its provider calls the model (<see cref="Connection.NameAtProvider"/>); null where the call names none.</param>
internal sealed record UpstreamRoute(Connection Connection, string? Model);

/// <summary>One call that any of several connections may answer.</summary>
/// <param name="Routes">In order of precedence; at least one.</param>
/// <param name="OwnKey">The caller's own provider key in place of ours, or null. With it there is one route and one attempt.</param>
/// <param name="Message">Makes the message of an attempt: a new one each time.</param>
/// <param name="CanRepeat">The body is still there whole, for another attempt. Asked after a failed one.</param>
internal sealed record UpstreamCall(
    IReadOnlyList<UpstreamRoute> Routes, string? OwnKey, Func<UpstreamRoute, HttpRequestMessage> Message, Func<bool> CanRepeat);

/// <summary>A provider's status and headers, with its body still to be read. Disposing it closes the call, and ends its part of the connection's load.</summary>
internal sealed class UpstreamAnswer(UpstreamRoute route, HttpResponseMessage response, Action ended) : IDisposable
{
    private Action? _ended = ended;

    public UpstreamRoute Route => route;

    public Connection Connection => route.Connection;

    public HttpResponseMessage Response => response;

    public void Dispose()
    {
        Interlocked.Exchange(ref _ended, null)?.Invoke();
        response.Dispose();
    }
}

/// <summary>No connection answered at all.</summary>
internal sealed class UpstreamFailedException(UpstreamFailure failure, Exception inner) : Exception(inner.Message, inner)
{
    public UpstreamFailure Failure => failure;
}
