using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Access;

/// <summary>Who is calling, or why that was refused.</summary>
/// <param name="Refusal">Set when something was presented that may not pass; then <see cref="Caller"/> is a stranger.</param>
internal sealed record Authentication(Caller Caller, ErrorReport? Refusal = null);

/// <summary>
/// Decides who calls, from the request alone: the credential header, then the cookie. One of the places that may know
/// HttpContext outside a slice (see <c>docs/architecture.md</c>).
/// </summary>
internal sealed class CallerAuthentication(
    AccessOptions options, HostingOptions hosting, Passes passes, CodeCheck check, PublicRequest requests, ConnectionRegistry connections,
    AccountAuthentication accounts)
{
    /// <summary>The single local account of open mode administers only where nobody else can reach it.</summary>
    private readonly Caller _local = new(hosting.IsLoopbackOnly ? Standing.Admin : Standing.User);

    /// <param name="context">The request.</param>
    /// <param name="isRelay">Access codes and keys of a caller's own count on relay routes only.</param>
    public async ValueTask<Authentication> AuthenticateAsync(HttpContext context, bool isRelay)
    {
        var credential = Credential.Of(context.Request.Headers);
        if (options.Mode == AccessMode.Accounts)
        {
            return await accounts.AuthenticateAsync(context, credential, isRelay, async () => await PassOfAsync(context) is not null);
        }

        var caller = options.Mode == AccessMode.Open ? _local : await ByPassAsync(context);
        return isRelay && credential is not null ? await ByCredentialAsync(context, caller, credential) : new(caller);
    }

    /// <summary>The pass that this browser holds, or null: none, forged, over, of a code that is gone, or asked for by another origin.</summary>
    public async ValueTask<HeldPass?> PassOfAsync(HttpContext context) =>
        // A page of another origin gets nothing from a cookie that its reader happens to hold.
        context.Request.Cookies[AccessPass.CookieName] is { Length: > 0 } cookie && requests.IsSameOrigin(context.Request)
            ? await passes.FindAsync(cookie, context.RequestAborted)
            : null;

    /// <summary>As with an account's cookie, whoever changes the site with it must be a page of ours, and say so.</summary>
    private async ValueTask<Caller> ByPassAsync(HttpContext context)
    {
        var request = context.Request;
        return await PassOfAsync(context) is not var (pass, isAdministrators) ? Caller.Stranger
            : new(isAdministrators && (HttpMethods.IsGet(request.Method) || PublicRequest.SaysOrigin(request)) ? Standing.Admin : Standing.Guest, pass.Id);
    }

    private async ValueTask<Authentication> ByCredentialAsync(HttpContext context, Caller caller, Credential credential) => credential switch
    {
        Credential.Code code when options.Mode == AccessMode.Code => await ByCodeAsync(context, code.Text),
        Credential.ProviderKey key => ByOwnKey(caller, key.Text),
        Credential.SessionToken or Credential.ApiKey when options.Mode == AccessMode.Code && caller.Standing == Standing.Stranger =>
            new(caller, new ErrorReport(401, "invalid_credential", "This credential is not valid here. Send an access code as 'Bearer nk-<code>'.")),
        _ => new(caller),
    };

    private async Task<Authentication> ByCodeAsync(HttpContext context, string code)
    {
        if (code.Trim().Length == 0)
        {
            return new(Caller.Stranger, new ErrorReport(401, "empty_access_code", "empty access code"));
        }

        return await check.TryAsync(code, requests.ClientAddress(context.Request), context.RequestAborted, requests.IsSameOrigin(context.Request) ? "" : "foreign pages") switch
        {
            CodeVerdict.Right => new(new Caller(Standing.Guest, IsRelayOnly: true)),
            CodeVerdict.Refused refused => new(Caller.Stranger, AccessRefusals.Of(refused.Decision, AttemptKind.Code)),
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
