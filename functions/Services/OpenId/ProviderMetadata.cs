using OpenWebUi.Platform.Security;
using System.Text.Json;

namespace OpenWebUi.Services.OpenId;

/// <summary>What we need of a discovery document (OpenID Connect Discovery 1.0, section 3).</summary>
/// <param name="Issuer">As tokens must name it, or a template with <c>{tenantid}</c> (Microsoft, for several directories).</param>
/// <param name="NamesIssuerInAnswers">It promises <c>iss</c> in every answer to the redirect URI (RFC 9207).</param>
internal sealed record ProviderMetadata(
    string Issuer, Uri AuthorizationEndpoint, Uri TokenEndpoint, Uri KeysAddress, Uri? UserInfoEndpoint, Uri? EndSessionEndpoint, bool NamesIssuerInAnswers)
{
    private const string Tenant = "{tenantid}";

    /// <summary>
    /// Null when something is missing, is no https URL, or the issuer is on another host than the document: a document may speak for its
    /// own host only. Not the whole URL is compared, because Microsoft answers for a directory's domain with its id.
    /// </summary>
    public static ProviderMetadata? Read(JsonElement document, Uri address)
    {
        if (document.Text("issuer") is not { } issuer || ProviderUrl.Endpoint(issuer) is not { } issuerUrl
            || issuerUrl.GetLeftPart(UriPartial.Authority) != address.GetLeftPart(UriPartial.Authority)
            || Endpoint(document, "authorization_endpoint") is not { } authorization
            || Endpoint(document, "token_endpoint") is not { } token
            || Endpoint(document, "jwks_uri") is not { } keys)
        {
            return null;
        }

        return new(issuer, authorization, token, keys, Endpoint(document, "userinfo_endpoint"), Endpoint(document, "end_session_endpoint"),
            document.Member("authorization_response_iss_parameter_supported") is { ValueKind: JsonValueKind.True });
    }

    /// <summary>Whether this issuer speaks here: the very text; in a template the token's own directory stands for the gap.</summary>
    /// <param name="issuer">As a token or an answer names it.</param>
    /// <param name="tenant">The token's <c>tid</c>; null where no token is there yet: then any directory's form will do.</param>
    public bool IsIssuer(string? issuer, string? tenant) => FitsIssuer(Issuer, issuer, tenant);

    /// <summary>The same for a key that belongs to one issuer.</summary>
    public static bool FitsIssuer(string template, string? issuer, string? tenant)
    {
        var gap = template.IndexOf(Tenant, StringComparison.Ordinal);
        if (issuer is null || gap < 0)
        {
            return issuer == template;
        }

        var (before, after) = (template[..gap], template[(gap + Tenant.Length)..]);
        if (issuer.Length <= before.Length + after.Length || !issuer.StartsWith(before, StringComparison.Ordinal) || !issuer.EndsWith(after, StringComparison.Ordinal))
        {
            return false;
        }

        var named = issuer[before.Length..^after.Length];
        return Guid.TryParseExact(named, "D", out _) && (tenant is null || named == tenant);
    }

    private static Uri? Endpoint(JsonElement document, string name) => ProviderUrl.Endpoint(document.Text(name));
}
