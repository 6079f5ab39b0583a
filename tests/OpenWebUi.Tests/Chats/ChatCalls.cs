using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Chats;

/// <summary>The requests that tests of stored chats make again and again.</summary>
internal static class ChatCalls
{
    public const string Root = "/api/v1/chats";

    /// <summary>A blob as Open WebUI's page sends it: two answers to the first question, the second gone on with, and fields that we know nothing of.</summary>
    public const string Blob = """
        {"id":"","title":"Trip to Lisbon","models":["m-1","m-2"],"system":"Be brief.","params":{"temperature":0.50,"stop":["a","b"]},
         "files":[{"type":"file","id":"f1","name":"a.pdf"}],"tags":["travel"],"timestamp":1731000000123,"originalChatId":"older","ourOwn":{"deep":[1,2.0,null,{"x":"é 🙂"}]},
         "history":{"currentId":"a4","unknown":true,"messages":{
           "u1":{"id":"u1","parentId":null,"childrenIds":["a2","a1"],"role":"user","content":"Where to?","timestamp":1731000000,"models":["m-1","m-2"],"files":[{"type":"image","url":"data:image/png;base64,AA=="}]},
           "a1":{"id":"a1","parentId":"u1","childrenIds":[],"role":"assistant","content":"Porto.","model":"m-1","modelName":"Model 1","modelIdx":0,"done":true,"timestamp":1731000001,"usage":{"total_tokens":7},"statusHistory":[{"action":"web_search","done":true}]},
           "a2":{"id":"a2","parentId":"u1","childrenIds":["u3"],"role":"assistant","content":"Lisbon 🙂.","model":"m-2","modelName":"Model 2","modelIdx":1,"done":true,"timestamp":1731000001,"annotation":{"rating":1},"info":{"eval":3}},
           "u3":{"id":"u3","parentId":"a2","childrenIds":["a4"],"role":"user","content":"Why?","timestamp":1731000002},
           "a4":{"id":"a4","parentId":"u3","childrenIds":[],"role":"assistant","content":"","model":"m-2","error":{"content":"overloaded"},"done":true,"timestamp":1731000003}}},
         "messages":[]}
        """;

    public static async Task<JsonNode> JsonOfAsync(this Task<HttpResponseMessage> sending, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text[..Math.Min(2_000, text.Length)]}");
        return JsonNode.Parse(text)!;
    }

    public static Task<HttpResponseMessage> SendJsonAsync(this HttpClient client, string path, JsonNode? body, params (string Name, string Value)[] headers) =>
        client.CallAsync("POST", Root + path, body?.ToJsonString(), headers);

    public static Task<JsonNode> ReadAsync(this HttpClient client, string path, params (string Name, string Value)[] headers) =>
        client.GetAsync(Root + path, headers).JsonOfAsync();

    /// <summary>Stores a blob; the chat's id.</summary>
    public static async Task<string> NewAsync(this HttpClient client, string blob = Blob, params (string Name, string Value)[] headers) =>
        (string)(await client.SendJsonAsync("/new", new JsonObject { ["chat"] = JsonNode.Parse(blob) }, headers).JsonOfAsync())["id"]!;

    public static Task<HttpResponseMessage> UpdateAsync(this HttpClient client, string id, JsonNode chat, params (string Name, string Value)[] headers) =>
        client.SendJsonAsync("/" + id, new JsonObject { ["chat"] = chat.DeepClone() }, headers);

    public static async Task<string> TagAsync(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(Root + path);
        return Assert.IsType<string>(answer.Header("ETag"));
    }

    /// <summary>Rows of the single account that were written, or removed, by what is done.</summary>
    public static async Task<IReadOnlyList<string>> WrittenAsync(this TestSite site, Func<Task> act)
    {
        var before = await RowsAsync(site);
        await act();
        var after = await RowsAsync(site);
        return [.. before.Keys.Union(after.Keys).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key)).Order(StringComparer.Ordinal)];
    }

    /// <summary>A line of messages, each below the one before: m0, m1...</summary>
    public static JsonObject Line(int count, int contentChars = 8)
    {
        var messages = new JsonObject();
        for (var i = 0; i < count; i++)
        {
            messages[$"m{i}"] = new JsonObject
            {
                ["id"] = $"m{i}",
                ["parentId"] = i == 0 ? null : $"m{i - 1}",
                ["childrenIds"] = i == count - 1 ? [] : new JsonArray($"m{i + 1}"),
                ["role"] = i % 2 == 0 ? "user" : "assistant",
                ["content"] = new string((char)('a' + (i % 26)), contentChars),
                ["timestamp"] = 1_731_000_000 + i,
            };
        }

        return new JsonObject { ["title"] = "Line", ["history"] = new JsonObject { ["currentId"] = $"m{count - 1}", ["messages"] = messages } };
    }

    private static async Task<Dictionary<string, string>> RowsAsync(TestSite site)
    {
        var rows = new Dictionary<string, string>();
        await foreach (var row in site.Services.GetRequiredService<RowStore>().QueryAllAsync("Chats", "u-local", RowRange.All, default))
        {
            rows[row.Key.Row] = row.ETag.Value;
        }

        return rows;
    }
}
