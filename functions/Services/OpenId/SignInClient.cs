using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.OpenId;

/// <summary>
/// Sign-in at other people's sites: where to send the browser, and who came back. Knows no accounts and no cookies.
/// 1. <see cref="BeginAsync"/>: a URL, and what the browser must bring back sealed. 2. The person signs in there.
/// 3. <see cref="FinishAsync"/>: state, age, issuer of the answer (RFC 9207), error or code; code to tokens with PKCE; tokens to a person.
/// One for the process: it keeps documents, keys and connections. Safe for many callers.
/// </summary>
internal sealed partial class SignInClient : IDisposable
{
    private const int MaxCodeCharacters = 8 * 1024;

    private readonly ProviderWire _wire;
    private readonly ProviderDocuments _documents;
    private readonly TokenVerifier _verifier;
    private readonly OpenIdConnectClient _openId;
    private readonly GitHubClient _gitHub;
    private readonly TimeProvider _time;
    private readonly ILogger<SignInClient> _log;

    public SignInClient(SignInProviderOptions options, OutboundProxy? proxy, TimeProvider time, ILogger<SignInClient> log)
    {
        (_time, _log) = (time, log);
        _wire = new(proxy, time);
        _documents = new(_wire, time);
        _verifier = new(_documents, time);
        var exchange = new CodeExchange(_wire);
        _openId = new(_wire, _documents, exchange, _verifier, options.Claims, options.Policy);
        _gitHub = new(_wire, exchange);
    }

    /// <summary>Makes the URL to send the browser to. Stores nothing: give <see cref="SignInStart.Redirect.Pending"/> to that browser, sealed.</summary>
    /// <param name="provider">One of the options.</param>
    /// <param name="redirectUri">Where the browser comes back to, as it is registered at the provider; <see cref="SignInProvider.RedirectUri"/> goes before.</param>
    /// <param name="cancellation">Ends reading the discovery document.</param>
    public async Task<SignInStart> BeginAsync(SignInProvider provider, string redirectUri, CancellationToken cancellation)
    {
        var pending = PendingSignIn.Begin(provider.Id, redirectUri, _time.GetUtcNow());
        try
        {
            return new SignInStart.Redirect(
                provider.Protocol == SignInProtocol.GitHub ? GitHubClient.AuthorizationUrl(provider, pending) : await _openId.AuthorizationUrlAsync(provider, pending, cancellation), pending);
        }
        catch (ProviderUnavailableException e)
        {
            Log.Unavailable(_log, provider.Id, e.Failure.Code, Cause(e));
            return new SignInStart.Unavailable(e.Failure);
        }
    }

    /// <summary>Judges what the browser brought to the redirect URI. Not to be repeated: a code is good for one time.</summary>
    /// <param name="provider">The one that the redirect URI belongs to.</param>
    /// <param name="pending">Of this browser, unsealed.</param>
    /// <param name="query">The parameters of the redirect URI, each once.</param>
    /// <param name="cancellation">Ends the calls to the provider.</param>
    public async Task<SignInOutcome> FinishAsync(
        SignInProvider provider, PendingSignIn pending, IReadOnlyDictionary<string, string> query, CancellationToken cancellation)
    {
        var outcome = await JudgeAsync(provider, pending, query, cancellation);
        if (outcome is SignInOutcome.Invalid { Code: var code })
        {
            Log.Refused(_log, provider.Id, code);
        }
        else if (outcome is SignInOutcome.Denied { Error: var error })
        {
            Log.Denied(_log, provider.Id, error);
        }

        return outcome;
    }

    /// <summary>Judges a logout token. The caller ends sessions; nothing is remembered here.</summary>
    public async Task<LogoutOutcome> ValidateLogoutTokenAsync(SignInProvider provider, string token, CancellationToken cancellation)
    {
        if (provider.Protocol != SignInProtocol.OpenIdConnect)
        {
            return new LogoutOutcome.Refused("token_unsupported", $"{provider.Name} sends no logout tokens.");
        }

        try
        {
            return await _verifier.LogoutTokenAsync(provider, await _documents.MetadataAsync(provider, cancellation), token, cancellation);
        }
        catch (ProviderUnavailableException e)
        {
            Log.Unavailable(_log, provider.Id, e.Failure.Code, Cause(e));
            return new LogoutOutcome.Unavailable(e.Failure);
        }
    }

