using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class RemoveChatTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task Delete_ThenRestore_BringsTheLineBackAsItWas(string slash)
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time);
        var chat = await CreateAsync(site, OwnerId.Local, c => c with { IsPinned = true });
        for (var i = 0; i < 2; i++)
        {
            using var deleted = await site.Client.DeleteAsync($"/api/v1/chats/{chat.Id}{slash}");
            Assert.Equal((HttpStatusCode.OK, "true"), (deleted.StatusCode, await deleted.Content.ReadAsStringAsync()));
            Assert.Equal("application/json", deleted.Content.Headers.ContentType?.MediaType);
        }

        var chats = site.Services.GetRequiredService<ChatStore>();
        Assert.Null(await chats.GetAsync(OwnerId.Local, chat.Id, default));
        Assert.Empty((await chats.ListAsync(OwnerId.Local, Shelf.Pinned, 10, null, default)).Lines);
        for (var i = 0; i < 2; i++)
        {
            using var back = await site.Client.PostAsync($"/api/v1/chats/{chat.Id}/restore{slash}", null);
            Assert.Equal(HttpStatusCode.OK, back.StatusCode);
            var seconds = time.GetUtcNow().ToUnixTimeSeconds();
            Assert.Equal(
                $$"""{"id":"{{chat.Id}}","title":"A <chat>","updated_at":{{seconds}},"created_at":{{seconds}},"pinned":true,"archived":false,"folder_id":null,"tags":[]}""",
                await back.Content.ReadAsStringAsync());
        }

        Assert.Equal(chat.Id, Assert.Single((await chats.ListAsync(OwnerId.Local, Shelf.Pinned, 10, null, default)).Lines).Id);
    }

    [Fact]
    public async Task DeleteAndRestore_OfAnotherGuestsChat_FindNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var mine = site.NewClient(cookies: true);
        using var other = site.NewClient(cookies: true);
        var owner = await OwnerAsync(site, await mine.PassAsync("right"));
        await other.PassAsync("right");
        var chat = await CreateAsync(site, owner);
        foreach (var id in (string[])[chat.Id.Text, "nothing", "..", "a.b", new string('x', 65), "%20", "ä"])
        {
            using var deleted = await other.DeleteAsync($"/api/v1/chats/{id}");
            using var restored = await other.PostAsync($"/api/v1/chats/{id}/restore", null);
            Assert.Contains(deleted.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
            Assert.Contains(restored.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
        }

        Assert.NotNull(await site.Services.GetRequiredService<ChatStore>().GetAsync(owner, chat.Id, default));
        using var asked = await mine.DeleteAsync($"/api/v1/chats/{chat.Id}");
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        using var back = await other.PostAsync($"/api/v1/chats/{chat.Id}/restore", null);
        Assert.Equal(HttpStatusCode.NotFound, back.StatusCode);
    }

    [Fact]
    public async Task Delete_IfMatch_DeletesTheVersionThatItNamesOnly()
    {
        await using var site = await TestSite.StartAsync();
        var chat = await CreateAsync(site, OwnerId.Local);
        using var read = await site.Client.GetAsync($"/api/v1/chats/{chat.Id}");
        var tag = read.Headers.ETag!.Tag;
        using var pinned = await site.Client.PostAsync($"/api/v1/chats/{chat.Id}/pin", null);
        using var refused = await site.Client.CallAsync("DELETE", $"/api/v1/chats/{chat.Id}", null, ("If-Match", tag));
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        using var deleted = await site.Client.CallAsync("DELETE", $"/api/v1/chats/{chat.Id}", null, ("If-Match", pinned.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        using var gone = await site.Client.GetAsync($"/api/v1/chats/{chat.Id}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Delete_WhileAnotherInstanceWritesAnAnswer_AsksItToStop()
    {
        await using var site = await TestSite.StartAsync();
        var chat = await CreateAsync(site, OwnerId.Local);
        var answer = MessageId.New();
        var lease = new RunLease(answer, "theirs", TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1), 0);
        var key = new RowKey(ChatRows.Table, OwnerId.Local.Text, ChatRows.Run(chat.Id, answer));
        var rows = site.Services.GetRequiredService<RowStore>();
        await rows.PutAsync(key, lease.ToRow(), PutCondition.Always, default);
        using var deleted = await site.Client.DeleteAsync($"/api/v1/chats/{chat.Id}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.True(RunLease.Of((await rows.GetAsync(key, default))!).IsStopWanted);
    }

    private static async Task<OwnerId> OwnerAsync(TestSite site, string pass)
    {
        var key = await site.Services.GetRequiredService<OpenWebUi.Platform.Security.SigningKey>().ForAsync(AccessPass.KeyPurpose, default);
        return OwnerId.OfPass(AccessPass.ReadEvenOver(pass, key)!.Id);
    }

    private static Task<Chat> CreateAsync(TestSite site, OwnerId owner, Func<Chat, Chat>? with = null)
    {
        var now = site.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var chat = new Chat(ChatId.New(), "A <chat>", now, now);
        return site.Services.GetRequiredService<ChatWriter>().CreateAsync(owner, with?.Invoke(chat) ?? chat, [], default);
    }
}
