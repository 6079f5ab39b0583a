using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Access;

/// <summary>
/// The value that a caller presents in a header: <c>Authorization: Bearer</c> (also without Bearer, as NextChat's server
/// takes it), <c>api-key</c> (Azure's clients) or <c>x-api-key</c> (Anthropic's).
/// </summary>
internal abstract record Credential
{
    private const int MaxCharacters = 4096;

    /// <summary><c>nk-</c> and an access code.</summary>
    public sealed record Code(string Text) : Credential;

    /// <summary>Looks like a session token of ours (a JWT): never sent to a provider.</summary>
    public sealed record SessionToken(string Text) : Credential;

    /// <summary>Looks like a personal API key of ours: never sent to a provider.</summary>
    public sealed record ApiKey(string Text) : Credential;

    /// <summary>Anything else: a provider key of the caller's own.</summary>
    public sealed record ProviderKey(string Text) : Credential;

    public static Credential? Of(IHeaderDictionary headers)
    {
        // A browser behind a proxy with a password of its own sends that as Basic: it hides no key in another header.
        var value = WithoutScheme(headers.Authorization.ToString()) is { Length: > 0 } bearer ? bearer
            : headers["api-key"].ToString().Trim() is { Length: > 0 } azure ? azure
            : headers["x-api-key"].ToString().Trim();
        if (value.Length is 0 or > MaxCharacters)
        {
            return null;
        }

        if (value.StartsWith("nk-", StringComparison.Ordinal))
        {
            return new Code(value["nk-".Length..]);
        }

        return value.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal) ? new ApiKey(value)
            : LooksLikeJwt(value) ? new SessionToken(value)
            // A key is printable ASCII: anything else could not be sent on.
            : value.All(c => c is > ' ' and <= '~') ? new ProviderKey(value) : null;
    }

    private static string WithoutScheme(string authorization)
    {
        var text = authorization.Trim();
        return text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text["Bearer ".Length..].Trim()
            : text.Contains(' ', StringComparison.Ordinal) ? "" : text.Equals("Bearer", StringComparison.OrdinalIgnoreCase) ? "" : text;
    }

    private static bool LooksLikeJwt(string value) =>
        value.StartsWith("eyJ", StringComparison.Ordinal) && value.Count(c => c == '.') == 2;
}
