using System.Net;
using System.Net.Sockets;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Relay.Chaos;

/// <summary>What the one connection of a site is.</summary>
public enum Provider
{
    OpenAi,
    Ollama,
    Anthropic,
}

/// <summary>One way in, and what is behind it.</summary>
/// <param name="Path">Where a chat is asked for.</param>
/// <param name="Provider">What the connection speaks.</param>
public sealed record ChaosSurface(string Path, Provider Provider)
{
    /// <summary>Every form of client, on a provider of its own form and of another one.</summary>
    public static readonly IReadOnlyList<ChaosSurface> All =
    [
        new("/v1/chat/completions", Provider.OpenAi), new("/openai/chat/completions", Provider.OpenAi), new("/api/chat/completions", Provider.OpenAi),
        new("/api/openai/v1/chat/completions", Provider.OpenAi), new("/ollama/v1/chat/completions", Provider.OpenAi), new("/ollama/api/chat", Provider.OpenAi),
        new("/v1/messages", Provider.OpenAi), new("/ollama/api/chat", Provider.Ollama), new("/ollama/v1/chat/completions", Provider.Ollama),
        new("/v1/messages", Provider.Ollama), new("/v1/messages", Provider.Anthropic), new("/v1/chat/completions", Provider.Anthropic), new("/ollama/api/chat", Provider.Anthropic),
    ];

    public bool IsNdjson => Path == "/ollama/api/chat";

    public bool IsMessages => Path == "/v1/messages";

    /// <summary>The provider speaks another dialect.</summary>
    public bool IsTranslated => IsMessages ? Provider != Provider.Anthropic : IsNdjson ? Provider != Provider.Ollama : Provider == Provider.Anthropic;

    public HttpRequestMessage Chat(string model, bool stream = true) => RelayCalls.Post(
        Path, $$"""{"model":"{{model}}","max_tokens":100,"messages":[{"role":"user","content":"hello"}],"stream":{{(stream ? "true" : "false")}}}""");

    public override string ToString() => $"{Path} on {Provider}";
}

/// <summary>A stub and a site for each kind of connection, on one clock that stands. The stub's behaviour is chosen by the model's name.</summary>
public sealed class ChaosWorld : IAsyncLifetime
{
    internal const string Key = "sk-chaos-zq7marker-key";

    private readonly Dictionary<Provider, TestSite> _sites = [];

    internal ManualTime Time { get; } = new();

    public StubServer Stub { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Stub = await StubServer.StartAsync();
        foreach (var provider in Enum.GetValues<Provider>())
        {
            _sites[provider] = await SiteForAsync(provider, Stub.OllamaUrl, Time);
            // A first list, so that no later call waits for it.
            await _sites[provider].Client.GetStringAsync("/v1/models");
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var site in _sites.Values)
        {
            await site.DisposeAsync();
        }

        await Stub.DisposeAsync();
    }

    internal TestSite SiteOf(ChaosSurface surface) => _sites[surface.Provider];

    /// <summary>A site whose only connection is at this address.</summary>
    internal static Task<TestSite> SiteForAsync(Provider provider, string root, TimeProvider? time = null)
    {
        (string, string)[] environment = provider switch
        {
            Provider.Anthropic => [("ANTHROPIC_URL", root), ("ANTHROPIC_API_KEY", Key)],
            Provider.Ollama => [("OLLAMA_BASE_URL", root)],
            _ => [("OPENAI_API_BASE_URL", root + "/v1"), ("OPENAI_API_KEY", Key)],
        };
        return TestSite.StartAsync(time ?? TimeProvider.System, environment);
    }

    /// <summary>A port that takes no more connections and refuses none: its queue is full, and the system drops who knocks.</summary>
    internal sealed class FullPort : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queued = [];

        public FullPort()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            for (var i = 0; i < 4; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _queued.Add(socket);
                try
                {
                    socket.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
                {
                    // The queue takes one or two; the others knock until they are disposed.
                }
            }
        }

        public string Root => $"http://{_listener.LocalEndPoint}";

        public void Dispose()
        {
            _queued.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}
