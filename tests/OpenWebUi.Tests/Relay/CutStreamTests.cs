using System.Net;
using System.Net.Http.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Relay;

public sealed class CutStreamTests
{
    /// <summary>Chunks and reset often arrive together: then the read after the first one has failed before anything was flushed.</summary>
    [Fact]
    public async Task Stream_CutRightBehindItsFirstChunks_KeepsThemAndEndsWithAnError()
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await TestSite.StartAsync(("BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-site"));
        for (var i = 0; i < 100; i++)
        {
            using var answer = await site.Client.PostAsJsonAsync(
                "/api/chat/completions", new { model = "cut", stream = true, messages = new[] { new { role = "user", content = "hello" } } });
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode} at attempt {i}: {text}");
            Assert.Contains("You ", text, StringComparison.Ordinal);
            Assert.Contains("\"error\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        }
    }
}
