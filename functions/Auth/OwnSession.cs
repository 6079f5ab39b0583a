using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Auth;

/// <summary><c>GET /api/v1/auths/</c>: who the caller is. The token is repeated to a caller that sent it in a header, never to a cookie caller.</summary>
internal sealed class OwnSession(SessionStart start)
{
    public async Task HandleAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        if (caller.Account is not { } account)
        {
            await WriteWithoutAccountAsync(context, caller);
            return;
        }

        var session = caller.Proof as AccountProof.Session;
        await start.WriteAsync(context, account, session?.Entry.ExpiresAt, session is { IsCookie: false } ? session.Token : null, json =>
        {
            json.WriteString("bio", account.Bio);
            json.WriteString("gender", account.Gender);
            json.WriteString("sign_in", account.PasswordHash is null ? account.SignIn : "password");
            json.WriteString("date_of_birth", account.DateOfBirth.Length > 0 ? account.DateOfBirth : null);
        });
    }

    /// <summary>The one person of open mode, and who came in with a code: clients of Open WebUI ask for this first.</summary>
    private static Task WriteWithoutAccountAsync(HttpContext context, Caller caller) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("token_type", "Bearer");
        json.WriteNull("expires_at");
        json.WriteString("id", caller.PassId is null ? "local" : "guest");
        json.WriteString("email", caller.PassId is null ? "admin@localhost" : "guest@localhost");
        json.WriteString("name", caller.PassId is null ? "Local" : "Guest");
        json.WriteString("role", caller.Standing == Standing.Admin ? "admin" : "user");
        json.WriteString("profile_image_url", AccountJson.NoPicture);
        json.WritePropertyName("permissions");
        (caller.Standing == Standing.Admin ? PermissionSet.All : PermissionSet.Default).WriteTo(json);
        json.WriteEndObject();
    });
}
