using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.OAuth;

/// <summary>
/// Where providers send browsers back to: as configured, else on <c>WEBUI_URL</c>, else on the address that the caller used, with the
/// scheme that a trusted proxy says. <c>GET /api/v1/auths/admin/oauth</c> shows them to an administrator, who must register them.
/// </summary>
internal sealed class RedirectUris(SignInProviderOptions options, AccessOptions access, PublicRequest requests)
{
    public string Of(SignInProvider provider, HttpRequest request) =>
        provider.RedirectUri ?? $"{access.PublicUrl ?? requests.Origin(request)}/oauth/{provider.Id}/login/callback";

    public Task HandleAsync(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("providers");
        foreach (var provider in options.Providers)
        {
            json.WriteStartObject();
            json.WriteString("id", provider.Id);
            json.WriteString("name", provider.Name);
            json.WriteString("redirect_uri", Of(provider, context.Request));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