    /// <summary>Where to send a browser that signs out here, so that it signs out there too (OpenID Connect RP-Initiated Logout 1.0); null when the provider has no such place, or cannot be asked.</summary>
    public async Task<Uri?> EndSessionUrlAsync(SignInProvider provider, string? idTokenHint, string postLogoutRedirectUri, CancellationToken cancellation)
    {
        try
        {
            if (provider.Protocol != SignInProtocol.OpenIdConnect || (await _documents.MetadataAsync(provider, cancellation)).EndSessionEndpoint is not { } endpoint)
            {
                return null;
            }

            IEnumerable<(string, string)> hint = idTokenHint is null ? [] : [("id_token_hint", idTokenHint)];
            return CodeExchange.WithQuery(endpoint, [.. hint, ("client_id", provider.ClientId), ("post_logout_redirect_uri", postLogoutRedirectUri)]);
        }
        catch (ProviderUnavailableException e)
        {
            // Signing out here must not hang on a provider that is down.
            Log.Unavailable(_log, provider.Id, e.Failure.Code, Cause(e));
            return null;
        }
    }

    public void Dispose() => _wire.Dispose();

    private async Task<SignInOutcome> JudgeAsync(
        SignInProvider provider, PendingSignIn pending, IReadOnlyDictionary<string, string> query, CancellationToken cancellation)
    {
        // 1. The answer belongs to what this browser began, here, not long ago.
        if (pending.ProviderId != provider.Id || query.GetValueOrDefault("state") is not { } state || !IsSame(state, pending.State))
        {
            return new SignInOutcome.Invalid("state_mismatch", $"This answer of {provider.Name} belongs to no sign-in that this browser began. Start it again; do not use the back button or an old link.");
        }

        if ((_time.GetUtcNow() - pending.BegunAt).Duration() > PendingSignIn.Lifetime)
        {
            return new SignInOutcome.Invalid(SignInOutcome.Invalid.Expired, $"The sign-in at {provider.Name} took too long. Start it again.");
        }

        try
        {
            // 2. It comes from whom it was sent to.
            var issuer = query.GetValueOrDefault("iss");
            var isGitHub = provider.Protocol == SignInProtocol.GitHub;
            if ((isGitHub ? GitHubClient.RefusesIssuer(provider, issuer) : await _openId.RefusesIssuerAsync(provider, issuer, cancellation)) is { } refusal)
            {
                return refusal;
            }

            // 3. It is a no, or a code.
            if (query.GetValueOrDefault("error") is { Length: > 0 } error)
            {
                return SignInDenial.Of(provider, error, query.GetValueOrDefault("error_description"));
            }

            if (query.GetValueOrDefault("code") is not { Length: > 0 and <= MaxCodeCharacters } code)
            {
                return new SignInOutcome.Invalid("code_missing", $"The answer of {provider.Name} holds no code. Start the sign-in again.");
            }

            // 4. The code is a person.
            return isGitHub ? await _gitHub.PersonAsync(provider, pending, code, cancellation)
                : await _openId.PersonAsync(provider, pending, code, issuer, cancellation);
        }
        catch (ProviderUnavailableException e)
        {
            Log.Unavailable(_log, provider.Id, e.Failure.Code, Cause(e));
            return new SignInOutcome.Unavailable(e.Failure);
        }
    }

    private static string Cause(ProviderUnavailableException e) => e.InnerException?.Message ?? e.Failure.Status?.ToString() ?? "none";

    private static bool IsSame(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Sign-in provider {Provider} could not be asked: {Code} ({Cause})")]
        public static partial void Unavailable(ILogger logger, string provider, string code, string cause);

        [LoggerMessage(2, LogLevel.Warning, "A sign-in at {Provider} was refused: {Code}")]
        public static partial void Refused(ILogger logger, string provider, string code);

        [LoggerMessage(3, LogLevel.Information, "{Provider} denied a sign-in: {Error}")]
        public static partial void Denied(ILogger logger, string provider, string error);
    }
}
