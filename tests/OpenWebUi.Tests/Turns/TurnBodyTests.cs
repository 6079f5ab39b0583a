using System.Net;
using System.Text;
using System.Text.Json;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Turns;

/// <summary>Bodies of a wrong shape, and callers who store nothing.</summary>
public sealed class TurnBodyTests
{
    [Theory]
    [InlineData("""{"model":"m","chat_id":5}""", 422, "chat_id")]
    [InlineData("""{"model":"m","chat_id":"a.b"}""", 422, "chat_id")]
    [InlineData("""{"model":"m","chat_id":"a/../b"}""", 422, "chat_id")]
    [InlineData("""{"model":"m","chat_id":{}}""", 422, "chat_id")]
    [InlineData("""{"model":"m","chat_id":"c1"}""", 404, "chat_id")]
    [InlineData("""{"model":"m","chat_id":"c1","parent_id":[]}""", 422, "parent_id")]
    [InlineData("""{"model":"m","chat_id":"c1","parent_id":"p","stream":"yes"}""", 422, "stream")]
    [InlineData("""{"model":"m","chat_id":"c1","parent_id":"p","messages":"x"}""", 422, "messages")]
    [InlineData("""{"model":"m","chat_id":"c1","parent_id":"p","params":5}""", 422, "params")]
    [InlineData("""{"model":"m","chat_id":"c1","parent_id":"p","background_tasks":true}""", 422, "background_tasks")]
    [InlineData("""{"model":"m","chat_id":"c1","id":"a","continue":1}""", 422, "continue")]
    [InlineData("""{"model":"m","chat_id":"c1","continue":true}""", 422, "continue")]
    [InlineData("""{"model":"m","chat_id":"c1","id":"a","continue":true,"sequence":-1}""", 422, "sequence")]
    [InlineData("""{"model":"m","chat_id":"c1","id":"a","continue":true,"sequence":"7"}""", 422, "sequence")]
    [InlineData("""{"model":"m","chat_id":"c1","id":"a","continue":true}""", 404, "chat_id")]
    [InlineData("""{"model":"m","user_message":"hi"}""", 422, "user_message")]
    [InlineData("""{"model":"m","user_message":{}}""", 422, "user_message")]
    [InlineData("""{"model":"m","user_message":{"content":5}}""", 422, "user_message")]
    [InlineData("""{"model":"m","user_message":{"content":["x"]}}""", 422, "user_message")]
    [InlineData("""{"model":"m","user_message":{"id":"ä","content":"x"}}""", 422, "id")]
    [InlineData("""{"model":"m","user_message":{"id":"same","content":"x"},"id":"same"}""", 422, "id")]
    [InlineData("""{"model":"m","user_message":{"content":"x"},"parent_id":"p"}""", 422, "parent_id")]
    [InlineData("""{"model":"m","user_message":{"content":"x"},"continue":true,"id":"a"}""", 422, "continue")]
    [InlineData("""{"model":5,"user_message":{"content":"x"}}""", 422, "model")]
    [InlineData("""{"user_message":{"content":"x"}}""", 422, "model")]
    [InlineData("""{"user_message":{"content":"x"},"message_ids":{}}""", 422, "message_ids")]
    [InlineData("""{"user_message":{"content":"x"},"message_ids":[]}""", 422, "message_ids")]
    [InlineData("""{"user_message":{"content":"x"},"message_ids":[5]}""", 422, "message_ids")]
    [InlineData("""{"user_message":{"content":"x"},"message_ids":[{"model_id":"m","message_id":"a"},{"model_id":"n","message_id":"a"}]}""", 422, "message_ids")]
    [InlineData("""{"user_message":{"content":"x"},"message_ids":[{"message_id":"a"}]}""", 422, "model_id")]
    [InlineData("""{"model":"m","user_message":{"content":"x","content":"y"}}""", 400, null)]
    [InlineData("""{"model":"m","user_message":{"content":"\ud83d"}}""", 400, null)]
    [InlineData("""{"model":"m","user_message":{"content":"x","files":[{"name":"\udc00"}]}}""", 400, null)]
    [InlineData("""{"model":"m","user_message":{"content":"x","\udc00":1}}""", 400, null)]
    public async Task Body_OfAWrongShape_IsRefusedInOpenAisForm(string body, int status, string? param)
    {
        await using var site = await TurnSite.StartAsync();
        using var response = await site.Client.PostAsync("/api/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{response.StatusCode}: {text}");
        using var error = JsonDocument.Parse(text);
        Assert.Equal(param, error.RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(site.Stub.Requests);
        Assert.Empty(await site.RowsAsync("x."));
    }

    [Theory]
    [InlineData("""{"chat_id":"","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"chat_id":null,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"session_id":"s","id":"a","messages":[{"role":"user","content":"chat_id"}]}""")]
    public async Task Call_WithoutAChat_IsRelayedUntouched(string body)
    {
        await using var site = await TurnSite.StartAsync();
        using var response = await site.SendAsync(body);
        Assert.Contains("Hello", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("x-openwebui-chat-id"));
        Assert.Empty(await site.RowsAsync("x."));
    }

    [Fact]
    public async Task Caller_WhoStoresNothing_Is403()
    {
        await using var stub = await StubProvider.StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("CODE", "opensesame"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-x"));
        foreach (var key in (string[])["nk-opensesame", "sk-own"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat/completions")
            {
                Headers = { { "Authorization", "Bearer " + key } },
                Content = new StringContent("""{"model":"echo","user_message":{"content":"x"}}""", Encoding.UTF8, "application/json"),
            };
            using var response = await site.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }
}
