using System.Text.Json;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Relay;

namespace OpenWebUi.Tests.Models;

/// <summary>What tests of the model list ask again and again.</summary>
internal static class ModelCalls
{
    public const string Path = "/api/v1/models";

    /// <summary>Every address that lists models.</summary>
    public static readonly string[] Lists =
    [
        "/api/models", "/api/v1/models", "/v1/models", "/openai/models", "/openai/v1/models", "/api/openai/v1/models", "/ollama/v1/models", "/ollama/api/tags",
    ];

    /// <summary>Every address that answers with a model.</summary>
    public static readonly string[] Surfaces = [.. ((IEnumerable<object[]>)RelayCalls.Surfaces).Select(row => (string)row[0]), "/v1/messages", "/v1/embeddings", "/api/embeddings", "/ollama/api/embed"];

    /// <summary>The ids of a list, in its order.</summary>
    public static async Task<string[]> ModelsAsync(this HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var answer = await client.GetAsync(path, headers);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var json = await answer.JsonAsync();
        return json.TryGetProperty("data", out var data) ? [.. data.EnumerateArray().Select(model => model.GetProperty("id").GetString()!)]
            : [.. json.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("model").GetString()!)];
    }

    /// <summary>One model of <c>/api/models</c>.</summary>
    public static async Task<JsonElement> ModelAsync(this HttpClient client, string id, string path = "/api/models")
    {
        using var answer = await client.GetAsync(path, []);
        var json = await answer.JsonAsync();
        return Assert.Single(json.GetProperty("data").EnumerateArray().ToList(), model => model.GetProperty("id").GetString() == id);
    }

    /// <summary>Asks a model under an address: the status, and the code of an error that has one.</summary>
    public static async Task<string> AskAsync(this HttpClient client, string path, string model, params (string Name, string Value)[] headers)
    {
        var name = JsonSerializer.Serialize(model);
        var body = path switch
        {
            "/v1/messages" => $$"""{"model":{{name}},"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""",
            _ when path.EndsWith("/generate", StringComparison.Ordinal) => $$"""{"model":{{name}},"prompt":"hi","stream":false}""",
            _ when path.Contains("embed", StringComparison.Ordinal) => $$"""{"model":{{name}},"input":"hi"}""",
            _ => $$"""{"model":{{name}},"messages":[{"role":"user","content":"hi"}],"stream":false}""",
        };
        using var answer = await client.CallAsync("POST", path, body, headers);
        return $"{(int)answer.StatusCode}";
    }
}
