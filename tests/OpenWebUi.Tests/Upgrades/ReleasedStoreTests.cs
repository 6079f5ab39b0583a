using System.Net;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Files;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Upgrades;

/// <summary>This version opens the store of every release, and finds there what that release wrote.</summary>
public sealed class ReleasedStoreTests
{
    public static TheoryData<string> Releases => [.. Directory.EnumerateDirectories(ReleasedStore.Stores).Select(path => Path.GetFileName(path)!)];

    /// <summary><c>WRITE_STORE=1 dotnet test tests/OpenWebUi.Tests --filter FullyQualifiedName~ReleasedStoreTests</c> writes the store of this version first.</summary>
    [Fact]
    public async Task ThisRelease_HasItsStore()
    {
        if (Environment.GetEnvironmentVariable("WRITE_STORE") == "1")
        {
            await ReleasedStore.WriteAsync();
        }

        Assert.True(
            File.Exists(Path.Combine(ReleasedStore.Stores, ProductVersion.Text, "openwebui.db")),
            $"There is no store of {ProductVersion.Text}: write it with WRITE_STORE=1 (CONTRIBUTING.md).");
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Store_OfARelease_IsReadByThisVersion(string release)
    {
        var folder = Copy(Path.Combine(ReleasedStore.Stores, release));
        await using (var site = await TestSite.StartAsync(("WEBUI_AUTH", "true"), ("DATA_DIR", folder)))
        {
            Assert.Null(await StoreSchemaCalls.ClaimAsync(site));
            using var client = site.NewClient();
            var account = await client.CallAsync("POST", "/api/v1/auths/signin", new JsonObject { ["email"] = ReleasedStore.Email, ["password"] = ReleasedStore.Password }.ToJsonString()).JsonOfAsync();
            Assert.Equal("admin", (string?)account["role"]);
            client.DefaultRequestHeaders.Authorization = new("Bearer", (string)account["token"]!);

            var all = (await client.ReadAsync("/all")).AsArray();
            Assert.Equal(["Line", "Trip to Lisbon"], all.Select(chat => (string)chat!["title"]!).Order(StringComparer.Ordinal));
            var trip = all.Single(chat => (string)chat!["title"]! == "Trip to Lisbon")!;
            var messages = trip["chat"]!["history"]!["messages"]!;
            Assert.Equal("Lisbon 🙂.", (string?)messages["a2"]!["content"]);
            Assert.Equal("Be brief.", (string?)trip["chat"]!["system"]);
            Assert.Equal("é 🙂", (string?)trip["chat"]!["ourOwn"]!["deep"]![3]!["x"]);
            Assert.NotNull(trip["share_id"]);
            Assert.NotNull(trip["folder_id"]);
            var line = all.Single(chat => (string)chat!["title"]! == "Line")!;
            Assert.Equal(ReleasedStore.LongAnswer, (string?)line["chat"]!["history"]!["messages"]!["m11"]!["content"]);

            var file = (string)messages["u1"]!["files"]![0]!["id"]!;
            Assert.Equal(FileCalls.Gif, await client.GetByteArrayAsync($"{FileCalls.Root}{file}/content"));
            Assert.Contains(ReleasedStore.Folder, await client.GetStringAsync("/api/v1/folders/"), StringComparison.Ordinal);
            Assert.Contains("travel", await client.GetStringAsync("/api/v1/chats/all/tags"), StringComparison.Ordinal);
            Assert.Contains("Say hello", await client.GetStringAsync("/api/v1/prompts/"), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync($"/api/v1/chats/share/{(string)trip["share_id"]!}"));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string Copy(string from)
    {
        var to = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return to;
    }
}
