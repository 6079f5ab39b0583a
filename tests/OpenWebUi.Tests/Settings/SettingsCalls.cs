using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Access;

namespace OpenWebUi.Tests.Settings;

/// <summary>What tests of the settings ask again and again, as the administrator.</summary>
internal static class SettingsCalls
{
    public const string Path = "/api/v1/configs/settings";

    public static async Task<JsonElement> ReadAsync(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, []);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    /// <summary>Posts what must be taken.</summary>
    public static async Task<JsonElement> PostAsync(this HttpClient client, string path, string body)
    {
        using var answer = await client.CallAsync("POST", path, body);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    /// <summary>Posts what must be refused.</summary>
    public static async Task<JsonElement> RefusedAsync(this HttpClient client, string path, string body, HttpStatusCode status)
    {
        using var answer = await client.CallAsync("POST", path, body);
        Assert.Equal(status, answer.StatusCode);
        return await answer.JsonAsync();
    }

    public static async Task<string> VersionAsync(this HttpClient client) => (await client.ReadAsync(Path)).GetProperty("version").GetString()!;

    public static string Body(string version, string changes) => $$"""{"version":{{JsonSerializer.Serialize(version)}},"changes":{{changes}}}""";

    /// <summary>Changes settings at the newest version.</summary>
    public static async Task<JsonElement> ChangeAsync(this HttpClient client, string changes) =>
        await client.PostAsync(Path, Body(await client.VersionAsync(), changes));

    public static JsonElement Of(this JsonElement settings, string key) =>
        Assert.Single(settings.GetProperty("settings").EnumerateArray().ToList(), s => s.GetProperty("key").GetString() == key);

    public static string ValueOf(this JsonElement settings, string key) => settings.Of(key).GetProperty("value").GetRawText();
}
