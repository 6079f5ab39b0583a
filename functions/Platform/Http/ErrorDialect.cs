namespace OpenWebUi.Platform.Http;

/// <summary>The form in which the clients of a route expect an error. Endpoint metadata; without it, <see cref="Problem"/>.</summary>
internal enum ErrorDialect
{
    /// <summary>RFC 9457 <c>application/problem+json</c>.</summary>
    Problem,

    /// <summary><c>{"error":{"message","type","param","code"}}</c>.</summary>
    OpenAi,

    /// <summary><c>{"error":"..."}</c>.</summary>
    Ollama,

    /// <summary><c>{"error":true,"msg":"..."}</c>.</summary>
    NextChat,
}

internal sealed record ErrorDialectMetadata(ErrorDialect Dialect);

/// <summary>One failure, before it is put into a dialect.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Machine-readable name: <c>code</c> of the OpenAI form, last segment of a problem's <c>type</c>.</param>
/// <param name="Message">One or two sentences for a person: what happened and what to do next.</param>
/// <param name="Param">The field at fault, if one is.</param>
/// <param name="RetryAfter">How long to wait before the same call makes sense; whole seconds are sent.</param>
internal sealed record ErrorReport(int Status, string Code, string Message, string? Param = null, TimeSpan? RetryAfter = null)
{
    public int? RetryAfterSeconds => RetryAfter is { } wait ? (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds)) : null;
}
