using System.Text.Json;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Access;

/// <summary>
/// What App Service Authentication puts into <c>x-ms-client-principal</c>: base 64 of <c>{"auth_typ","claims":[{"typ","val"}]}</c>
/// (learn.microsoft.com/azure/app-service/configure-authentication-user-identities, read 2026-11).
/// </summary>
internal static class PlatformPrincipal
{
    public const string Header = "x-ms-client-principal";
    private const int MaxCharacters = 32_768;

    // Providers name the same things differently; the first that is there counts.
    private static readonly string[] Emails = ["email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "preferred_username", "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"];
    private static readonly string[] Names = ["name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"];

    private static readonly string[] Subjects =
    [
        "http://schemas.microsoft.com/identity/claims/objectidentifier", "oid", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier", "sub",
    ];

    /// <summary>Who it is; null where there is no principal or it names nobody.</summary>
    public static Outsider? Read(HttpRequest request)
    {
        var text = request.Headers[Header].ToString();
        if (text.Length is 0 or > MaxCharacters)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(text));
            var claims = document.RootElement.GetProperty("claims").EnumerateArray()
                .Select(claim => (Type: claim.GetProperty("typ").GetString() ?? "", Value: claim.GetProperty("val").GetString() ?? "")).ToList();
            var provider = document.RootElement.GetProperty("auth_typ").GetString() ?? "";
            if (First(Subjects) is not { } subject || provider.Length == 0)
            {
                return null;
            }

            // GitHub and others may tell no address: one is made up. Nobody has verified it, so that an account which somebody else has
            // under it already is never merged with this person's.
            var told = EmailAddress.Parse(First(Emails));
            return new(new("platform:" + provider, subject), told ?? $"{subject}.{provider}@localhost", IsEmailVerified: told is not null, First(Names), "trusted");

            string? First(string[] types) => types.Select(type => claims.FirstOrDefault(claim => claim.Type == type).Value).FirstOrDefault(value => value is { Length: > 0 });
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}
