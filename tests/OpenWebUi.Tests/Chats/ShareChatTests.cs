using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Users;

namespace OpenWebUi.Tests.Chats;

public sealed class ShareChatTests
{
    private const string Secret = "SECRET-beside";

    [Fact]
    public async Task Share_OfAChat_IsReadByAStrangerWithoutAnyWordOfItsOwner()
    {
        await using var site = await AccountSite.StartAsync();
        var id = await site.User.Bearer.NewAsync(ChatCalls.Blob.Replace("Be brief.", Secret, StringComparison.Ordinal));
        var share = await ShareAsync(site.User.Bearer, id);
        Assert.Matches("^[0-9a-f]{32}$", share);

        using var answer = await site.Stranger.GetAsync($"{ChatCalls.Root}/share/{share}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("noindex, nofollow", "no-store"), (answer.Header("X-Robots-Tag"), answer.Header("Cache-Control")));
        var text = await answer.Content.ReadAsStringAsync();
        foreach (var hidden in (string[])[site.User.Id.Text, site.User.Email, site.User.Name, id, Secret, "Porto.", "overloaded", "base64", "ourOwn"])
        {
            Assert.DoesNotContain(hidden, text, StringComparison.Ordinal);
        }

        var row = JsonNode.Parse(text)!;
        Assert.Equal(("Trip to Lisbon", share, "shared"), ((string?)row["title"], (string?)row["share_id"], (string?)row["user_id"]));
        var messages = row["chat"]!["history"]!["messages"]!.AsObject();
        Assert.Equal(["u1", "a2", "u3", "a4"], messages.Select(m => m.Key));
        Assert.Equal(("Lisbon 🙂.", "Model 2"), ((string?)messages["a2"]!["content"], (string?)messages["a2"]!["modelName"]));
        Assert.Equal("u3", (string?)messages["a2"]!["childrenIds"]![0]);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(120_000)]
    public async Task Share_OfAChatThatGoesOn_StaysAsItWasUntilItIsRefreshed(int contentChars)
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = await site.Client.NewAsync(ChatCalls.Line(3, contentChars).ToJsonString());
        var share = await ShareAsync(site.Client, id);
        var before = await ReadTextAsync(site.Client, share);
        await site.Client.UpdateAsync(id, JsonNode.Parse("""{"title":"Newer"}""")!).JsonOfAsync();
        Assert.Equal(before, await ReadTextAsync(site.Client, share));

        Assert.Equal(share, await ShareAsync(site.Client, id));
        Assert.Contains("Newer", await ReadTextAsync(site.Client, share), StringComparison.Ordinal);
        Assert.Equal(share, (string?)(await site.Client.ReadAsync($"/{id}/branch"))["chat"]!["share_id"]);
        await HousekeepAsync(site, time);
        Assert.Contains("Newer", await ReadTextAsync(site.Client, share), StringComparison.Ordinal);
        Assert.Equal(contentChars > 100_000 ? 1 : 0, (await ShareBlobsAsync(site)).Count);
    }

