using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Access;

namespace OpenWebUi.Tests.Auth;

/// <summary>The requests about accounts and groups that tests make again and again.</summary>
internal static class UserCalls
{
    public const string Root = "/api/v1/users";

    /// <summary>What must be answered with 200.</summary>
    public static async Task<JsonElement> DoAsync(this HttpClient client, string method, string path, string? body = null)
    {
        using var answer = await client.CallAsync(method, path, body);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.JsonAsync();
    }

    /// <summary>What must be refused: its code, the last part of the problem's type.</summary>
    public static async Task<string> RefusalAsync(this HttpClient client, string method, string path, string? body, int status)
    {
        using var answer = await client.CallAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        var type = (await answer.JsonAsync()).GetProperty("type").GetString()!;
        return type[(type.LastIndexOf('/') + 1)..];
    }

    public static async Task<int> CodeAsync(this HttpClient client, string method, string path, string? body = null)
    {
        using var answer = await client.CallAsync(method, path, body);
        return (int)answer.StatusCode;
    }

    public static Task<JsonElement> UpdateAsync(this HttpClient client, Person person, string body) => client.DoAsync("POST", $"{Root}/{person.Id}/update", body);

    public static string[] Texts(this JsonElement list, string name) => [.. list.EnumerateArray().Select(entry => entry.GetProperty(name).GetString()!)];

    /// <summary>Whether the session that this client has is one, and what its account is.</summary>
    public static async Task<string> StandingAsync(this HttpClient client)
    {
        using var answer = await client.GetAsync("/api/v1/auths/", []);
        return answer.StatusCode == HttpStatusCode.OK ? (await answer.JsonAsync()).GetProperty("role").GetString()! : ((int)answer.StatusCode).ToString();
    }
}
