using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Package;

/// <summary>The package behind the host double, in code mode, with a stub as its OpenAI-compatible provider and as its Ollama.</summary>
internal sealed class HostedPackage : IAsyncDisposable
{
    /// <summary>It, <see cref="SecretKey"/> and <see cref="ProviderKey"/> bear a mark (<c>zq7marker</c>) that <c>tests/run</c> looks for in what the product wrote.</summary>
    public const string Code = "moonlight-zq7marker-code";
    public const string SecretKey = "zq7marker-secret-key-of-the-package-tests";

    /// <summary>The site's own at the stub.</summary>
    public const string ProviderKey = "sk-zq7marker-stub";

    private readonly string _data;

    private HostedPackage(FunctionsHost host, StubServer stub, string data)
    {
        (Host, Stub, _data) = (host, stub, data);
        Client = NewClient();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "nk-" + Code);
    }

    public FunctionsHost Host { get; }

    public StubServer Stub { get; }

    /// <summary>Presents the access code, as an SDK does; keeps no cookies, inflates nothing.</summary>
    public HttpClient Client { get; }

    public static Task<HostedPackage> StartAsync(PublishedPackage package, params (string Name, string Value)[] settings) =>
        StartAsync(package, new FunctionsHostOptions(), settings);

    /// <param name="package">The published folder.</param>
    /// <param name="options">How the platform is played.</param>
    /// <param name="settings">Application settings over the usual ones; an empty value takes one away.</param>
    public static Task<HostedPackage> StartAsync(PublishedPackage package, FunctionsHostOptions options, params (string Name, string Value)[] settings) =>
        StartAsync(package.Folder, options, settings);

    /// <param name="folder">A folder with the package in it.</param>
    /// <param name="options">As above.</param>
    /// <param name="settings">As above.</param>
    public static async Task<HostedPackage> StartAsync(string folder, FunctionsHostOptions options, params (string Name, string Value)[] settings)
    {
        var stub = await StubServer.StartAsync();
        var data = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        var environment = new Dictionary<string, string>
        {
            ["CODE"] = Code,
            ["WEBUI_SECRET_KEY"] = SecretKey,
            ["OPENAI_API_BASE_URL"] = stub.BaseUrl,
            ["OPENAI_API_KEY"] = ProviderKey,
            ["OLLAMA_BASE_URL"] = stub.OllamaUrl,
            ["DATA_DIR"] = data,
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        try
        {
            return new HostedPackage(await FunctionsHost.StartAsync(folder, environment, options), stub, data);
        }
        catch
        {
            await stub.DisposeAsync();
            throw;
        }
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ResponseDrainTimeout = TimeSpan.Zero,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(30),
    })
    { BaseAddress = Host.Address, Timeout = TimeSpan.FromSeconds(60) };

    public static HttpRequestMessage Chat(string path, string model, bool stream = true) => new(HttpMethod.Post, path)
    {
        Content = new StringContent(
            $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"hello brave new world"}]}""",
            Encoding.UTF8, "application/json"),
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        await Stub.DisposeAsync();
        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }
}
