using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Costs;

namespace OpenWebUi.Tests.Site;

/// <summary>The whole product on a free loopback port, with an environment, a data folder and a clock of its own.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly (string Name, string Value)[] _environment;
    private readonly DataFolder _data;

    private TestSite(WebApplication app, TimeProvider time, (string Name, string Value)[] environment, DataFolder data)
    {
        (_app, _time, _environment, _data) = (app, time, environment, data);
        Address = new Uri(app.Urls.First());
        Client = NewClient();
    }

    public Uri Address { get; }

    /// <summary>Shares no cookies with any other client; reads answers as they come when asked to.</summary>
    public HttpClient Client { get; }

    /// <summary>What the site asked of its blobs.</summary>
    public required CountingBlobs Blobs { get; init; }

    public IServiceProvider Services => _app.Services;

    /// <param name="environment">Variables of the site, such as <c>("CODE", "a,b")</c>. Without <c>CODE</c> and <c>WEBUI_AUTH</c> it is open; accounts are asked for by <c>("WEBUI_AUTH", "true")</c>. Ollama is not looked for unless a test asks for it.</param>
    public static Task<TestSite> StartAsync(params (string Name, string Value)[] environment) => StartAsync(TimeProvider.System, environment);

    public static Task<TestSite> StartAsync(TimeProvider time, params (string Name, string Value)[] environment) =>
        StartAsync(time, null, environment);

    /// <param name="time">The clock.</param>
    /// <param name="rows">Stands between the product and its database, to count or to fail.</param>
    /// <param name="environment">As above.</param>
    public static Task<TestSite> StartAsync(TimeProvider time, Func<IRowBackEnd, IRowBackEnd>? rows, params (string Name, string Value)[] environment) =>
        StartAsync(time, rows, new DataFolder(), environment);

    /// <param name="change">Exchanges what stands at the end of the wire.</param>
    /// <param name="environment">As above.</param>
    public static Task<TestSite> StartAsync(Action<IServiceCollection> change, params (string Name, string Value)[] environment) =>
        StartAsync(TimeProvider.System, null, new DataFolder(), environment, change);

    public static Task<TestSite> StartChangedAsync(TimeProvider time, Action<IServiceCollection> change, params (string Name, string Value)[] environment) =>
        StartAsync(time, null, new DataFolder(), environment, change);

    /// <summary>A second instance on the same data, with the same clock and environment.</summary>
    public Task<TestSite> StartTwinAsync(Func<IRowBackEnd, IRowBackEnd>? rows = null) => StartAsync(_time, rows, _data, _environment);

    /// <summary>An instance with other variables on the same data, with the same clock: the site after it was configured anew.</summary>
    public Task<TestSite> StartAnewAsync(params (string Name, string Value)[] environment) => StartAsync(_time, null, _data, environment);

    private static async Task<TestSite> StartAsync(
        TimeProvider time, Func<IRowBackEnd, IRowBackEnd>? rows, DataFolder data, (string Name, string Value)[] environment, Action<IServiceCollection>? change = null)
    {
        data.Take();
        var values = new Dictionary<string, string> { ["HOST"] = "127.0.0.1", ["PORT"] = "0", ["DATA_DIR"] = data.Path, ["ENABLE_OLLAMA_API"] = "false" };
        if (!environment.Any(variable => variable is { Name: "CODE" or "WEBUI_AUTH", Value.Length: > 0 }))
        {
            // Most tests are about something else than who calls: one person, nobody asked.
            values["WEBUI_AUTH"] = "false";
        }

        foreach (var (name, value) in environment)
        {
            values[name] = value;
            if (name.StartsWith("OLLAMA_", StringComparison.Ordinal))
            {
                values["ENABLE_OLLAMA_API"] = "true";
            }
        }

        var faults = new FaultList();
        var settings = SiteSettings.Read(new Variables(values), faults);
        Assert.True(faults.All.Count == 0, faults.ToString());
        CountingBlobs? blobs = null;
        var app = Program.Build(settings, time, services =>
        {
            Stand(services, rows);
            Stand<IBlobBackEnd>(services, inner => blobs = new(inner));
            change?.Invoke(services);
        });
        await app.StartAsync();
        _ = app.Services.GetRequiredService<IBlobBackEnd>();
        return new TestSite(app, time, environment, data) { Blobs = blobs! };
    }

    private static void Stand<T>(IServiceCollection services, Func<T, T>? between)
        where T : class
    {
        if (between is not null)
        {
            var inner = services.Last(s => s.ServiceType == typeof(T)).ImplementationFactory!;
            services.AddSingleton(provider => between((T)inner(provider)));
        }
    }

    /// <param name="cookies">Keeps cookies, as a browser does.</param>
    public HttpClient NewClient(bool cookies = false) => new(new SocketsHttpHandler
    {
        UseCookies = cookies,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ResponseDrainTimeout = TimeSpan.Zero,
        MaxConnectionsPerServer = 5_000,
    })
    { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Ends the site as SIGTERM does: open streams and running answers are closed in order.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _data.Leave();
    }

    /// <summary>Goes with the last site that uses it.</summary>
    private sealed class DataFolder
    {
        private int _sites;

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));

        public void Take() => Interlocked.Increment(ref _sites);

        public void Leave()
        {
            if (Interlocked.Decrement(ref _sites) == 0 && Directory.Exists(Path))
            {
                Directory.Delete(Path, recursive: true);
            }
        }
    }
}
