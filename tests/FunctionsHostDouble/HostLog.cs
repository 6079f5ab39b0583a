namespace OpenWebUi.FunctionsHostDouble;

/// <summary>Where a line came from.</summary>
public enum HostLogSource
{
    /// <summary>The double itself: starts, exits, restarts.</summary>
    Host,

    /// <summary>The handler's standard output, Information in Azure.</summary>
    StandardOutput,

    /// <summary>The handler's standard error, Error in Azure.</summary>
    StandardError,
}

/// <summary>One line that Azure would have logged.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="Text">The line without its end.</param>
public sealed record HostLogLine(HostLogSource Source, string Text)
{
    /// <inheritdoc />
    public override string ToString() => $"[{Source}] {Text}";
}

/// <summary>The lines so far, and a way to await one.</summary>
internal sealed class HostLog
{
    private readonly Lock _lock = new();
    private readonly List<HostLogLine> _lines = [];
    private readonly List<(Func<HostLogLine, bool> Wanted, TaskCompletionSource<HostLogLine> Source)> _waiting = [];

    public IReadOnlyList<HostLogLine> Snapshot()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    public void Add(HostLogSource source, string text)
    {
        var line = new HostLogLine(source, text);
        lock (_lock)
        {
            _lines.Add(line);
            _waiting.RemoveAll(w => w.Source.Task.IsCompleted || (w.Wanted(line) && w.Source.TrySetResult(line)));
        }
    }

    public async Task<HostLogLine> WaitAsync(Func<HostLogLine, bool> wanted, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource<HostLogLine>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lines.Find(l => wanted(l)) is { } line)
            {
                return line;
            }

            _waiting.Add((wanted, source));
        }

        try
        {
            return await source.Task.WaitAsync(timeout, cancellationToken);
        }
        finally
        {
            source.TrySetCanceled(CancellationToken.None);
        }
    }
}