    [Fact]
    public async Task Share_Revoked_IsGoneAtOnceAndComesBackUnderAnotherId()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.NewAsync();
        var share = await ShareAsync(site.Client, id);
        Assert.True((bool)await site.Client.CallAsync("DELETE", $"{ChatCalls.Root}/{id}/share", null).JsonOfAsync());
        Assert.False((bool)await site.Client.CallAsync("DELETE", $"{ChatCalls.Root}/{id}/share", null).JsonOfAsync());
        await AssertGoneAsync(site.Client, share);
        Assert.Null((await site.Client.ReadAsync("/" + id))["share_id"]);
        Assert.NotEqual(share, await ShareAsync(site.Client, id));
    }

    [Fact]
    public async Task Share_OfADeletedChat_IsGoneUntilTheChatIsBack()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = await site.Client.NewAsync(ChatCalls.Line(3, 120_000).ToJsonString());
        var share = await ShareAsync(site.Client, id);
        await site.Client.CallAsync("DELETE", $"{ChatCalls.Root}/{id}", null).JsonOfAsync();
        await AssertGoneAsync(site.Client, share);
        await site.Client.SendJsonAsync($"/{id}/restore", null).JsonOfAsync();
        await ReadTextAsync(site.Client, share);

        await site.Client.CallAsync("DELETE", $"{ChatCalls.Root}/{id}", null).JsonOfAsync();
        await HousekeepAsync(site, time);
        Assert.Null(await RowAsync(site, share));
        Assert.Empty(await ShareBlobsAsync(site));
        await foreach (var row in site.Services.GetRequiredService<RowStore>().QueryAllAsync(ChatRows.Table, "u-local", RowRange.All, default))
        {
            Assert.Fail($"{row.Key.Row} is left.");
        }
    }

    [Fact]
    public async Task Share_WhoseWriterWasKilled_LeavesNothing()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var id = await site.Client.NewAsync();
        var chat = await site.Services.GetRequiredService<ChatStore>().GetAsync(OwnerId.Local, new(id), default);
        // The snapshot is written, then the chat turns out to be another version: what a kill in between leaves.
        var (shares, share) = (site.Services.GetRequiredService<ShareStore>(), ShareId.New());
        await site.Client.SendJsonAsync($"/{id}/pin", null).JsonOfAsync();
        Assert.Null(await shares.PublishAsync(OwnerId.Local, chat!, share, time.GetUtcNow(), new byte[300_000], default));
        Assert.NotNull(await RowAsync(site, share.Text));
        await AssertGoneAsync(site.Client, share.Text);
        await HousekeepAsync(site, time);
        Assert.Null(await RowAsync(site, share.Text));
        Assert.Empty(await ShareBlobsAsync(site));
    }

    [Fact]
    public async Task Share_OfAnAccountThatMayNotShareOrIsGone_IsRefusedAndUnreadable()
    {
        var time = new ManualTime();
        await using var site = await AccountSite.StartAsync(time, null);
        var id = await site.User.Bearer.NewAsync();
        var share = await ShareAsync(site.User.Bearer, id);
        await site.Admin.Bearer.DoAsync("POST", "/api/v1/users/default/permissions", """{"chat":{"share":false}}""");
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("sharing_off", await site.User.Bearer.RefusalAsync("POST", $"{ChatCalls.Root}/{id}/share", null, 403));
        await AssertGoneAsync(site.Stranger, share);
        await site.Admin.Bearer.DoAsync("POST", "/api/v1/users/default/permissions", """{"chat":{"share":true}}""");
        time.Advance(TimeSpan.FromSeconds(6));
        await ReadTextAsync(site.Stranger, share);

        await site.Admin.Bearer.DoAsync("DELETE", $"{UserCalls.Root}/{site.User.Id}");
        time.Advance(TimeSpan.FromSeconds(6));
        await AssertGoneAsync(site.Stranger, share);
        time.Advance(Leftover.Grace);
        await site.Get<LeftoverSweep>().RunAsync(default);
        Assert.Null(await RowAsync(site.Site, share));
    }

    [Fact]
    public async Task Share_OfAPassThatIsGivenBack_IsGoneAtOnce()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var guest = site.NewClient(cookies: true);
        await guest.PassAsync("right");
        var share = await ShareAsync(guest, await guest.NewAsync());
        using var stranger = site.NewClient();
        await ReadTextAsync(stranger, share);
        using var left = await guest.PostAsync("/api/v1/access/leave", null);
        Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        await AssertGoneAsync(stranger, share);
        Assert.Null(await RowAsync(site, share));
    }

    [Fact]
    public async Task SharedChat_Cloned_BecomesTheReadersOwn()
    {
        await using var site = await AccountSite.StartAsync();
        var id = await site.User.Bearer.NewAsync();
        var share = await ShareAsync(site.User.Bearer, id);
        var copy = await site.Other.Bearer.SendJsonAsync($"/{share}/clone/shared", null).JsonOfAsync();
        Assert.Null(copy["share_id"]);
        var whole = await site.Other.Bearer.ReadAsync("/" + (string)copy["id"]!);
        Assert.Equal(["u1", "a2", "u3", "a4"], whole["chat"]!["history"]!["messages"]!.AsObject().Select(m => m.Key));
        Assert.Equal("Trip to Lisbon", (string?)whole["title"]);
        // The owner's copy is not shared with the original.
        var clone = await site.User.Bearer.SendJsonAsync($"/{id}/clone", null).JsonOfAsync();
        Assert.Null(clone["share_id"]);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    public async Task Share_ThatIsNone_IsMissing(string share)
    {
        await using var site = await TestSite.StartAsync();
        await AssertGoneAsync(site.Client, share);
    }

    private static async Task<string> ShareAsync(HttpClient client, string chat) =>
        (string)(await client.SendJsonAsync($"/{chat}/share", null).JsonOfAsync())["share_id"]!;

    private static async Task<string> ReadTextAsync(HttpClient client, string share)
    {
        using var answer = await client.GetAsync($"{ChatCalls.Root}/share/{share}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task AssertGoneAsync(HttpClient client, string share)
    {
        using var answer = await client.GetAsync($"{ChatCalls.Root}/share/{share}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static Task<StoredRow?> RowAsync(TestSite site, string share) =>
        site.Services.GetRequiredService<RowStore>().GetAsync(Share.Key(new(share)), default);

    private static async Task<IReadOnlyList<BlobEntry>> ShareBlobsAsync(TestSite site) =>
        [.. (await site.Services.GetRequiredService<BlobStore>().ListAsync(BlobPrefix.Inside(MessageOverflow.Folder(OwnerId.Local)), 1_000, null, default)).Blobs
            .Where(blob => blob.Path.Text.Contains("/share.", StringComparison.Ordinal))];

    private static async Task HousekeepAsync(TestSite site, ManualTime time)
    {
        time.Advance(Leftover.Grace + TimeSpan.FromMinutes(1));
        await site.Services.GetRequiredService<LeftoverSweep>().RunAsync(default);
    }
}
