using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Auth;

/// <summary>
/// <c>/api/v1/auths/api_keys</c>: one's personal API keys. The key itself is in the answer that made it and nowhere else. A key
/// cannot make keys: who found one would stay in when it is revoked.
/// </summary>
internal sealed class OwnApiKeys(ApiKeys keys, AccountStore accounts, AdminSettingsStore settings, GroupPermissions permissions, TimeProvider time)
{
    public static readonly ErrorReport TooMany = new(409, "too_many_keys", $"An account has at most {Account.MaxKeys} API keys. Revoke one first.");

    private static readonly ErrorReport Off = new(403, "api_keys_off", "API keys are switched off on this site, or not allowed to this account. An administrator can allow them.");

    public async Task ListAsync(HttpContext context)
    {
        await RefuseUnlessAllowedAsync(context);
        // Not the copy that let the caller in: a key that was made elsewhere a second ago is missed by whoever made it.
        var account = await accounts.ReadAsync(AccessGate.CallerOf(context).Account!.Id, context.RequestAborted) ?? throw new RefusedException(SessionStart.Gone);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var key in account.Keys.Reverse())
            {
                json.WriteStartObject();
                Write(json, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async Task CreateAsync(HttpContext context)
    {
        await RefuseUnlessAllowedAsync(context);
        using var form = await JsonForm.ReadAsync(context);
        var name = form.Text("name", ApiKeys.MaxNameCharacters).Trim();
        var expiresAt = form.OptionalTime("expires_at");
        if (expiresAt <= time.GetUtcNow())
        {
            throw new RefusedException("expires_at", "'expires_at' is over already.");
        }

        var paths = form.Texts("paths", ApiKeys.MaxPaths, ApiKeys.MaxPathCharacters);
        if (paths.Any(path => !path.StartsWith('/') || path.Any(c => c is <= ' ' or > '~' or '?' or '#' or '\\')))
        {
            throw new RefusedException("paths", "'paths' must be beginnings of addresses, such as /api/models or /v1.");
        }

        var (key, text) = await keys.CreateAsync(AccessGate.CallerOf(context).Account!.Id, name, expiresAt, paths, replaces: null, context.RequestAborted)
            ?? throw new RefusedException(TooMany);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            Write(json, key);
            json.WriteString("api_key", text);
            json.WriteEndObject();
        });
    }

    public async Task RevokeAsync(HttpContext context, string id)
    {
        // Also where keys are switched off: nobody is kept from taking one back.
        if (!await keys.RevokeAsync(SessionStart.WithoutApiKey(context).Account!.Id, key => key.Id == id, context.RequestAborted))
        {
            throw new RefusedException(new(404, "not_found", "There is no such API key."));
        }

        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    /// <exception cref="RefusedException">Keys are off, the account may not have them, or an API key asks.</exception>
    public async Task RefuseUnlessAllowedAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        if (caller.Proof is AccountProof.ApiKey)
        {
            throw new RefusedException(new(403, "session_required", "Sign in to manage API keys: a key may not."));
        }

        if (!(await settings.CurrentAsync(context.RequestAborted)).EnableApiKeys || !await permissions.AllowsApiKeysAsync(caller.Account!, context.RequestAborted))
        {
            throw new RefusedException(Off);
        }
    }

    private static void Write(Utf8JsonWriter json, AccountKey key)
    {
        json.WriteString("id", key.Id);
        json.WriteString("name", key.Name);
        json.WriteString("ends_with", key.EndsWith);
        json.WriteUnixTime("created_at", key.CreatedAt);
        json.WriteUnixTime("expires_at", key.ExpiresAt);
        json.WriteUnixTime("last_used_at", key.LastUsedAt);
        json.WriteStartArray("paths");
        foreach (var path in key.Paths)
        {
            json.WriteStringValue(path);
        }

        json.WriteEndArray();
    }
}
