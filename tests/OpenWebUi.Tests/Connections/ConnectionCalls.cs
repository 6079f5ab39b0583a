using System.Net;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Settings;

namespace OpenWebUi.Tests.Connections;

/// <summary>What tests of the connections ask again and again, as the administrator.</summary>
internal static class ConnectionCalls
{
    public const string Path = "/api/v1/connections/";

    /// <summary>Makes a connection to a stub, with more fields such as <c>,"keys":["k"]</c>.</summary>
    public static Task<JsonElement> ConnectAsync(this HttpClient client, StubServer stub, string more = "") =>
        client.PostAsync(Path, $$"""{"kind":"openai","base_url":"{{stub.BaseUrl}}"{{more}}}""");

    public static async Task<string> MakeAsync(this HttpClient client, string fields) => (await client.PostAsync(Path, fields)).Text("id");

    public static async Task<IReadOnlyList<JsonElement>> ConnectionsAsync(this HttpClient client) =>
        [.. (await client.ReadAsync(Path)).GetProperty("connections").EnumerateArray()];

    public static async Task RemoveAsync(this HttpClient client, string id, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await client.CallAsync("DELETE", Path + id, null);
        Assert.Equal(status, answer.StatusCode);
    }

    /// <summary>Asks a model for an answer, as an SDK does.</summary>
    public static Task<HttpResponseMessage> CompleteAsync(this HttpClient client, string model = "echo") =>
        client.CallAsync("POST", "/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}]}""");

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string Raw(this JsonElement json, string name) => json.GetProperty(name).GetRawText();

    /// <summary>The names of the fields that an answer of 422 complains about.</summary>
    public static IReadOnlyList<string> Faults(this JsonElement refusal) => [.. refusal.GetProperty("errors").EnumerateObject().Select(e => e.Name)];
}
