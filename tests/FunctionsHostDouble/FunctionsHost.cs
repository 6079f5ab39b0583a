using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>
/// A double of the Azure Functions host for a custom handler with <c>enableProxyingHttpRequest</c>. It reads a published folder, runs
/// its executable and forwards to it as the real host does (docs/functions-host.md says what is played; source: azure-functions-host v4).
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private readonly FunctionsHostOptions _options;
    private readonly HostSettings _settings;
    private readonly RouteTable _routes;
    private readonly HostLog _log = new();
    private readonly HandlerSupervisor _supervisor;
    private readonly TriggerInvoker _triggers;
    private readonly IdleClock _idle;
    private readonly ConcurrentQueue<HostInvocation> _invocations = new();
    private readonly bool _homepageIsOff;
    private WebApplication? _app;
    private HttpProxy? _proxy;

    private FunctionsHost(string root, Dictionary<string, string> environment, FunctionsHostOptions options)
    {
        _options = options;
        _settings = HostSettings.Load(root, environment);
        Functions = FunctionDeclaration.LoadAll(root, _settings.RoutePrefix, environment);
        _routes = new RouteTable(Functions);
        _homepageIsOff = string.Equals(environment.GetValueOrDefault("AzureWebJobsDisableHomepage"), "true", StringComparison.OrdinalIgnoreCase);
        _supervisor = new HandlerSupervisor(_settings, environment, _log, options.TimeProvider);
        _triggers = new TriggerInvoker(_supervisor.Address, options.HostVersion, _settings.FunctionTimeout);
        _idle = new IdleClock(options.KillAfterIdle, options.TimeProvider, _supervisor.Sleep);
    }

    /// <summary>The public URL on 127.0.0.1, with a final slash.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The functions in the order in which their routes are tried.</summary>
    public IReadOnlyList<FunctionDeclaration> Functions { get; }

    /// <summary>What the handler printed and what the host did, in order.</summary>
    public IReadOnlyList<HostLogLine> Logs => _log.Snapshot();

    /// <summary>Every invocation so far, with the function that was chosen.</summary>
    public IReadOnlyList<HostInvocation> InvocationLog => [.. _invocations];

    /// <summary>The current run of the handler; the last one while it is down.</summary>
    public HandlerProcess HandlerProcess => _supervisor.Process ?? throw new InvalidOperationException("The handler has never been started.");

    /// <summary>How often the handler has been started, 1 after <see cref="StartAsync"/>.</summary>
    public int HandlerStarts => _supervisor.Starts;

    /// <summary>Whether the host has given up after too many crashes or a failed start; every request then gets 503.</summary>
    public bool IsStopped => _supervisor.IsStopped;

    /// <summary>Completes when the host has given up.</summary>
    public Task Stopped => _supervisor.Stopped.Task;

    /// <summary>Checks the folder, starts the handler and returns when it has answered on <c>/</c>.</summary>
    /// <param name="publishFolder">The folder that holds host.json.</param>
    /// <param name="environment">App settings: the handler sees these, the host's own variables and <see cref="FunctionsHostOptions.InheritedVariables"/>, nothing else.</param>
    /// <param name="options">How the platform is played; null takes the defaults.</param>
    /// <param name="cancellationToken">Gives up waiting; the handler is then killed.</param>
    /// <exception cref="FunctionsHostException">The folder is refused, or the handler did not come up; the message holds its last lines.</exception>
    public static async Task<FunctionsHost> StartAsync(
        string publishFolder, IReadOnlyDictionary<string, string>? environment = null, FunctionsHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        var root = Path.GetFullPath(publishFolder);
        options ??= new FunctionsHostOptions();
        var host = new FunctionsHost(root, Environment(root, environment, options), options);
        try
        {
            await host.ListenAsync(cancellationToken);
            if (!await host._supervisor.WhenReadyAsync(cancellationToken))
            {
                throw new FunctionsHostException("The handler did not come up:\n" + string.Join('\n', host.Logs.TakeLast(40)));
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a timer function now and returns how the host judges the answer; an unknown name is an <see cref="ArgumentException"/>.</summary>
    public Task<InvocationResult> InvokeTimerAsync(string name, bool isPastDue = false, CancellationToken cancellationToken = default)
    {
        var function = Find(name, TriggerKind.Timer);
        return InvokeAsync(function, TriggerPayload.Timer(function, isPastDue, _options.TimeProvider.GetUtcNow()), cancellationToken);
    }

    /// <summary>Delivers one queue message, already decoded, and returns how the host judges the answer; it is not delivered again on failure.</summary>
    public Task<InvocationResult> InvokeQueueAsync(string name, string message, int dequeueCount = 1, CancellationToken cancellationToken = default)
    {
        var function = Find(name, TriggerKind.Queue);
        return InvokeAsync(function, TriggerPayload.Queue(function, message, dequeueCount, _options.TimeProvider.GetUtcNow()), cancellationToken);
    }

    /// <summary>Delivers a message as it lies in the queue until it succeeds, <c>maxDequeueCount</c> times at most; then, or in a wrong encoding, it is poison.</summary>
    public async Task<QueueDelivery> DeliverQueueAsync(string name, string raw, CancellationToken cancellationToken = default)
    {
        var function = Find(name, TriggerKind.Queue);
        if (TriggerPayload.Decode(raw, _settings.QueueIsBase64) is not { } message)
        {
            return new([], IsPoison: true);
        }

        var tries = new List<InvocationResult>();
        do
        {
            tries.Add(await InvokeQueueAsync(function.Name, message, tries.Count + 1, cancellationToken));
        }
        while (!tries[^1].Succeeded && tries.Count < _settings.MaxDequeueCount);
        return new(tries, IsPoison: !tries[^1].Succeeded);
    }

    /// <summary>SIGKILL, as a crash: the restart rules apply (exit code 137 counts).</summary>
    public void KillHandler() => _supervisor.Kill(KillReason.None);

    /// <summary>SIGKILL and a fresh start, as when the platform moves the app to another machine; not counted. Returns when the new handler answers.</summary>
    public async Task RecycleAsync(CancellationToken cancellationToken = default)
    {
        _supervisor.Kill(KillReason.Recycle);
        await _supervisor.WhenReadyAsync(cancellationToken);
    }

    /// <summary>
    /// Waits until the handler answers again after its end (starting it where it sleeps); false once the host has given up. Also true
    /// after exit code 0, which the host does not notice. After an exit that the handler chose itself, await
    /// <c>HandlerProcess.Exited</c> before.
    /// </summary>
    public async Task<bool> WhenReadyAsync(CancellationToken cancellationToken = default)
    {
        if (_supervisor.Process is { Exited.IsCompleted: true } ended && !_supervisor.IsStopped)
        {
            await ended.Handled.WaitAsync(cancellationToken);
        }

        return await _supervisor.WhenReadyAsync(cancellationToken);
    }

    /// <summary>The first line, past or future, for which <paramref name="wanted"/> is true.</summary>
    /// <exception cref="TimeoutException">None came for 30 s.</exception>
    public Task<HostLogLine> WaitForLogAsync(Func<HostLogLine, bool> wanted, CancellationToken cancellationToken = default) =>
        _log.WaitAsync(wanted, TimeSpan.FromSeconds(30), cancellationToken);

    /// <summary>Kills the handler without a warning, as the platform does, and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        _idle.Dispose();
        await _supervisor.DisposeAsync();
        if (_app is not null)
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
            await _app.DisposeAsync();
        }

        _proxy?.Dispose();
        _triggers.Dispose();
    }

    private static Dictionary<string, string> Environment(string root, IReadOnlyDictionary<string, string>? settings, FunctionsHostOptions options)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["FUNCTIONS_WORKER_RUNTIME"] = "custom", ["FUNCTIONS_APP_ROOT_PATH"] = root };
        foreach (var name in options.InheritedVariables)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }

        if (options.PublicHost is { } host)
        {
            environment["WEBSITE_HOSTNAME"] = host;
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            environment[name] = value;
        }

        return environment;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging();
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = _options.MaxRequestBodyBytes;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _proxy = new HttpProxy(_app.Services.GetRequiredService<IHttpForwarder>(), _options, _supervisor.Address);
        _app.Run(HandleAsync);
        await _app.StartAsync(cancellationToken);
        Address = new Uri(_app.Urls.First());
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (HttpProxy.IsTooLong(context))
        {
            context.Response.StatusCode = StatusCodes.Status414UriTooLong;
            return;
        }

        _proxy!.PlayFrontEnd(context);
        var function = _routes.Match(context.Request.Method, context.Request.Path);
        if (function is null || function.IsDisabled)
        {
            var isHomepage = function is null && context.Request.Path == "/";
            context.Response.StatusCode = !isHomepage ? StatusCodes.Status404NotFound : _homepageIsOff ? StatusCodes.Status204NoContent : StatusCodes.Status200OK;
            return;
        }

        var invocation = Begin(function, context.Request.Method, context.Request.Path.Value ?? "/");
        using var limit = Limit();
        try
        {
            if (await _supervisor.WhenReadyAsync(context.RequestAborted))
            {
                await _proxy.ForwardAsync(context, invocation);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        finally
        {
            _idle.End();
            invocation.End(context.Response.StatusCode);
        }
    }

    private async Task<InvocationResult> InvokeAsync(FunctionDeclaration function, byte[] payload, CancellationToken cancellationToken)
    {
        var invocation = Begin(function, "POST", "/" + function.Name);
        using var limit = Limit();
        var status = StatusCodes.Status503ServiceUnavailable;
        try
        {
            if (!await _supervisor.WhenReadyAsync(cancellationToken))
            {
                return new InvocationResult(Succeeded: false, "The host has stopped.", Status: null, "", Answer: null);
            }

            var result = await _triggers.InvokeAsync(invocation, payload, cancellationToken);
            status = result.Status ?? StatusCodes.Status502BadGateway;
            return result;
        }
        finally
        {
            _idle.End();
            invocation.End(status);
        }
    }

    private HostInvocation Begin(FunctionDeclaration function, string method, string path)
    {
        var invocation = new HostInvocation(function.Name, method, path);
        _invocations.Enqueue(invocation);
        _idle.Begin();
        return invocation;
    }

    /// <summary>An invocation that outlives functionTimeout costs the whole handler: it is killed and restarted, with every other stream.</summary>
    private CancellationTokenSource Limit()
    {
        var limit = new CancellationTokenSource(_settings.FunctionTimeout ?? Timeout.InfiniteTimeSpan, _options.TimeProvider);
        limit.Token.Register(() => _supervisor.Kill(KillReason.FunctionTimeout));
        return limit;
    }

    private FunctionDeclaration Find(string name, TriggerKind trigger) =>
        Functions.FirstOrDefault(f => f.Trigger == trigger && f.Name == name)
        ?? throw new ArgumentException($"There is no {trigger} function {name}; there are {string.Join(", ", Functions.Select(f => $"{f.Name} ({f.Trigger})"))}.", nameof(name));
}
