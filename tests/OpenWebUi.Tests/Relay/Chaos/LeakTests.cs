using System.Net.NetworkInformation;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay.Chaos;

/// <summary>Alone in the process while it runs: it counts memory, sockets and unobserved exceptions.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LeakGroup
{
    public const string Name = "leak";
}

/// <summary>Whatever providers and callers do, nothing stays behind.</summary>
[Collection(LeakGroup.Name)]
public sealed class LeakTests
{
    private const int BatchRounds = 250;
    private const int MinBatches = 5;
    private const int MaxBatches = 17;
    private const int Workers = 16;

    /// <summary>
    /// A leak of 20 KB a round is found. What leaks grows in every batch; the buffer pools keep 2 MB for each new thread,
    /// in some batches 10 MB, let go of some, and then grow no more: so it is the median of the batches which is judged,
    /// and more of them are run while it is too high.
    /// </summary>
    private const long MaxGrowthBytes = BatchRounds * 10 * 1024;

    private static readonly string[] Models =
    [
        "echo", "echo", "echo", "cut", "cut-midline", "cutat-57", "cutat-233", "html", "html-502", "garbage", "redirect", "gzip", "wrong-type", "error-midstream",
        "no-done", "empty", "not-json", "status-401", "status-429", "status-500", "status-503", "vllm-400", "stall", "slow-headers", "endless-line",
    ];

    [Fact]
    public async Task ThousandMixedRounds_LeaveNothingBehind()
    {
        var unobserved = new List<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved)
            {
                unobserved.Add(e.Exception);
            }
        }

        // What tests before this one left is theirs.
        Collect();
        await using var stub = await StubServer.StartAsync(new StubOptions { MaxRecordedRequests = 10 });
        var sites = new Dictionary<Provider, TestSite>();
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            foreach (var provider in Enum.GetValues<Provider>())
            {
                sites[provider] = await ChaosWorld.SiteForAsync(provider, stub.OllamaUrl);
                await sites[provider].Client.GetStringAsync("/v1/models");
            }

            await RunAsync(sites, seed: 0);
            await QuietAsync(stub, sites);
            var growths = new List<long>();
            while (growths.Count < MinBatches || (growths.Count < MaxBatches && Median(growths) >= MaxGrowthBytes))
            {
                var before = Collect();
                await RunAsync(sites, seed: growths.Count + 1);
                await QuietAsync(stub, sites);
                growths.Add(Collect() - before);
            }

            Assert.True(Median(growths) < MaxGrowthBytes, $"KB more after each {BatchRounds} rounds: {string.Join(' ', growths.Select(bytes => bytes / 1024))}");
            Assert.All(sites.Values, site => Assert.Equal(0, site.Services.GetRequiredService<ConnectionHealth>().UnderWay));
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
            foreach (var site in sites.Values)
            {
                await site.DisposeAsync();
            }
        }
    }

    private static Task RunAsync(Dictionary<Provider, TestSite> sites, int seed)
    {
        var random = new Random(seed);
        var plan = Enumerable.Range(0, BatchRounds).Select(_ => (
            Surface: ChaosSurface.All[random.Next(ChaosSurface.All.Count)], Model: Models[random.Next(Models.Length)], Streams: random.Next(4) > 0, LeavesAfter: random.Next(20, 120))).ToList();
        return Parallel.ForEachAsync(plan, new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (round, _) =>
        {
            // Whoever waits for a provider that says nothing leaves; the others read to the end, whatever that is.
            using var leaving = new CancellationTokenSource(round.Model is "stall" or "slow-headers" or "endless-line" ? TimeSpan.FromMilliseconds(round.LeavesAfter) : TimeSpan.FromSeconds(30));
            try
            {
                using var answer = await sites[round.Surface.Provider].Client.StreamAsync(round.Surface.Chat(round.Model, round.Streams), leaving.Token);
                await answer.Content.CopyToAsync(Stream.Null, leaving.Token);

            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
            {
                Assert.True(round.Model is not "echo", $"{round}: {e}");
            }
        });
    }

    /// <summary>Nothing under way at either end; no more connections to the provider than callers were there at once, which wait to be used again.</summary>
    private static async Task QuietAsync(StubServer stub, Dictionary<Provider, TestSite> sites)
    {
        await EventuallyAsync(() => stub.ActiveRequests == 0, "The stub still answers.");
        await EventuallyAsync(() => sites.Values.All(site => site.Services.GetRequiredService<ConnectionHealth>().UnderWay == 0), "A site still counts calls.");
        await EventuallyAsync(() => Sockets(stub.Port) <= Workers * sites.Count, $"{Sockets(stub.Port)} connections to the provider are open.");
    }

    private static int Sockets(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(c => c.RemoteEndPoint.Port == port && c.State is (TcpState.Established or TcpState.CloseWait or TcpState.SynSent));

    private static long Median(IEnumerable<long> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static long Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
