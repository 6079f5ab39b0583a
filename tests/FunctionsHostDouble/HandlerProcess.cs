using System.Diagnostics;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>Why the host itself ended a handler process.</summary>
internal enum KillReason
{
    None, Asleep, FunctionTimeout, Recycle, Stop,
}

/// <summary>One run of the custom handler.</summary>
public sealed class HandlerProcess : IDisposable
{
    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource _handled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HandlerProcess(Process process)
    {
        _process = process;
        AppDomain.CurrentDomain.ProcessExit += OnTestsEnd;
        Exited = WaitAsync();
    }

    /// <summary>The process id.</summary>
    public int Id { get; private init; }

    /// <summary>The time from the start of the process to the first answer on <c>/</c>; null before it.</summary>
    public TimeSpan? StartToReady { get; private set; }

    /// <summary>Completes with the exit code when the process has ended; 137 after SIGKILL.</summary>
    public Task<int> Exited { get; }

    /// <summary>The resident memory in bytes, 0 once it has ended.</summary>
    public long WorkingSetBytes
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>Processor time so far, user and kernel; zero once it has ended.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.TotalProcessorTime;
            }
            catch (InvalidOperationException)
            {
                return TimeSpan.Zero;
            }
        }
    }

    internal KillReason KilledFor { get; private set; }

    /// <summary>Completes when the restart rules have been applied to its end.</summary>
    internal Task Handled => _handled.Task;

    /// <inheritdoc />
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsEnd;
        _process.Dispose();
    }

    internal static HandlerProcess Start(HostSettings settings, IReadOnlyDictionary<string, string> environment, HostLog log)
    {
        var start = new ProcessStartInfo(settings.ExecutablePath, settings.Arguments)
        {
            WorkingDirectory = settings.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var id = 0;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Add(HostLogSource.StandardOutput, e.Data);
        process.ErrorDataReceived += (_, e) => Add(HostLogSource.StandardError, e.Data);
        try
        {
            process.Start();
            id = process.Id;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            process.Dispose();
            throw new FunctionsHostException($"{settings.ExecutablePath} cannot be started (is the execute bit set?): {e.Message}", e);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new HandlerProcess(process) { Id = process.Id };

        void Add(HostLogSource source, string? line)
        {
            if (line is not null)
            {
                ProductLog.Add(id, line);
                log.Add(source, line);
            }
        }
    }

    internal void MarkHandled() => _handled.TrySetResult();

    internal void MarkReady() => StartToReady = Stopwatch.GetElapsedTime(_started);

    /// <summary>SIGKILL to the process and its children, without a warning, as the platform does it.</summary>
    internal void Kill(KillReason reason)
    {
        if (KilledFor == KillReason.None)
        {
            KilledFor = reason;
        }

        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>A test run that ends without disposing its host leaves no handler behind (unless the run itself is killed with SIGKILL).</summary>
    private void OnTestsEnd(object? sender, EventArgs e) => Kill(KillReason.Stop);

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }
}
