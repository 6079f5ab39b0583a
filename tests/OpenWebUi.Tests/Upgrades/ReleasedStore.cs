using System.Text.Json.Nodes;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Upgrades;

/// <summary>
/// A small store as a release wrote it: <c>stores/{version}/openwebui.db</c> and <c>blobs/</c>. Every release adds its own
/// (CONTRIBUTING.md); none is ever changed. What is in it is written here, so that what is read can be compared.
/// </summary>
internal static class ReleasedStore
{
    public const string Email = "ann@example.com";
    public const string Password = "an old release's password";
    public const string Prompt = "greet";
    public const string Folder = "Travels";

    /// <summary>Too long for a row: it lies in a blob.</summary>
    public static readonly string LongAnswer = string.Concat(Enumerable.Repeat("A long answer. Eine lange Antwort. 很长的回答。\n", 8_000));

    public static string Stores => Path.Combine(PublishedPackage.Repository(), "tests", "OpenWebUi.Tests", "Upgrades", "stores");

    /// <summary>Writes the store of this version, where there is none yet.</summary>
    public static async Task WriteAsync()
    {
        var folder = Path.Combine(Stores, ProductVersion.Text);
        Assert.False(Directory.Exists(folder), $"{folder} is there, and a store of a release is never changed.");
        await using (var site = await TestSite.StartAsync(("WEBUI_AUTH", "true"), ("DATA_DIR", folder), ("CODE", "")))
        {
            using var client = site.NewClient();
            var account = await client.CallAsync("POST", "/api/v1/auths/signup", new JsonObject { ["name"] = "Ann", ["email"] = Email, ["password"] = Password }.ToJsonString()).JsonOfAsync();
            client.DefaultRequestHeaders.Authorization = new("Bearer", (string)account["token"]!);

            var file = await FileCalls.UploadedAsync(client, "pixel.gif");
            var chat = JsonNode.Parse(ChatCalls.Blob)!;
            chat["history"]!["messages"]!["u1"]!["files"] = new JsonArray(new JsonObject { ["type"] = "image", ["url"] = file, ["id"] = file });
            var id = (string)(await client.SendJsonAsync("/new", new JsonObject { ["chat"] = chat }).JsonOfAsync())["id"]!;
            var line = ChatCalls.Line(12);
            line["history"]!["messages"]!["m11"]!["content"] = LongAnswer;
            await client.NewAsync(line.ToJsonString());

            var made = await client.CallAsync("POST", "/api/v1/folders/", new JsonObject { ["name"] = Folder }.ToJsonString()).JsonOfAsync();
            await client.SendJsonAsync($"/{id}/folder", new JsonObject { ["folder_id"] = (string)made["id"]! }).JsonOfAsync();
            await client.SendJsonAsync($"/{id}/tags", new JsonObject { ["name"] = "travel" }).JsonOfAsync();
            await client.SendJsonAsync($"/{id}/share", null).JsonOfAsync();
            await client.CallAsync("POST", "/api/v1/prompts/create", new JsonObject { ["command"] = Prompt, ["title"] = "Greet", ["content"] = "Say hello to {{name}}." }.ToJsonString()).JsonOfAsync();
            Assert.Null(await StoreSchemaCalls.ClaimAsync(site));
        }
    }
}
