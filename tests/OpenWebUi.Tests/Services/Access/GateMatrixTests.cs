using System.Net;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>The relay's surfaces against every kind of caller of code mode. All endpoints are in <c>Auth/EndpointMatrixTests</c>.</summary>
public sealed class GateMatrixTests
{
    /// <summary>One call for each relay surface; what a caller who has nothing but a key of its own gets there.</summary>
    private static readonly (string Method, string Path, string? Body, int OwnKey)[] RelayCalls =
    [
        ("GET", "/v1/models", null, 200),
        ("POST", "/v1/chat/completions", """{"model":"echo","messages":[]}""", 200),
        ("GET", "/openai/models", null, 200),
        ("POST", "/openai/v1/chat/completions", """{"model":"echo","messages":[]}""", 200),
        ("GET", "/api/openai/v1/models", null, 200),
        ("POST", "/api/openai/v1/chat/completions", """{"model":"echo","messages":[]}""", 200),
        ("POST", "/api/chat/completions", """{"model":"echo","messages":[]}""", 200),
        ("POST", "/api/v1/chat/completions", """{"model":"echo","messages":[]}""", 200),
        ("POST", "/api/embeddings", """{"model":"embed","input":"x"}""", 200),
        ("POST", "/api/v1/embeddings", """{"model":"embed","input":"x"}""", 200),
        ("GET", "/api/models", null, 200),
        ("GET", "/api/v1/models", null, 200),
        // No Ollama server takes keys.
        ("POST", "/ollama/v1/chat/completions", """{"model":"echo","messages":[]}""", 404),
        ("POST", "/ollama/api/chat", """{"model":"echo","messages":[],"stream":false}""", 404),
        ("GET", "/ollama/api/tags", null, 200),
        ("GET", "/ollama", null, 200),
    ];

    [Theory]
    [InlineData("stranger")]
    [InlineData("wrong code")]
    [InlineData("right code")]
    [InlineData("pass")]
    [InlineData("own key")]
    [InlineData("own key, hidden")]
    [InlineData("session token")]
    public async Task RelayRoutes_AskedByEachKindOfCaller_OpenToThoseWhoMay(string who)
    {
        await using var stub = await StubServer.StartAsync();
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "right"), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", "sk-server"),
            ("OLLAMA_BASE_URL", stub.OllamaUrl), ("HIDE_USER_API_KEY", who.EndsWith("hidden", StringComparison.Ordinal) ? "1" : ""));
        (string, string)[] headers = who switch
        {
            "stranger" => [],
            "wrong code" => [("Authorization", "Bearer nk-wrong")],
            "right code" => [("Authorization", "Bearer nk-right")],
            "pass" => [AccessCalls.Cookie(await site.Client.PassAsync("right"))],
            "session token" => [("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJpZCI6IjEifQ.")],
            _ => [("Authorization", "Bearer sk-own")],
        };
        foreach (var (method, path, body, ownKey) in RelayCalls)
        {
            using var answer = await site.Client.CallAsync(method, path, body, headers);
            var expected = who switch { "right code" or "pass" => 200, "own key" => ownKey, _ => 401 };
            Assert.True(expected == (int)answer.StatusCode, $"{who} {method} {path}: {(int)answer.StatusCode} instead of {expected}");
            // Wrong codes lock an address; this test is about gates.
            time.Advance(TimeSpan.FromMinutes(16));
        }

        Assert.Equal(who is "right code" or "pass" or "own key", stub.Requests.Count > 0);
    }

    [Theory]
    [InlineData("GET", "/health", 200)]
    [InlineData("HEAD", "/health", 200)]
    [InlineData("GET", "/api/version", 200)]
    [InlineData("GET", "/api/config", 200)]
    [InlineData("POST", "/api/config", 200)]
    [InlineData("POST", "/api/v1/access/leave", 200)]
    [InlineData("GET", "/api/nothing", 404)]
    [InlineData("GET", "/ollama/nothing/else", 200)]
    [InlineData("GET", "/v1beta/models", 200)]
    public async Task PublicRoutes_AskedByAStrangerOrWithAWrongCode_AnswerAlike(string method, string path, int status)
    {
        var page = Directory.CreateTempSubdirectory("openwebui-page");
        await File.WriteAllTextAsync(Path.Combine(page.FullName, "index.html"), "<!doctype html>");
        try
        {
            await using var site = await TestSite.StartAsync(("CODE", "right"), ("FRONTEND_BUILD_DIR", page.FullName));
            for (var i = 0; i < 8; i++)
            {
                using var stranger = await site.Client.CallAsync(method, path, null);
                Assert.Equal(status, (int)stranger.StatusCode);
                using var wrong = await site.Client.CallAsync(method, path, null, ("Authorization", "Bearer nk-wrong"));
                Assert.Equal(status, (int)wrong.StatusCode);
            }

            // A code that no route looked at was no guess.
            Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/v1/models", ("Authorization", "Bearer nk-right")));
        }
        finally
        {
            page.Delete(recursive: true);
        }
    }
}
