using System.Net.Http.Headers;
using System.Text;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Relay;

/// <summary>Shared by the relay's tests: a site in front of one stub, and calls on its surfaces.</summary>
internal static class RelayCalls
{
    /// <summary>Every address under which a chat can be streamed. The last two are NDJSON and Ollama's.</summary>
    public static TheoryData<string> Surfaces =>
    [
        "/v1/chat/completions", "/openai/chat/completions", "/openai/v1/chat/completions", "/api/openai/v1/chat/completions",
        "/api/chat/completions", "/api/v1/chat/completions", "/ollama/v1/chat/completions", "/ollama/api/chat", "/ollama/api/generate",
    ];

    public static bool IsOllama(string path) => path.StartsWith("/ollama", StringComparison.Ordinal);

    public static bool IsNative(string path) => path.StartsWith("/ollama/api", StringComparison.Ordinal);

    public static Task<TestSite> SiteFor(StubServer stub, string path, params (string, string)[] more) => SiteFor(TimeProvider.System, stub, path, more);

    public static Task<TestSite> SiteFor(TimeProvider time, StubServer stub, string path, params (string, string)[] more) =>
        TestSite.StartAsync(time, [IsOllama(path) ? ("OLLAMA_BASE_URL", stub.OllamaUrl) : ("BASE_URL", stub.BaseUrl), .. more]);

    public static HttpRequestMessage Chat(string path, string model, bool stream = true) => Post(path, path.EndsWith("/generate", StringComparison.Ordinal)
        ? $$"""{"model":"{{model}}","prompt":"hello","stream":{{(stream ? "true" : "false")}}}"""
        : $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}],"stream":{{(stream ? "true" : "false")}}}""");

    public static HttpRequestMessage Post(string path, string json) =>
        new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };

    public static Task<HttpResponseMessage> StreamAsync(this HttpClient client, HttpRequestMessage message, CancellationToken cancellation = default) =>
        client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);

    /// <summary>Reads until the text is there; fails when the stream ends without it.</summary>
    public static async Task<string> ReadUntilAsync(this Stream stream, string wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(wanted, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            Assert.True(read > 0, $"The stream ended without '{wanted}': {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    /// <summary>Reads until the text is there, and moves the clock a second at a time meanwhile: what writes it may set its timer a moment later.</summary>
    public static async Task<string> ReadUntilAsync(this Stream stream, string wanted, ManualTime time)
    {
        var reading = stream.ReadUntilAsync(wanted);
        await time.AdvanceUntilAsync(reading, TimeSpan.FromSeconds(1));
        return await reading;
    }

    public static async Task<string> ReadToEndAsync(this HttpResponseMessage answer)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await answer.Content.ReadAsStringAsync(limit.Token);
    }

    /// <summary>Waits, bounded, for something that another thread is about to do.</summary>
    public static async Task EventuallyAsync(Func<bool> holds, string what)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < end, what);
            await Task.Yield();
        }
    }
}
