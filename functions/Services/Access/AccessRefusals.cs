using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Access;

/// <summary>The sentences for attempts that were not looked at.</summary>
internal static class AccessRefusals
{
    public static ErrorReport Of(GuessDecision decision) => decision switch
    {
        GuessDecision.Locked locked => new(429, "locked", "Too many wrong access codes from your address. Wait, then try again.", RetryAfter: locked.Wait),
        GuessDecision.Busy busy => new(429, "busy", "Too many access codes are being tried on this site at the moment. Try again in a second.", RetryAfter: busy.Wait),
        _ => throw new InvalidOperationException("An allowed attempt is no refusal."),
    };
}
