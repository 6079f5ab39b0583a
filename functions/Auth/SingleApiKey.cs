using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Auth;

/// <summary>
/// <c>/api/v1/auths/api_key</c>: Open WebUI knows one key for each account. Here that is the one of this name; making it replaces
/// the one before. What <c>GET</c> shows is its end only.
/// </summary>
internal sealed class SingleApiKey(OwnApiKeys own, ApiKeys keys, AccountStore accounts)
{
    private const string Name = "API key";

    public async Task ReplaceAsync(HttpContext context)
    {
        await own.RefuseUnlessAllowedAsync(context);
        var user = AccessGate.CallerOf(context).Account!.Id;
        var (_, text) = await keys.CreateAsync(user, Name, null, [], replaces: key => key.Name == Name, context.RequestAborted) ?? throw new RefusedException(OwnApiKeys.TooMany);
        await WriteAsync(context, text);
    }

    public async Task ShowAsync(HttpContext context)
    {
        await own.RefuseUnlessAllowedAsync(context);
        var account = await accounts.ReadAsync(AccessGate.CallerOf(context).Account!.Id, context.RequestAborted);
        var key = account?.Keys.FirstOrDefault(k => k.Name == Name) ?? throw new RefusedException(new(404, "not_found", "This account has no API key yet."));
        await WriteAsync(context, $"{ApiKeys.Prefix}...{key.EndsWith}");
    }

    public async Task RevokeAsync(HttpContext context)
    {
        await keys.RevokeAsync(SessionStart.WithoutApiKey(context).Account!.Id, key => key.Name == Name, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    private static Task WriteAsync(HttpContext context, string text) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("api_key", text);
        json.WriteEndObject();
    });
}
