using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

public sealed class ChatOwnerTests
{
    private static readonly (string Method, string Path, string? Body)[] OfNoChat =
    [
        ("GET", "", null), ("GET", "/", null), ("GET", "/list", null), ("GET", "/pinned", null), ("GET", "/archived", null), ("POST", "/new", """{"chat":{}}"""),
        ("GET", "/search?text=a", null), ("GET", "/all/tags", null), ("POST", "/tags", """{"name":"x"}"""),
    ];

    private static readonly (string Method, string Path, string? Body)[] OfOneChat =
    [
        ("GET", "/{id}", null), ("GET", "/{id}/branch", null), ("GET", "/{id}/branch?leaf=a4", null), ("GET", "/{id}/branch?before=1.a2", null),
        ("POST", "/{id}", """{"chat":{"title":"x"}}"""), ("POST", "/{id}", """{"chat":{"history":{"currentId":"a1"}}}"""),
        ("POST", "/{id}", """{"chat":{"history":{"messages":{"u1":{"role":"user","content":"x"}}}}}"""),
        ("POST", "/{id}/pin", null), ("GET", "/{id}/pinned", null), ("POST", "/{id}/archive", null), ("POST", "/{id}/clone", "{}"),
        ("POST", "/{id}/folder", """{"folder_id":null}"""), ("GET", "/{id}/tags", null), ("POST", "/{id}/tags", """{"name":"x"}"""),
        ("DELETE", "/{id}/tags", """{"name":"x"}"""), ("DELETE", "/{id}/tags/all", null),
        ("POST", "/{id}/messages/a4", """{"content":"x"}"""), ("POST", "/{id}/messages/a4/seen", """{"content":"x","reasoning":""}"""),
        ("POST", "/{id}/messages/a4/stop", null), ("GET", "/{id}/messages/a4/stream", null),
    ];

    /// <summary>Below /api: everything else that names a chat or a message.</summary>
    private static readonly (string Method, string Path, string? Body)[] OfTurns =
    [
        ("GET", "/api/tasks/chat/{id}", null), ("POST", "/api/tasks/stop/{id}:a4", null),
        ("POST", "/api/chat/completions", """{"model":"echo","stream":true,"chat_id":"{id}","parent_id":"a4","user_message":{"id":"n","content":"x"}}"""),
        ("POST", "/api/chat/completions", """{"model":"echo","stream":true,"chat_id":"{id}","parent_id":"u1"}"""),
        ("POST", "/api/chat/completions", """{"model":"echo","stream":true,"chat_id":"{id}","id":"a4","continue":true}"""),
        ("POST", "/api/chat/completions", """{"model":"echo","stream":true,"chat_id":"{id}","id":"a4","session_id":"s","messages":[{"role":"user","content":"x"}]}"""),
        ("POST", "/api/chat/completions", """{"model":"echo","chat_id":"{own}","parent_id":"a4","stream":true,"user_message":{"id":"n","content":"x"}}"""),
        ("POST", "/api/chat/completions", """{"model":"echo","chat_id":"{own}","parent_id":"u1","stream":true}"""),
        ("POST", "/api/chat/completions", """{"model":"echo","chat_id":"{own}","id":"a4","continue":true,"stream":true}"""),
        ("POST", "/api/v1/chats/{own}", """{"chat":{"history":{"currentId":"a4"}}}"""),
        ("POST", "/api/v1/chats/{own}/messages/a4", """{"content":"x"}"""),
        ("GET", "/api/v1/chats/{own}/branch?leaf=a4", null),
        ("DELETE", "/api/v1/chats/{id}/messages/a4", null), ("DELETE", "/api/v1/chats/{own}/messages/a4", null),
    ];

    [Fact]
    public async Task Routes_AskedByStrangersAndByKeys_StoreNothing()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var owner = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        var id = await site.Client.NewAsync(headers: owner);
        foreach (var (method, path, body) in OfNoChat.Concat(OfOneChat))
        {
            using var stranger = await site.Client.CallAsync(method, ChatCalls.Root + path.Replace("{id}", id, StringComparison.Ordinal), body);
            Assert.True(stranger.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {(int)stranger.StatusCode}");
            using var code = await site.Client.CallAsync(method, ChatCalls.Root + path.Replace("{id}", id, StringComparison.Ordinal), body, ("Authorization", "Bearer nk-right"));
            // Codes in headers count on relay routes only.
            Assert.True(code.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {(int)code.StatusCode}");
        }
    }

    [Fact]
    public async Task Chat_OfAnotherGuest_IsNotThere()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("BASE_URL", stub.BaseUrl));
        var (mine, other) = (AccessCalls.Cookie(await site.Client.PassAsync("right")), AccessCalls.Cookie(await site.Client.PassAsync("right")));
        var id = await site.Client.NewAsync(headers: mine);
        var own = await site.Client.NewAsync("""{"history":{"messages":{"o1":{"role":"user","content":"mine"}}}}""", other);
        var before = await site.Client.ReadAsync("/" + id, mine);
        foreach (var (method, path, body) in OfOneChat.Select(c => (c.Method, ChatCalls.Root + c.Path, c.Body)).Concat(OfTurns))
        {
            using var answer = await site.Client.CallAsync(method, Fill(path), body is null ? null : Fill(body), other);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {path} {body}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.True(JsonNode.DeepEquals(before, await site.Client.ReadAsync("/" + id, mine)));
        Assert.Equal([own], (await site.Client.ReadAsync("", other)).AsArray().Select(line => (string)line!["id"]!));
        var ids = (Mine: (string)before["user_id"]!, Other: (string)(await site.Client.ReadAsync("/" + own, other))["user_id"]!);
        Assert.True(ids.Mine != ids.Other && ids.Mine.StartsWith("guest-", StringComparison.Ordinal) && !mine.Value.Contains(ids.Mine[6..], StringComparison.Ordinal));

        string Fill(string text) => text.Replace("{id}", id, StringComparison.Ordinal).Replace("{own}", own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_OfTheOwner_AnswerWithAndWithoutASlash()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var owner = AccessCalls.Cookie(await site.Client.PassAsync("right"));
        foreach (var (method, path, body) in OfNoChat.Concat(OfOneChat).Where(c => !c.Path.Contains("/stream", StringComparison.Ordinal)))
        {
            var id = await site.Client.NewAsync(headers: owner);
            var (address, query) = path.Split('?') is [var a, var q] ? (a, "?" + q) : (path, "");
            foreach (var slash in (string[])["", "/"])
            {
                using var answer = await site.Client.CallAsync(method, ChatCalls.Root + address.TrimEnd('/').Replace("{id}", id, StringComparison.Ordinal) + slash + query, body, owner);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{method} {path}{slash}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    [Theory]
    [InlineData("GET", "/none")]
    [InlineData("GET", "/a%2Fb")]
    [InlineData("GET", "/a.b/branch")]
    [InlineData("GET", "/%F0%9F%99%82")]
    [InlineData("POST", "/list")]
    [InlineData("POST", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/pin")]
    public async Task Ids_OfNoChat_Are404(string method, string path)
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.CallAsync(method, ChatCalls.Root + path, method == "POST" ? """{"chat":{}}""" : null);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
    }
}
