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

    /// <summary><c>{"type":"error","error":{"type","message"}}</c>, Anthropic's types (its API reference, "Errors").</summary>
    Anthropic,
}

internal sealed record ErrorDialectMetadata(ErrorDialect Dialect);

/// <summary>One failure, before it is put into a dialect.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Machine-readable name: <c>code</c> of the OpenAI form, last segment of a problem's <c>type</c>.</param>
/// <param name="Message">One or two sentences for a person: what happened and what to do next.</param>
/// <param name="Param">The field at fault, if one is.</param>
/// <param name="RetryAfter">How long to wait before the same call makes sense; whole seconds are sent.</param>
/// <param name="Fields">Where several fields are at fault: what is wrong with each. In the problem form only.</param>
internal sealed record ErrorReport(int Status, string Code, string Message, string? Param = null, TimeSpan? RetryAfter = null, IReadOnlyDictionary<string, string>? Fields = null)
{
    public int? RetryAfterSeconds => RetryAfter is { } wait ? (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds)) : null;
}
