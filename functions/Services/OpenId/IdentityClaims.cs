using OpenWebUi.Platform.Security;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>Reads a person out of an id token and, where that says too little, of userinfo. The token wins.</summary>
internal static class IdentityClaims
{
    public const int MaxEmailCharacters = 320;
    private const int MaxNameCharacters = 200;
    private const int MaxUrlCharacters = 2048;
    private const int MaxEntries = 2000;

    /// <summary>Whether something is missing that userinfo may know: a name, an address, or what the policy decides by.</summary>
    public static bool AreEnough(JsonElement claims, ClaimNames names, SignInPolicy policy) =>
        Text(claims, names.Name) is not null && Text(claims, names.Email) is not null
        && (names.Subject is null || Text(claims, names.Subject) is not null)
        && (!policy.ManagesRoles || At(claims, names.Roles) is not null)
        && (!policy.ManagesGroups || At(claims, names.Groups) is not null);

    /// <summary>Null when <c>OAUTH_SUB_CLAIM</c> names a claim that nobody told.</summary>
    public static ExternalIdentity? Read(SignInProvider provider, JsonElement claims, JsonElement? userInfo, ClaimNames names, string idToken)
    {
        // An address and whether it is verified come from one place, and only of the claim that email_verified speaks of (section 5.1).
        var email = Email(claims, names.Email);
        var source = email is null && userInfo is not null ? userInfo.Value : claims;
        email ??= Email(source, names.Email);
        string? First(string name) => Text(claims, name) ?? (userInfo is { } more ? Text(more, name) : null);
        IReadOnlyList<string> All(string name, char separator) => Texts(At(claims, name) ?? (userInfo is { } more ? At(more, name) : null), separator);

        return (names.Subject is null ? claims.Text("sub") : First(names.Subject)) is not { Length: > 0 } subject ? null
            : new(provider.Id, claims.Text("iss")!, subject, email, email is not null && names.Email == "email" && IsVerified(source),
                Shortened(First(names.Name)), PictureUrl(First(names.Picture)), All(names.Roles, ','), All(names.Groups, ';'), claims.Text("sid"), idToken);
    }

    /// <summary>Null for what cannot be an address.</summary>
    public static string? EmailOf(string? text) =>
        text is { Length: > 2 and <= MaxEmailCharacters } && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1
            && text.LastIndexOf('@') == at && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? text : null;

    public static string? PictureUrl(string? text) =>
        text is { Length: <= MaxUrlCharacters } && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url!.AbsoluteUri : null;

    public static string? Shortened(string? name) =>
        string.Concat((name ?? "").Where(c => !char.IsControl(c))).Trim() is not { Length: > 0 } clean ? null
            : clean.Length <= MaxNameCharacters ? clean
            : clean[..(char.IsHighSurrogate(clean[MaxNameCharacters - 1]) ? MaxNameCharacters - 1 : MaxNameCharacters)];

    private static string? Email(JsonElement claims, string name) => EmailOf(Text(claims, name)?.Trim());

    /// <summary>Some providers write the flag as text. <c>xms_edov</c> is Microsoft's word for the same.</summary>
    private static bool IsVerified(JsonElement claims) =>
        IsTrue(claims.Member("email_verified")) || (claims.Member("email_verified") is null && IsTrue(claims.Member("xms_edov")));

    private static bool IsTrue(JsonElement? value) => value is { } flag
        && (flag.ValueKind == JsonValueKind.True || (flag.ValueKind == JsonValueKind.String && (flag.ValueEquals("true") || flag.ValueEquals("1")))
            || (flag.ValueKind == JsonValueKind.Number && flag.TryGetInt32(out var number) && number == 1));

    /// <summary>The claim of that very name, which may hold dots (<c>https://example.com/roles</c>); else the dots go into objects.</summary>
    private static JsonElement? At(JsonElement claims, string name)
    {
        if (claims.Member(name) is { } direct)
        {
            return direct;
        }

        JsonElement? value = claims;
        foreach (var part in name.Split('.'))
        {
            value = value?.Member(part);
        }

        return value;
    }

    private static string? Text(JsonElement claims, string name) => At(claims, name) switch
    {
        { ValueKind: JsonValueKind.String } text => Safe(text) is { Length: > 0 } found ? found : null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>A list, or one text with separators.</summary>
    private static List<string> Texts(JsonElement? value, char separator) => value switch
    {
        { ValueKind: JsonValueKind.Array } list => Clean(list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.String).Select(Safe)),
        { ValueKind: JsonValueKind.String } text => Clean((Safe(text) ?? "").Split(separator)),
        _ => [],
    };

    private static List<string> Clean(IEnumerable<string?> entries) =>
        [.. entries.Select(entry => entry?.Trim()).OfType<string>().Where(entry => entry.Length > 0).Distinct().Take(MaxEntries)];

    /// <summary>Null for half a surrogate pair.</summary>
    private static string? Safe(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
