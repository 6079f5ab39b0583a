using System.Net.Sockets;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Infra;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>A reader that does not take what it is sent: a phone in a tunnel, a tab that the browser has frozen.</summary>
[Collection(SurvivalGroup.Name)]
public sealed class StalledReaderTests(PublishedPackage package)
{
    /// <summary>On the wire some ten megabytes: more than the sockets between take in.</summary>
    private const int Pieces = 40_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reader_ThatStalls_NeitherSlowsNorEndsTheRun_AndFindsTheRest(bool behindNginx)
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        await using var provider = await ScriptedProvider.StartAsync();
        await using var site = await SurvivalSite.StartAsync(package, store, provider);
        await using var nginx = behindNginx ? await NginxServer.StartAsync([site.Address]) : null;
        var script = provider.Add(Script.Of(Pieces, TimeSpan.Zero));
        var waking = new TaskCompletionSource();
        using var narrow = NarrowClient(nginx?.Address ?? site.Address);
        var page = new ChatPage(narrow, script.Question) { Awake = waking.Task };
        var turn = page.BeginAsync();
        await page.Acknowledged.Task.WaitAsync(Patience);

        // The provider is heard to its end though the only reader takes nothing; then the answer is stored.
        await script.Said(Pieces - 1).WaitAsync(Patience);
        var other = page.Beside(site.Client);
        await other.InsistAsync().WaitAsync(Patience);
        Assert.Equal("done", other.State);
        Assert.True(other.Content == script.Content);
        Assert.Equal(MessageState.Done, (await store.ReadAsync(SurvivalSite.Owner, other.Chat!)).Answer.State);

        // It wakes up: every character once, and the end.
        Assert.Equal(0, page.Sequence);
        waking.SetResult();
        await turn.WaitAsync(Patience);
        Assert.Equal("done", page.State);
        Assert.True(page.Content == script.Content, $"{page.Content.Length} of {script.Content.Length}");
    }

    /// <summary>Takes in next to nothing that nobody reads.</summary>
    private static HttpClient NarrowClient(Uri address) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ResponseDrainTimeout = TimeSpan.Zero,
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
}
