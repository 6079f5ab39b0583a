using System.Text;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Identity;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Users;

public sealed class DeleteUserTests
{
    private const string Pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

    /// <summary>So that everybody owns one of everything.</summary>
    private static readonly (string, string)[] MayMake =
        [("USER_PERMISSIONS_WORKSPACE_PROMPTS_ACCESS", "true"), ("USER_PERMISSIONS_WORKSPACE_MODELS_ACCESS", "true")];

    [Theory]
    [InlineData("SQLite")]
    [InlineData("Azurite")]
    public async Task DeletedUser_AfterAnHour_HasLeftNoRowAndNoBlob(string store)
    {
        using var azurite = store == "Azurite" ? await AzuriteServer.StartAsync() : null;
        var time = new ManualTime();
        await using var site = await AccountSite.StartAsync(
            time, null, [.. MayMake, .. azurite is null ? [] : ((string, string)[])[("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)]]);
        await FillAsync(site, time, site.User);
        await FillAsync(site, time, site.Other);
        var others = await ContentsAsync(site, site.Other);
        Assert.Contains(others, thing => thing.StartsWith("blob", StringComparison.Ordinal));
        var deleted = await site.User.Bearer.NewAsync(ChatCalls.Line(2).ToJsonString());
        await site.User.Bearer.DoAsync("DELETE", $"{ChatCalls.Root}/{deleted}");

        Assert.True((await site.Admin.Bearer.DoAsync("DELETE", $"{UserCalls.Root}/{site.User.Id}")).GetBoolean());
        Assert.Equal(("401", 404), (await site.User.Bearer.StandingAsync(), await site.Admin.Bearer.CodeAsync("DELETE", $"{UserCalls.Root}/{site.User.Id}")));
        Assert.All(await ContentsAsync(site, site.User), thing => Assert.Contains(thing.Split(' ')[0], (string[])["Chats", "blob", "Leftovers"]));

        // An instance that has not heard of it yet goes on for some seconds.
        using (var changes = System.Text.Json.JsonDocument.Parse("""{"late":1}"""))
        {
            await site.Get<AccountObjects>().MergeAsync(site.User.Id, AccountObject.Settings, changes.RootElement, default);
        }

        await site.Get<Pictures>().TakeAsync(site.User.Id, Pixel, default);
        var left = await ContentsAsync(site, site.User);
        Assert.Contains(left, thing => thing.StartsWith("blob", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromMinutes(5));
        await site.Get<LeftoverSweep>().RunAsync(default);
        Assert.Equal(left, await ContentsAsync(site, site.User));

        await HousekeepAsync(site, time);
        await TurnSite.EventuallyAsync(async () => (await ContentsAsync(site, site.User)).Count == 0, string.Join('\n', await ContentsAsync(site, site.User)));
        Assert.Equal(others, await ContentsAsync(site, site.Other));
        Assert.Equal("user", await site.Other.Bearer.StandingAsync());

        // The address is free again, and whoever takes it finds nothing.
        var newcomer = await site.AddAsync("Uwe Again");
        Assert.Equal("uwe@example.com", newcomer.Email);
        Assert.Equal(0, (await newcomer.Bearer.DoAsync("GET", "/api/v1/chats/")).GetArrayLength());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deletion_OfWhichNobodyHears_IsDoneWhollyOrNotAtAll(bool isDone)
    {
        var time = new ManualTime();
        FaultyRows? rows = null;
        await using var site = await AccountSite.StartAsync(time, inner => rows = new(inner), MayMake);
        await FillAsync(site, time, site.User);
        var before = await ContentsAsync(site, site.User);
        var account = AccountRows.Account(site.User.Id);
        rows!.Plan = (verb, written) => verb != "batch" || !written.Contains(account) ? RowFault.None : isDone ? RowFault.AcknowledgmentLost : RowFault.Unavailable;
        Assert.Equal("store_unavailable", await site.Admin.Bearer.RefusalAsync("DELETE", $"{UserCalls.Root}/{site.User.Id}", null, 503));
        rows.Plan = null;

        await HousekeepAsync(site, time);
        if (isDone)
        {
            await TurnSite.EventuallyAsync(async () => (await ContentsAsync(site, site.User)).Count == 0, "Something is left of a deleted account.");
            Assert.Equal("401", await site.User.Bearer.StandingAsync());
        }
        else
        {
            await TurnSite.EventuallyAsync(async () => before.SequenceEqual(await ContentsAsync(site, site.User)), "An account that is there lost something.");
            Assert.Equal(3, (await site.User.Bearer.DoAsync("GET", "/api/v1/chats/")).GetArrayLength());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeletedUser_WhileAnAnswerRuns_StopsIt(bool onAnotherInstance)
    {
        var script = new ProviderScript { AlwaysSay = null };
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = script.Behavior;
        await using var site = await AccountSite.StartAsync(("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-secret"));
        await using var twin = onAnotherInstance ? await site.Site.StartTwinAsync() : null;
        using var client = (twin ?? site.Site).NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", site.User.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat/completions")
        {
            Content = new StringContent("""{"model":"echo","stream":true,"parent_id":null,"user_message":{"id":"u1","content":"hi"},"background_tasks":{"title_generation":false}}""", Encoding.UTF8, "application/json"),
        };
        await using var reading = await AnswerReading.OfAsync(await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        var answer = await script.AskedAsync();
        answer.Say("I begin");
        await reading.ReadAsync("I begin");

        await site.Admin.Bearer.DoAsync("DELETE", $"{UserCalls.Root}/{site.User.Id}");
        // On another instance it is heard at the next checkpoint, which is written when there is text.
        answer.Say(" and go on");
        await reading.ReadToEndAsync();
        Assert.Equal("stopped", reading.State);
    }

    [Fact]
    public async Task Leftover_OfAnAccountThatIsThere_RemovesNothing()
    {
        var time = new ManualTime();
        await using var site = await AccountSite.StartAsync(time, null, MayMake);
        await FillAsync(site, time, site.User);
        var before = await ContentsAsync(site, site.User);
        await site.Get<LeftoverStore>().AddAsync(OwnerId.OfAccount(site.User.Id), default);
        await HousekeepAsync(site, time);
        await TurnSite.EventuallyAsync(async () => before.SequenceEqual(await ContentsAsync(site, site.User)), "An account that is there lost something.");
    }

    /// <summary>One of everything that an account can own.</summary>
    private static async Task FillAsync(AccountSite site, ManualTime time, Person person)
    {
        await person.Bearer.NewAsync();
        await person.Bearer.NewAsync(ChatCalls.Line(3, contentChars: 250_000).ToJsonString());
        await person.Bearer.DoAsync("POST", "/api/v1/auths/update/profile", $$"""{"name":"{{person.Name}}","profile_image_url":"{{Pixel}}"}""");
        await person.Bearer.DoAsync("POST", "/api/v1/users/user/settings/update", """{"ui":{}}""");
        await person.Bearer.DoAsync("POST", "/api/v1/users/user/info/update", """{"place":"here"}""");
        await person.Bearer.DoAsync("POST", "/api/v1/prompts/create", """{"command":"/own","title":"Own","content":"text"}""");
        await person.Bearer.DoAsync("POST", "/api/v1/models/create", $$"""{"id":"{{person.Id}}","base_model_id":"guide","name":"Own"}""");
        var file = await FileCalls.UploadedAsync(person.Bearer);
        await person.Bearer.NewAsync($$$"""{"messages":[{"role":"user","content":"a","files":[{"type":"image","id":"{{{file}}}"}]}]}""");
        time.Advance(FileStore.Unnamed);

        // Notes of blobs that were written: settled, so that what is compared later is what is owned.
        await HousekeepAsync(site, time);
    }

    private static async Task HousekeepAsync(AccountSite site, ManualTime time)
    {
        time.Advance(Leftover.Grace + TimeSpan.FromMinutes(1));
        while (!(await site.Get<LeftoverSweep>().RunAsync(default)).IsComplete)
        {
        }
    }

    /// <summary>Every row and blob that is the person's or names them.</summary>
    private static async Task<List<string>> ContentsAsync(AccountSite site, Person person)
    {
        var (rows, owner, found) = (site.Get<RowStore>(), OwnerId.OfAccount(person.Id).Text, new List<string>());
        await foreach (var row in rows.QueryAllAsync(AccountRows.Table, AccountRows.Partition, RowRange.All, default))
        {
            if (row.Key.Row.Contains(person.Id.Text, StringComparison.Ordinal) || row.Properties.GetText("User") == person.Id.Text)
            {
                found.Add($"Accounts {row.Key.Row}");
            }
        }

        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner, RowRange.All, default))
        {
            found.Add($"Chats {row.Key.Row}");
        }

        await foreach (var row in rows.QueryAllAsync(Leftover.Table, Leftover.Partition, RowRange.All, default))
        {
            if (row.Key.Row.Contains(owner, StringComparison.Ordinal))
            {
                found.Add($"Leftovers {row.Key.Row}");
            }
        }

        await foreach (var row in rows.QueryAllAsync("Prompts", owner, RowRange.All, default))
        {
            found.Add($"Prompts {row.Key.Row}");
        }

        await foreach (var row in rows.QueryAllAsync("ModelSettings", "site", RowRange.All, default))
        {
            if (row.Properties.GetText("Owner") == owner)
            {
                found.Add($"ModelSettings {row.Key.Row}");
            }
        }

        var blobs = await site.Get<BlobStore>().ListAsync(BlobPrefix.Inside(MessageOverflow.Folder(OwnerId.OfAccount(person.Id))), 1_000, null, default);
        var files = await site.Get<BlobStore>().ListAsync(BlobPrefix.Inside(FileStore.Folder(OwnerId.OfAccount(person.Id))), 1_000, null, default);
        found.AddRange(blobs.Blobs.Concat(files.Blobs).Select(blob => $"blob {blob.Path.Text}"));
        return found;
    }
}
