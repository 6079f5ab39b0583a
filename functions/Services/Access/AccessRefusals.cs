using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Access;

/// <summary>The sentences for attempts that were not looked at. They do not say whether an account exists, nor whether it is the account or the address that waits.</summary>
internal static class AccessRefusals
{
    public static readonly ErrorReport NoAccounts = new(409, "no_accounts", "This site has no accounts. Set WEBUI_AUTH=true first.");

    public static ErrorReport Of(AttemptDecision decision, AttemptKind kind) => decision switch
    {
        AttemptDecision.Locked locked => new(429, "locked", Locked(kind), RetryAfter: locked.Wait),
        AttemptDecision.Busy busy => new(429, "busy", Busy(kind), RetryAfter: busy.Wait),
        _ => throw new InvalidOperationException("An allowed attempt is no refusal."),
    };

    private static string Locked(AttemptKind kind) => kind switch
    {
        AttemptKind.Code => "Too many wrong access codes from your address. Wait, then try again.",
        AttemptKind.SignUp => "Too many new accounts from your address. Wait, then try again.",
        AttemptKind.ApiKey => "Too many wrong API keys from your address. Wait, then try again.",
        _ => "Too many wrong passwords from your address or for this account. Wait, then try again.",
    };

    private static string Busy(AttemptKind kind) => kind switch
    {
        AttemptKind.Code => "Too many access codes are being tried on this site at the moment. Try again in a second.",
        AttemptKind.SignUp => "Too many accounts are being made on this site at the moment. Try again in a second.",
        AttemptKind.ApiKey => "Too many API keys are being tried on this site at the moment. Try again in a second.",
        _ => "Too many passwords are being tried on this site at the moment. Try again in a second.",
    };
}
