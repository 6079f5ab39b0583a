namespace OpenWebUi.Services.Conversations;

/// <summary>How much one pass of housekeeping may do; the rest waits for the next. Counts what was removed.</summary>
/// <param name="maxRemovals">Rows and blobs.</param>
/// <param name="maxTime">After this nothing new is begun.</param>
/// <param name="time">The clock.</param>
internal sealed class SweepBudget(int maxRemovals, TimeSpan maxTime, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public int Rows { get; private set; }

    public int Blobs { get; private set; }

    public bool IsSpent => Rows + Blobs >= maxRemovals || time.GetElapsedTime(_start) >= maxTime;

    public void CountRows(int removed) => Rows += removed;

    public void CountBlob() => Blobs++;
}
