using System.Buffers;
using System.Globalization;
using System.Text;

namespace OpenWebUi.Platform.Hosting;

/// <summary>
/// The log on standard output: one line an entry, <c>11:04:05 info: Category[0] message</c>. Lines are gathered for a moment and written
/// together, because a write and the waking of a thread for each request cost more than the relaying of it; an error is
/// written without that delay. Nobody ever waits for whoever reads our output: what it does not take in time is dropped, and counted.
/// </summary>
internal sealed class LineLog(TextWriter output, TimeProvider time) : ILoggerProvider
{
    private const int MaxHeldCharacters = 512 * 1024;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Lock _writing = new();
    private StringBuilder _held = new();
    private StringBuilder _spare = new();
    private ITimer? _timer;
    private bool _isDue;
    private long _dropped;

    public ILogger CreateLogger(string categoryName) => new Source(this, categoryName);

    /// <summary>Writes what is held. Later entries are written as well, after their delay.</summary>
    public void Dispose()
    {
        Flush();
        _timer?.Dispose();
    }

    private void Add(LogLevel level, string category, int id, string message, Exception? exception)
    {
        lock (_gate)
        {
            if (_held.Length > MaxHeldCharacters)
            {
                _dropped++;
                return;
            }

            _held.Append(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss} {NameOf(level)}: {category}[{id}] ");
            AppendLine(message);
            if (exception is not null)
            {
                _held.Append(' ');
                AppendLine(exception.ToString());
            }

            _held.Append('\n');
            if (!_isDue || level >= LogLevel.Error)
            {
                _isDue = true;
                // Of the system's clock: tests that stand still want to see the log all the same.
                _timer ??= TimeProvider.System.CreateTimer(static log => ((LineLog)log!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(level >= LogLevel.Error ? TimeSpan.Zero : Delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>An entry stays one line whatever is in it: nobody writes an entry of his own into it.</summary>
    private void AppendLine(string text)
    {
        foreach (var part in text.AsSpan().EnumerateLines())
        {
            _held.Append(part).Append(' ');
        }

        _held.Length--;
    }

    private void Flush()
    {
        // Whoever reads slowly holds up this lock only, never an entry.
        lock (_writing)
        {
            StringBuilder lines;
            long dropped;
            lock (_gate)
            {
                (lines, _held, _spare) = (_held, _spare, _held);
                (dropped, _dropped, _isDue) = (_dropped, 0, false);
            }

            if (dropped > 0)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{dropped} entries of the log were dropped: its reader is too slow.\n");
            }

            foreach (var piece in lines.GetChunks())
            {
                output.Write(piece.Span);
            }

            output.Flush();
            lines.Clear();
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    private sealed class Source(LineLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(logLevel, category, eventId.Id, formatter(state, exception), exception);
    }
}
