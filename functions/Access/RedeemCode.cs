using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Access;

/// <summary><c>POST /api/v1/access/redeem {"code"}</c>: a right code gives this browser a pass.</summary>
/// <remarks>200 <c>{"status":true,"expires_at":&lt;Unix seconds&gt;}</c> with the cookie; 401 wrong; 422 bad shape; 429 locked or busy, not looked at.</remarks>
internal sealed class RedeemCode(AccessOptions options, Passes passes, CodeCheck check, PublicRequest requests)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!requests.IsSameOrigin(context.Request))
        {
            await ErrorWriter.WriteAsync(context, new(403, "cross_site", "A code can be redeemed from this site's own page only."));
            return;
        }

        if (options.Mode == AccessMode.Open)
        {
            await ErrorWriter.WriteAsync(context, new(409, "no_codes", "This site asks for no access code."));
            return;
        }

        var (code, refusal) = await ReadAsync(context);
        if (code is null)
        {
            await ErrorWriter.WriteAsync(context, refusal!);
            return;
        }

        switch (await check.TryAsync(code, requests.ClientAddress(context.Request), context.RequestAborted))
        {
            case CodeVerdict.Refused refused:
                await ErrorWriter.WriteAsync(context, AccessRefusals.Of(refused.Decision, AttemptKind.Code));
                break;
            case CodeVerdict.Wrong:
                await ErrorWriter.WriteAsync(context, new(401, "wrong_access_code", "This access code is not right.", "code"));
                break;
            default:
                await GivePassAsync(context, code);
                break;
        }
    }

    private async Task GivePassAsync(HttpContext context, string code)
    {
        // The browser's chats belong to the id. It is the same person's, whatever code it entered by and however long ago.
        var before = context.Request.Cookies[AccessPass.CookieName] is { Length: > 0 } cookie ? await passes.IdOfAsync(cookie, context.RequestAborted) : null;
        var (pass, text) = await passes.GiveAsync(code, before, context.RequestAborted);
        context.Response.Cookies.Append(AccessPass.CookieName, text, PassCookie.Options(context.Request, options, requests, pass.ExpiresAt));
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            json.WriteNumber("expires_at", pass.ExpiresAt.ToUnixTimeSeconds());
            json.WriteEndObject();
        });
    }

    private static async Task<(string? Code, ErrorReport? Refusal)> ReadAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("code", out var code)
                && code.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(code.GetString())
                    ? (code.GetString(), null)
                    : (null, new(422, "invalid_body", "'code' must be a string that is not empty.", "code"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, new(400, "invalid_json", "The request body is not valid JSON."));
        }
    }
}
