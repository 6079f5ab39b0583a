using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace OpenWebUi.Tests.Browser;

/// <summary>Files as other programs export them, made by us to the shapes that are documented; broken items among them.</summary>
internal static class MovedFiles
{
    /// <summary>A question with two answers, the second shown; a conversation of thoughts and tools; an item that is none.</summary>
    public static JsonArray ChatGpt() => JsonNode.Parse("""
        [{"title":"Tea","create_time":1700000000.5,"update_time":1700000100.5,"conversation_id":"c-tea","current_node":"a2","default_model_slug":"gpt-4o","gizmo_id":null,
          "mapping":{
            "root":{"id":"root","message":null,"parent":null,"children":["u1"]},
            "u1":{"id":"u1","parent":"root","children":["a1","a2"],"message":{"id":"u1","author":{"role":"user"},"create_time":1700000001,"content":{"content_type":"text","parts":["Which tea?"]},"metadata":{},"recipient":"all"}},
            "a1":{"id":"a1","parent":"u1","children":[],"message":{"id":"a1","author":{"role":"assistant"},"create_time":1700000002,"content":{"content_type":"text","parts":["Green tea."]},"metadata":{"model_slug":"gpt-4"},"recipient":"all"}},
            "a2":{"id":"a2","parent":"u1","children":[],"message":{"id":"a2","author":{"role":"assistant"},"create_time":1700000003,"content":{"content_type":"text","parts":["Black tea."]},"metadata":{"model_slug":"o3","citations":[1]},"recipient":"all"}}}},
         {"title":"Torn","mapping":3},
         {"title":"Sums","create_time":1700000200,"update_time":1700000300,"conversation_id":"c-sums","current_node":"a","mapping":{
            "u":{"id":"u","parent":null,"children":["t"],"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["2+2?"]},"metadata":{}}},
            "t":{"id":"t","parent":"u","children":["a"],"message":{"author":{"role":"assistant"},"recipient":"python","content":{"content_type":"code","language":"python","text":"print(2+2)"},"metadata":{}}},
            "a":{"id":"a","parent":"t","children":[],"message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":["Four."]},"metadata":{"model_slug":"gpt-4o"}}}}}]
        """)!.AsArray();

    /// <summary>The export as it is downloaded: packed, beside files of other kinds.</summary>
    public static FilePayload ChatGptZip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in ((string, string)[])[("user.json", """{"id":"u"}"""), ("chat.html", "<html>"), ("conversations.json", ChatGpt().ToJsonString())])
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return new() { Name = "chatgpt.zip", MimeType = "application/zip", Buffer = bytes.ToArray() };
    }

    /// <summary>Two sessions, one of them empty and one torn beside them; a mask; a prompt of the reader's own; keys, which are nobody's business.</summary>
    public static FilePayload NextChat() => Json("""
        {"access-control":{"openaiApiKey":"sk-of-the-backup"},"app-config":{"theme":"auto"},
         "chat-next-web-store":{"currentSessionIndex":0,"sessions":[
           {"id":"s-1","topic":"Bread","memoryPrompt":"They bake.","lastUpdate":1700000000000,"messages":[
             {"id":"n1","date":"11/14/2023, 10:13:20 PM","role":"user","content":"How long?"},
             {"id":"n2","date":"11/14/2023, 10:13:25 PM","role":"assistant","content":"An hour.","model":"gpt-4o-mini"}],
            "mask":{"name":"Baker","context":[{"role":"system","content":"You bake."}],"modelConfig":{"model":"gpt-4o-mini","temperature":0.3}}},
           {"id":"s-2","topic":"New Conversation","messages":[],"lastUpdate":1700000000000},
           {"id":"s-3","topic":"Torn","messages":"none"}]},
         "mask-store":{"masks":{"m1":{"id":"m1","name":"Baker","builtin":false,"context":[{"role":"system","content":"You bake."}],"modelConfig":{"model":"gpt-4o-mini"}}}},
         "prompt-store":{"counter":1,"prompts":{"p1":{"id":"p1","isUser":true,"title":"Shorten","content":"Make it short:"}}}}
        """);

    /// <summary>Of Open WebUI's first versions: the chats alone, with a list of messages.</summary>
    public static FilePayload Legacy() => Json("""
        [{"id":"old","title":"Old chat","models":["m"],"messages":[{"id":"1","role":"user","content":"Hello"},{"id":"2","role":"assistant","content":"Good day."}],"timestamp":1700000000000},
         {"title":"Nothing of a chat"}]
        """);

    private static FilePayload Json(string text) => new() { Name = "export.json", MimeType = "application/json", Buffer = Encoding.UTF8.GetBytes(text) };
}
