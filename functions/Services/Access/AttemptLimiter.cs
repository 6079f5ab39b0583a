using System.Net;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Access;

/// <summary>
/// Makes guessing hopeless on all instances together and locks nobody else out: the only way to look at a code, a password or an API key.
/// <para><b>Who is counted.</b> The address, with one count for all kinds of secrets that people type: <see cref="AttemptRule.Address"/>; API keys, which nobody
/// guesses, and what pages elsewhere make a browser send are counted apart; where it is not
/// known, everybody of unknown address together: <see cref="AttemptRule.Lane"/>. The account, if one is named, whether it exists or
/// not: <see cref="AttemptRule.Account"/>. A right attempt counts nothing and clears nothing: a guesser who owns one code
/// could else guess at the others. Where one may not be looked at, nobody learns anything from the answer.</para>
/// <para><b>How exact.</b> With N instances, whatever comes at once: of an address 5 + (N - 1) wrong ones are looked at before its first lock,
/// then one for each lock; of the lane 10 + (N - 1), and 3 a second; of an account 15 + (N - 1), and one in 12 s.
/// The N - 1 are instances that know a state up to 5 s old: each looks at one more, counts it, and then knows better. What they
/// overdraw from a bucket is paid back. One instance alone keeps the limits exactly. Clocks of instances that disagree about
/// midnight count in two partitions for as long.</para>
/// <para><b>What it costs.</b> A right attempt: no write, and a read of each record at most every 5 s (two in the hours after
/// midnight that <see cref="AttemptRule.Memory"/> says). A wrong one: a write. A write and one to take it back: a right one
/// of an address that has been locked within the hour, and one that comes while another of its record is being looked at for longer than 100 ms.</para>
/// <para><b>Waiting.</b> For others of the same record 1 s at most, then the answer is Busy: a waiting request is billed.
/// <b>Without the store</b> codes are limited in this process alone, because they are compared in its memory and the relay
/// works without a store; every other kind needs the store anyway, and is <see cref="StoreUnavailableException"/> (503). Safe for concurrent callers.</para>
/// </summary>
internal sealed class AttemptLimiter(RowStore rows, SigningKey signingKey, TimeProvider time)
{
    /// <summary>Records that are kept in memory; the store has the others.</summary>
    public const int MaxTracks = 50_000;

    /// <summary>Callers of one record at a time: those of a flood are told at once that it is busy.</summary>
    public const int MaxUsers = 1_000;

    private const int FirstTrim = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly AttemptDecision Flooded = new AttemptDecision.Busy(TimeSpan.FromSeconds(1));

    private readonly AttemptStore _store = new(rows, signingKey, time);
    private readonly StoreOutage _outage = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, AttemptTrack> _tracks = new(StringComparer.Ordinal);
    private int _trimAt = FirstTrim;

    /// <summary>How many records are in memory.</summary>
    public int TrackCount
    {
        get
        {
            lock (_gate)
            {
                return _tracks.Count;
            }
        }
    }

