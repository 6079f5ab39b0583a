using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace OpenWebUi.Services.Access;

/// <summary>What became of one attempt at a code.</summary>
internal abstract record CodeVerdict
{
    public sealed record Right : CodeVerdict;

    public sealed record Wrong : CodeVerdict;

    /// <summary>Not looked at.</summary>
    public sealed record Refused(AttemptDecision Decision) : CodeVerdict;
}

/// <summary>
/// The only way to compare a code: limited, in fixed time, counted. A code that was right from the same address before is no
/// guess: a thousand calls that bear it at once do not stand in line, as long as their address is not held up.
/// </summary>
internal sealed class CodeCheck(AccessCodes codes, AttemptLimiter limiter)
{
    /// <summary>Pairs of code and address, 32 bytes each.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, bool> _right = new(StringComparer.Ordinal);

    public async Task<CodeVerdict> TryAsync(string code, IPAddress? address, CancellationToken cancellation, string lane = "")
    {
        var pair = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{address}\n{code}")));
        if (WasRight(pair, address, lane))
        {
            return new CodeVerdict.Right();
        }

        var (decision, isRight) = await limiter.TryAsync(AttemptKind.Code, account: null, address, _ => ValueTask.FromResult(codes.Contains(code)), cancellation, lane);
        if (decision is not AttemptDecision.Allowed)
        {
            // One of those that came together has been looked at meanwhile.
            return decision is AttemptDecision.Busy && WasRight(pair, address, lane) ? new CodeVerdict.Right() : new CodeVerdict.Refused(decision);
        }

        if (!isRight)
        {
            return new CodeVerdict.Wrong();
        }

        if (_right.Count >= MaxRemembered)
        {
            _right.Clear();
        }

        _right[pair] = true;
        return new CodeVerdict.Right();
    }

    private bool WasRight(string pair, IPAddress? address, string lane) => _right.ContainsKey(pair) && limiter.LetsIn(address, lane);
}
