using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>
/// Keeps the handler running by the host's rules:
/// (1) start it, then GET / every 25 ms until any status comes or initializationTimeout is over;
/// (2) exit code 0: nothing happens, later requests fail; (3) exit code 200: restart, not counted;
/// (4) any other: an error; the third within 30 minutes of the one before stops the host, earlier ones restart the handler.
/// </summary>
internal sealed class HandlerSupervisor : IAsyncDisposable
{
    private const int MaxErrors = 3;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan ErrorWindow = TimeSpan.FromMinutes(30);

    private readonly HostSettings _settings;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly HostLog _log;
    private readonly TimeProvider _time;
    private readonly HttpClient _probe = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Stack<DateTimeOffset> _errors = new();
    private TaskCompletionSource<bool> _ready = NewSource();
    private Task _loop = Task.CompletedTask;
    private bool _asleep = true;

    public HandlerSupervisor(HostSettings settings, IReadOnlyDictionary<string, string> environment, HostLog log, TimeProvider time)
    {
        (_settings, _environment, _log, _time) = (settings, environment, log, time);
        Port = FreePort.Find();
        Address = new Uri(FormattableString.Invariant($"http://127.0.0.1:{Port}/"));
    }

    /// <summary>The handler's port; the same for every run, as the host's is.</summary>
    public int Port { get; }

    public Uri Address { get; }

    /// <summary>The current or last run, null before the first.</summary>
    public HandlerProcess? Process { get; private set; }

    /// <summary>How often the handler has been started.</summary>
    public int Starts { get; private set; }

    /// <summary>Whether the host has given up; it then serves nothing.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Completes when the host has given up.</summary>
    public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until requests may be forwarded, starting the handler where it sleeps; false once the host has stopped.</summary>
    public Task<bool> WhenReadyAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_asleep && !IsStopped && !_stopping.IsCancellationRequested)
            {
                _asleep = false;
                _loop = RunAsync(_loop);
            }

            return _ready.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Kills the handler and leaves it down until the next request.</summary>
    public void Sleep()
    {
        lock (_lock)
        {
            if (_asleep || IsStopped || Process is null || Process.Exited.IsCompleted)
            {
                return;
            }

            _asleep = true;
            _ready = NewSource();
            Note("The handler is idle and is killed.");
            Process.Kill(KillReason.Asleep);
        }
    }

    /// <summary>Kills the handler for the given reason; <see cref="KillReason.None"/> looks like a crash.</summary>
    public void Kill(KillReason reason)
    {
        lock (_lock)
        {
            if (Process is { } process && !process.Exited.IsCompleted)
            {
                _ready = _ready.Task.IsCompleted ? NewSource() : _ready;
                process.Kill(reason);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        lock (_lock)
        {
            Process?.Kill(KillReason.Stop);
            _ready.TrySetResult(false);
        }

        await _loop;
        Process?.Dispose();
        _probe.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(Task before)
    {
        await before;
        while (!_stopping.IsCancellationRequested)
        {
            HandlerProcess process;
            try
            {
                process = Start();
            }
            catch (FunctionsHostException e)
            {
                Stop(e.Message);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (await PollAsync(process))
            {
                process.MarkReady();
                Note(string.Create(CultureInfo.InvariantCulture, $"The handler answered after {process.StartToReady!.Value.TotalMilliseconds:0} ms."));
                Volatile.Read(ref _ready).TrySetResult(true);
            }
            else if (!process.Exited.IsCompleted && !_stopping.IsCancellationRequested)
            {
                process.Kill(KillReason.Stop);
                Stop($"The handler did not answer GET / within initializationTimeout ({_settings.InitializationTimeout}).");
                return;
            }

            var code = await process.Exited;
            var goesOn = GoesOn(process, code);
            process.MarkHandled();
            if (!goesOn)
            {
                return;
            }
        }
    }

    private HandlerProcess Start()
    {
        var id = Guid.NewGuid().ToString();
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>(_environment, StringComparer.Ordinal)
        {
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = port,
            ["FUNCTIONS_HTTPWORKER_PORT"] = port,
            ["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = id,
            ["FUNCTIONS_HTTPWORKER_ID"] = id,
        };
        lock (_lock)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            Process?.Dispose();
            Process = HandlerProcess.Start(_settings, environment, _log);
            Starts++;
            Note(string.Create(CultureInfo.InvariantCulture, $"Started {_settings.ExecutablePath} as process {Process.Id} on port {Port}."));
            return Process;
        }
    }

    /// <summary>True at the first status; false when the process ended or the time is over.</summary>
    private async Task<bool> PollAsync(HandlerProcess process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(_settings.InitializationTimeout);
        while (!limit.IsCancellationRequested && !process.Exited.IsCompleted)
        {
            try
            {
                using var answer = await _probe.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                return true;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                await Task.WhenAny(process.Exited, Task.Delay(PollInterval, CancellationToken.None));
            }
        }

        return false;
    }

    /// <summary>Applies rules 2 to 4; true where the handler is to be started again.</summary>
    private bool GoesOn(HandlerProcess process, int code)
    {
        lock (_lock)
        {
            Note(string.Create(CultureInfo.InvariantCulture, $"The handler exited with code {code}{(process.KilledFor == KillReason.None ? "" : $" (killed by the host: {process.KilledFor})")}."));
            switch (process.KilledFor)
            {
                case KillReason.Stop or KillReason.Asleep:
                    return false;
                case KillReason.FunctionTimeout or KillReason.Recycle:
                    _ready = _ready.Task.IsCompleted ? NewSource() : _ready;
                    return true;
            }

            if (code == 0)
            {
                // The host takes it for a normal end and still believes in its worker: requests are forwarded into the void.
                _ready.TrySetResult(true);
                return false;
            }

            if (code != 200 && !CountError())
            {
                Stop("Exceeded http worker restart retry count. Shutting down Functions Host.");
                return false;
            }

            _ready = _ready.Task.IsCompleted ? NewSource() : _ready;
            return true;
        }
    }

    private bool CountError()
    {
        var now = _time.GetUtcNow();
        if (_errors.TryPeek(out var last) && now - last > ErrorWindow)
        {
            _errors.Clear();
        }

        _errors.Push(now);
        return _errors.Count < MaxErrors;
    }

    private void Stop(string why)
    {
        lock (_lock)
        {
            IsStopped = true;
            Note(why);
            _ready.TrySetResult(false);
            _ready = NewSource();
            _ready.SetResult(false);
            Stopped.TrySetResult();
        }
    }

    private void Note(string text) => _log.Add(HostLogSource.Host, text);

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

}
