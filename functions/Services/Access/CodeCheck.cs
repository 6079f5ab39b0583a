using System.Net;

namespace OpenWebUi.Services.Access;

/// <summary>What became of one attempt at a code.</summary>
internal abstract record CodeVerdict
{
    public sealed record Right : CodeVerdict;

    public sealed record Wrong : CodeVerdict;

    /// <summary>Not looked at.</summary>
    public sealed record Refused(GuessDecision Decision) : CodeVerdict;
}

/// <summary>The only way to compare a code: limited, in fixed time, counted.</summary>
internal sealed class CodeCheck(AccessCodes codes, GuessLimiter limiter)
{
    public CodeVerdict Try(string code, IPAddress? address)
    {
        var (decision, isRight) = limiter.Try(address, () => codes.Contains(code));
        return decision is not GuessDecision.Allowed ? new CodeVerdict.Refused(decision)
            : isRight ? new CodeVerdict.Right() : new CodeVerdict.Wrong();
    }
}
