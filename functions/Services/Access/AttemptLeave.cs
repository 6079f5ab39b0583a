using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Access;

/// <summary>That one attempt may be looked at.</summary>
/// <param name="Track">Whose it is.</param>
/// <param name="Before">The state before it was counted; null: it is counted afterwards, if it is wrong.</param>
/// <param name="ETag">The version that counts it.</param>
internal sealed record AttemptLeave(AttemptTrack Track, AttemptState? Before, ETag? ETag);

/// <summary>How long one request may wait for others, in all.</summary>
internal readonly struct AttemptDeadline(TimeProvider time, TimeSpan patience)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Left
    {
        get
        {
            var left = patience - time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>What is left, and no more than that.</summary>
    public TimeSpan Within(TimeSpan most) => Left < most ? Left : most;
}

/// <summary>Remembers for 5 s that the store could not be reached, so that those who can do without do not wait for it one after the other.</summary>
internal sealed class StoreOutage(TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private long _end = long.MinValue;

    public bool IsOn => time.GetUtcNow().UtcTicks < Interlocked.Read(ref _end);

    public void Begin() => Interlocked.Exchange(ref _end, (time.GetUtcNow() + Rest).UtcTicks);
}
