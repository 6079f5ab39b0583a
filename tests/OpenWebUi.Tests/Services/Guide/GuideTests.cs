using System.Net;
using System.Text;
using System.Text.Json;
using OpenWebUi.Services.Guide;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Guide;

public sealed class GuideTests
{
    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/openai/chat/completions")]
    [InlineData("/api/chat/completions")]
    [InlineData("/api/openai/v1/chat/completions")]
    [InlineData("/ollama/v1/chat/completions")]
    public async Task Guide_OnASurfaceOfOpenAis_StreamsTokenByToken(string path)
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.StreamAsync(RelayCalls.Chat(path, "guide"));
        var events = (await answer.ReadToEndAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.True(events.Length > 50);
        Assert.Equal("data: [DONE]", events[^1]);
        var text = string.Concat(events[..^1].Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement.GetProperty("choices")[0].GetProperty("delta"))
            .Select(delta => delta.TryGetProperty("content", out var content) ? content.GetString() : ""));
        Assert.Equal(GuideText.For("hello"), text);
        Assert.Contains("not a language model", text, StringComparison.Ordinal);
        Assert.Contains("OLLAMA_BASE_URL", text, StringComparison.Ordinal);
        Assert.Contains("**Administration**", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ollama/api/chat")]
    [InlineData("/ollama/api/generate")]
    public async Task Guide_InOllamasDialect_StreamsLines(string path)
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.StreamAsync(RelayCalls.Chat(path, "guide:latest"));
        var lines = (await answer.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 50);
        Assert.All(lines[..^1], line => Assert.False(JsonDocument.Parse(line).RootElement.GetProperty("done").GetBoolean()));
        Assert.True(JsonDocument.Parse(lines[^1]).RootElement.GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task Guide_WithoutStream_AnswersWhole()
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.SendAsync(RelayCalls.Chat("/v1/chat/completions", "guide", stream: false));
        using var json = JsonDocument.Parse(await answer.ReadToEndAsync());
        Assert.Equal(GuideText.For("hello"), json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Fact]
    public async Task Guide_AskedAsAnotherModel_SaysThatThereIsNone()
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.SendAsync(RelayCalls.Chat("/v1/chat/completions", "gpt-4o"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("model_not_found", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"guide"}""", 422)]
    [InlineData("""{"model":"guide","messages":"hi"}""", 422)]
    [InlineData("""{"model":"guide","messages":[7]}""", 422)]
    [InlineData("""{"model":"guide","messages":[}""", 400)]
    [InlineData("""{"messages":[]}""", 422)]
    public async Task Guide_WithABadBody_SaysWhatIsWrong(string body, int status)
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.SendAsync(RelayCalls.Post("/v1/chat/completions", body));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("How do I connect Ollama?", "### Ollama", "### Deploying")]
    [InlineData("How do I set an access code?", "### Accounts, or an access code", "### Ollama")]
    [InlineData("如何部署？", "### 部署", "### 账号，或访问码")]
    public void Text_NamesTheSectionThatWasAskedFor(string question, string there, string notThere)
    {
        var text = GuideText.For(question);
        Assert.Contains(there, text, StringComparison.Ordinal);
        Assert.DoesNotContain(notThere, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("deploy")]
    [InlineData("部署😀")]
    public void Tokens_JoinedAgain_AreTheText(string question)
    {
        var text = GuideText.For(question) + "😀é";
        var joined = new StringBuilder();
        foreach (var token in GuideStream.Tokens(text))
        {
            Assert.True(char.IsLowSurrogate(token[0]) is false);
            joined.Append(token);
        }

        Assert.Equal(text, joined.ToString());
    }
}