    /// <summary>Looks at an attempt, if it may be looked at, and counts it, if it is wrong.</summary>
    /// <param name="kind">Any but <see cref="AttemptKind.SignUp"/>: see <see cref="CountSignUpAsync"/>.</param>
    /// <param name="account">Whose secret it is, in one form (an e-mail in lower case), whether it exists or not; null: nobody's, or the caller has proved that it knows the account (<see cref="AttemptRule.Account"/>).</param>
    /// <param name="address">As <c>PublicRequest.ClientAddress</c> gives it; null: not known.</param>
    /// <param name="look">
    /// Whether the attempt is right. Called at most once, only for an allowed attempt. Quick for an API key and a code, which
    /// come with every request. A failure is no wrong attempt, a cancelled one is: what it has asked a directory was asked.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="lane">Counts these apart from the address's others: what others can make a browser send must not hold its own up.</param>
    /// <returns>The decision, and for an allowed attempt whether it was right.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, and the kind is not <see cref="AttemptKind.Code"/>.</exception>
    public async Task<(AttemptDecision Decision, bool IsRight)> TryAsync(
        AttemptKind kind, string? account, IPAddress? address, Func<CancellationToken, ValueTask<bool>> look, CancellationToken cancellation, string lane = "")
    {
        ArgumentOutOfRangeException.ThrowIfEqual(kind, AttemptKind.SignUp);
        var survives = kind == AttemptKind.Code;
        var deadline = new AttemptDeadline(time, Patience);
        var isBegun = false;
        var tracks = new List<AttemptTrack>(2);
        try
        {
            if (!Take(tracks, NameOf(address, lane), address is null ? AttemptRule.Lane : AttemptRule.Address)
                || (account is not null && !Take(tracks, $"account {account}", AttemptRule.Account)))
            {
                return (Flooded, false);
            }

            return await ThroughAsync(0);
        }
        finally
        {
            Leave(tracks);
        }

        // Through one record after the other, then to the look, and back the same way.
        async Task<(AttemptDecision Decision, bool IsRight)> ThroughAsync(int index)
        {
            if (index == tracks.Count)
            {
                isBegun = true;
                return (AttemptDecision.Allow, await look(cancellation));
            }

            var (leave, decision) = await tracks[index].EnterAsync(always: false, survives, deadline, cancellation);
            if (leave is null)
            {
                return (decision, false);
            }

            var isWrong = false;
            try
            {
                var outcome = await ThroughAsync(index + 1);
                isWrong = outcome is { Decision: AttemptDecision.Allowed, IsRight: false };
                return outcome;
            }
            catch (OperationCanceledException)
            {
                isWrong = isBegun;
                throw;
            }
            finally
            {
                await leave.Track.SettleAsync(leave, isWrong, survives);
            }
        }
    }

    /// <summary>
    /// Whether an address is known to be free to try, without asking the store or waiting for anybody: for what is no attempt, a secret
    /// that was right from that very address before. False where nothing is known.
    /// </summary>
    public bool LetsIn(IPAddress? address, string lane = "")
    {
        lock (_gate)
        {
            return _tracks.TryGetValue(NameOf(address, lane), out var track) && track.Count.LetsIn;
        }
    }

    /// <summary>Counts one try at a new account, whatever becomes of it: <see cref="AttemptRule.SignUps"/>, <see cref="AttemptRule.SignUpLane"/>.</summary>
    /// <param name="address">As for <see cref="TryAsync"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Allowed: the account may be made.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    public async Task<AttemptDecision> CountSignUpAsync(IPAddress? address, CancellationToken cancellation)
    {
        var tracks = new List<AttemptTrack>(1);
        try
        {
            return Take(tracks, address is null ? "sign-up lane" : $"sign-up {address}", address is null ? AttemptRule.SignUpLane : AttemptRule.SignUps)
                ? (await tracks[0].EnterAsync(always: true, survives: false, new(time, Patience), cancellation)).Decision
                : Flooded;
        }
        finally
        {
            Leave(tracks);
        }
    }

    private static string NameOf(IPAddress? address, string lane) => (address is null ? "lane" : $"address {address}") + (lane.Length == 0 ? "" : " " + lane);

    private bool Take(List<AttemptTrack> taken, string name, AttemptRule rule)
    {
        lock (_gate)
        {
            if (!_tracks.TryGetValue(name, out var track))
            {
                Trim();
                _tracks.Add(name, track = new(new(name, rule, _store, _outage, time), time));
            }

            if (track.Users >= MaxUsers)
            {
                return false;
            }

            track.Users++;
            taken.Add(track);
            return true;
        }
    }

    private void Leave(List<AttemptTrack> taken)
    {
        lock (_gate)
        {
            foreach (var track in taken)
            {
                track.Users--;
            }
        }
    }

    /// <summary>A flood of addresses may not fill the memory: what the store knows as well goes first, and of the rest the oldest half.</summary>
    private void Trim()
    {
        if (_tracks.Count < _trimAt)
        {
            return;
        }

        foreach (var (name, _) in _tracks.Where(t => t.Value.Users == 0 && t.Value.Count.MayBeForgotten).ToList())
        {
            _tracks.Remove(name);
        }

        if (_tracks.Count >= MaxTracks)
        {
            foreach (var (name, _) in _tracks.Where(t => t.Value.Users == 0).OrderBy(t => t.Value.Count.ReadAt).Take(MaxTracks / 2).ToList())
            {
                _tracks.Remove(name);
            }
        }

        _trimAt = Math.Clamp(_tracks.Count * 2, FirstTrim, MaxTracks);
    }
}
