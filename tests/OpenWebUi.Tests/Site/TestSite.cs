using System.Net;
using Microsoft.AspNetCore.Builder;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Tests.Site;

/// <summary>The whole product on a free loopback port, with an environment, a data folder and a clock of its own.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _data;

    private TestSite(WebApplication app, string data)
    {
        (_app, _data) = (app, data);
        Address = new Uri(app.Urls.First());
        Client = NewClient();
    }

    public Uri Address { get; }

    /// <summary>Shares no cookies with any other client; reads answers as they come when asked to.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="environment">Variables of the site, such as <c>("CODE", "a,b")</c>. Ollama is not looked for unless a test asks for it.</param>
    public static Task<TestSite> StartAsync(params (string Name, string Value)[] environment) => StartAsync(TimeProvider.System, environment);

    public static async Task<TestSite> StartAsync(TimeProvider time, params (string Name, string Value)[] environment)
    {
        var data = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        var values = new Dictionary<string, string> { ["HOST"] = "127.0.0.1", ["PORT"] = "0", ["DATA_DIR"] = data, ["ENABLE_OLLAMA_API"] = "false" };
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
        var app = Program.Build(settings, time);
        await app.StartAsync();
        return new TestSite(app, data);
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

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }
}
