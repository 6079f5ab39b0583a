using System.Globalization;
using System.Text;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Costs;

/// <summary>
/// What each thing that a person does costs in storage operations and blob calls, against the table of docs/cost.md: the
/// document cannot say anything else than what is counted here.
/// </summary>
public sealed class ActionCostTests
{
    private const string Quiet = """ "background_tasks":{"title_generation":false} """;

    private static readonly string Document = File.ReadAllText(Path.Combine(PublishedPackage.Repository(), "docs", "cost.md"));

    private readonly List<string> _counted = [];

    [Fact]
    public async Task EveryAction_CostsWhatTheDocumentSays()
    {
        // The clock stands: on a slow machine an answer would take a checkpoint.
        await using var site = await CountedSite.StartAsync(new ManualTime());
        var turns = site.Turns;

        await site.CountAsync("open the page", async () =>
        {
            await Get(turns, "/");
            await Get(turns, "/api/config");
            await Get(turns, "/api/models");
            await Get(turns, "/api/v1/chats/pinned");
            await Get(turns, "/api/v1/chats/?page=1");
            await Get(turns, "/api/v1/folders/");
        }, _counted);

        AnswerReading first = null!;
        await site.CountAsync("first turn of a chat", async () => first = await EndAsync(await turns.NewChatAsync()), _counted);
        AnswerReading titled = null!;
        await site.CountAsync("first turn of a chat, with a title", async () => titled = await EndAsync(await turns.TurnAsync(
            """{"parent_id":null,"user_message":{"id":"t1","content":"hi"},"background_tasks":{"title_generation":true} }""")), _counted);
        Assert.Equal("A title", titled.Title);
        AnswerReading second = null!;
        await site.CountAsync("a further turn", async () => second = await EndAsync(await turns.NextAsync(first, "and?", "u2")), _counted);
        await site.CountAsync("another answer (regenerate)", async () => await EndAsync(await turns.TurnAsync(
            $$"""{"chat_id":"{{first.ChatId}}","parent_id":"u2",{{Quiet}} }""")), _counted);
        await site.CountAsync("open a chat", () => Get(turns, $"/api/v1/chats/{first.ChatId}/branch"), _counted);
        await site.CountAsync("come back to an open chat that did not change", () => Get(turns, $"/api/v1/chats/{first.ChatId}/branch"), _counted);
        await site.CountAsync("list 60 chats", () => Get(turns, "/api/v1/chats/?page=1"), _counted);
        await site.CountAsync("rename", () => Post(turns, $"/api/v1/chats/{first.ChatId}", """{"chat":{"title":"Renamed"}}"""), _counted);
        await site.CountAsync("pin, or archive", () => Post(turns, $"/api/v1/chats/{first.ChatId}/pin", ""), _counted);
        await site.CountAsync("delete", async () => (await turns.Client.DeleteAsync($"/api/v1/chats/{titled.ChatId}")).EnsureSuccessStatusCode(), _counted);
        await site.CountAsync("undo a deletion", () => Post(turns, $"/api/v1/chats/{titled.ChatId}/restore", ""), _counted);
        await site.CountAsync("a turn with a message of 300,000 characters", async () => await EndAsync(await turns.NextAsync(second, new string('x', 300_000), "long")), _counted);
        var picture = "";
        await site.CountAsync("attach a file", async () => picture = await FileCalls.UploadedAsync(turns.Client), _counted);
        AnswerReading seen = null!;
        await site.CountAsync("a turn with a picture", async () => seen = await EndAsync(await turns.TurnAsync(
            $$"""{"chat_id":"{{titled.ChatId}}","parent_id":"{{titled.AnswerId}}","user_message":{"id":"pic","content":"?","files":[{"type":"image","id":"{{picture}}"}]},{{Quiet}} }""")), _counted);
        await site.CountAsync("a further turn below it", async () => await EndAsync(await turns.NextAsync(seen, "and?", "below")), _counted);
        await site.CountAsync("show a picture", () => Get(turns, $"{FileCalls.Root}{picture}/content"), _counted);
        Assert.True(Rows().SequenceEqual(_counted), string.Join('\n', _counted.Zip(site.Logs)));
    }

