using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Access;

/// <summary>Who is calling, or why that was refused.</summary>
/// <param name="Refusal">Set when something was presented that may not pass; then <see cref="Caller"/> is a stranger.</param>
internal sealed record Authentication(Caller Caller, ErrorReport? Refusal = null);

/// <summary>
/// Decides who calls, from the request alone: the pass cookie, then the credential header. One of the two places that may
/// know HttpContext outside a slice (the other is <see cref="AccessGate"/>).
/// </summary>
internal sealed class CallerAuthentication(
    AccessOptions options, AccessCodes codes, CodeCheck check, SigningKey signingKey, PublicRequest requests,
    ConnectionRegistry connections, TimeProvider time)
{
    private static readonly Caller Local = new(Standing.User);

    /// <param name="context">The request.</param>
    /// <param name="isRelay">Credentials in headers count on relay routes only.</param>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context, bool isRelay)
    {
        var caller = options.Mode == AccessMode.Open ? Local : await ByPassAsync(context);
        return isRelay && Credential.Of(context.Request.Headers) is { } credential ? ByCredential(context, caller, credential) : new(caller);
    }

    private async ValueTask<Caller> ByPassAsync(HttpContext context)
    {
        // A page of another origin gets nothing from a cookie that its reader happens to hold.
        if (context.Request.Cookies[AccessPass.CookieName] is not { Length: > 0 } cookie || !requests.IsSameOrigin(context.Request))
        {
            return Caller.Stranger;
        }

        var key = await signingKey.ForAsync(AccessPass.KeyPurpose, context.RequestAborted);
        var pass = AccessPass.Read(cookie, key, time.GetUtcNow());
        return pass is not null && codes.HasFingerprint(pass.Fingerprint, key) ? new(Standing.Guest, pass.Id) : Caller.Stranger;
    }

    private Authentication ByCredential(HttpContext context, Caller caller, Credential credential) => credential switch
    {
        Credential.Code code when options.Mode == AccessMode.Code => ByCode(context, code.Text),
        Credential.ProviderKey key => ByOwnKey(caller, key.Text),
        Credential.Ours when options.Mode == AccessMode.Code && caller.Standing == Standing.Stranger =>
            new(caller, new ErrorReport(401, "invalid_credential", "This credential is not valid here. Send an access code as 'Bearer nk-<code>'.")),
        _ => new(caller),
    };

    private Authentication ByCode(HttpContext context, string code)
    {
        if (code.Trim().Length == 0)
        {
            return new(Caller.Stranger, new ErrorReport(401, "empty_access_code", "empty access code"));
        }

        return check.Try(code, requests.ClientAddress(context.Request)) switch
        {
            CodeVerdict.Right => new(new Caller(Standing.Guest, IsRelayOnly: true)),
            CodeVerdict.Refused refused => new(Caller.Stranger, AccessRefusals.Of(refused.Decision)),
            _ => new(Caller.Stranger, new ErrorReport(401, "wrong_access_code", "wrong access code")),
        };
    }

    private Authentication ByOwnKey(Caller caller, string key)
    {
        if (!options.HidesUserApiKey && connections.TakesOwnKeys)
        {
            return new(caller with { OwnKey = key });
        }

        // An SDK cannot be made to send nothing: where the caller may enter anyway, its filler is ignored.
        if (caller.Standing > Standing.Stranger)
        {
            return new(caller);
        }

        return new(caller, options.HidesUserApiKey
            ? new ErrorReport(401, "own_key_not_allowed", "you are not allowed to access with your own api key")
            : new ErrorReport(401, "own_key_not_taken", "No provider of this site takes a key of your own. Send an access code as 'Bearer nk-<code>'."));
    }
}