    /// <summary>An answer that takes a minute, followed where it is written and elsewhere, and a stop from both places.</summary>
    [Fact]
    public async Task AMinuteOfAnAnswer_CostsWhatTheDocumentSays()
    {
        var time = new ManualTime();
        await using var site = await CountedSite.StartAsync(time);
        await using var twin = await site.Turns.StartTwinAsync();
        site.Turns.Script.AlwaysSay = null;
        var caller = await site.Turns.NewChatAsync();
        var asked = await site.Turns.Script.AskedAsync();
        asked.Say("0 ");
        await caller.ReadAsync("0 ");
        var here = await site.Turns.FollowAsync(caller);
        await here.ReadAsync("0 ");
        twin.Counts.Reset();
        var elsewhere = await twin.FollowAsync(caller);
        site.Reset();
        var timers = time.WaitingTimers;
        for (var half = 1; half <= 120; half++)
        {
            asked.Say($"{half} ");
            await here.ReadAsync($" {half} ");
            time.Advance(TimeSpan.FromSeconds(0.5));
            // What the clock has woken waits for it again.
            await TurnSite.EventuallyAsync(() => Task.FromResult(time.WaitingTimers >= timers), "The run and its followers go on.");
        }

        Assert.InRange(site.Turns.Counts.Traffic.Verbs, 1, Number("checkpoints of a minute, a pass of housekeeping included"));
        Assert.InRange(twin.Counts.Traffic.Verbs, 1, Number("follow a minute from another instance, its beginning and a pass of housekeeping included"));

        // Its own follower would be counted too.
        await using var third = await site.Turns.StartTwinAsync();
        await third.StopAsync(caller);
        Assert.InRange(third.Counts.Traffic.Verbs, 1, Number("stop from another instance"));
        asked.End();
        await EndAsync(caller);
    }

    private static async Task<AnswerReading> EndAsync(AnswerReading reading)
    {
        await using (reading)
        {
            return await reading.ReadToEndAsync();
        }
    }

    private static async Task Get(TurnSite site, string address) => (await site.Client.GetAsync(address)).Dispose();

    private static async Task Post(TurnSite site, string address, string body) =>
        (await site.Client.PostAsync(address, new StringContent(body, Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();

    /// <summary>The counted lines of the document's table of actions.</summary>
    private static IEnumerable<string> Rows() => Document.Split('\n')
        .SkipWhile(line => line != "<!-- counted -->").TakeWhile(line => line != "<!-- end -->")
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| action", StringComparison.Ordinal))
        .Select(line => string.Join(" | ", line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(3)));

    private static int Number(string action)
    {
        var line = Assert.Single(Document.Split('\n'), line => line.StartsWith($"| {action} |", StringComparison.Ordinal));
        return int.Parse(line.Split('|', StringSplitOptions.TrimEntries)[2].Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private sealed class CountedSite : IAsyncDisposable
    {
        private readonly CountingBlobs _blobs;

        private CountedSite(TurnSite turns, CountingBlobs blobs) => (Turns, _blobs) = (turns, blobs);

        public TurnSite Turns { get; }

        /// <summary>What was asked, action by action: for the message of a failure.</summary>
        public List<string> Logs { get; } = [];

        public static async Task<CountedSite> StartAsync(TimeProvider time)
        {
            var turns = await TurnSite.StartAsync(time);
            _ = turns.Get<BlobStore>();
            return new(turns, turns.Site.Blobs);
        }

        public void Reset()
        {
            Turns.Counts.Reset();
            _blobs.Reset();
        }

        public async Task CountAsync(string action, Func<Task> act, List<string> counted)
        {
            Reset();
            await act();
            counted.Add($"{action} | {Turns.Counts.Traffic.Verbs} | {_blobs.Calls}");
            Logs.Add(Turns.Counts.Log);
        }

        public ValueTask DisposeAsync() => Turns.DisposeAsync();
    }
}
