using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Access;

namespace OpenWebUi.Tests.Auth;

/// <summary>The requests that tests of accounts make again and again.</summary>
internal static class AuthCalls
{
    public const string Root = "/api/v1/auths";

    /// <summary>Something that every account which was let in may read, and nobody else.</summary>
    public const string ForUsers = "/api/v1/chats/list";

    public static Task<HttpResponseMessage> SignUpAsync(this HttpClient client, string email, params (string Name, string Value)[] headers) =>
        client.CallAsync("POST", Root + "/signup",
            new JsonObject { ["name"] = email.Split('@')[0], ["email"] = email, ["password"] = AccountSite.Password }.ToJsonString(), headers);

    public static Task<HttpResponseMessage> SignInAsync(this HttpClient client, string email, string password, params (string Name, string Value)[] headers) =>
        client.CallAsync("POST", Root + "/signin", new JsonObject { ["email"] = email, ["password"] = password }.ToJsonString(), headers);

    /// <summary>The status, and the error's code if there is one: <c>403 cross_site</c>. Ollama's form has none.</summary>
    public static async Task<string> OutcomeAsync(this Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync();
        var status = $"{(int)answer.StatusCode}";
        if ((int)answer.StatusCode < 400 || answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) != true)
        {
            return status;
        }

        using var error = JsonDocument.Parse(text);
        return error.RootElement.TryGetProperty("type", out var type) ? $"{status} {type.GetString()!.Split('/')[^1]}"
            : error.RootElement.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? $"{status} {inner.GetProperty("code").GetString()}"
            : status;
    }

    public static Task<string> OutcomeAsync(this HttpClient client, string method, string path, params (string Name, string Value)[] headers) =>
        client.CallAsync(method, path, method == "GET" ? null : "{}", headers).OutcomeAsync();

    public static (string Name, string Value) Bearer(string token) => ("Authorization", "Bearer " + token);

    public static (string Name, string Value) Cookie(string token) => ("Cookie", "token=" + token);

    /// <summary>The whole line of a cookie that an answer sets; null when it does not.</summary>
    public static string? SetCookieOf(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues("Set-Cookie", out var lines) ? lines.SingleOrDefault(line => line.StartsWith(name + "=", StringComparison.Ordinal)) : null;

    /// <summary>The value of a cookie that an answer sets.</summary>
    public static string CookieOf(this HttpResponseMessage answer, string name) => Assert.IsType<string>(answer.SetCookieOf(name)).Split(';')[0][(name.Length + 1)..];

    public static async Task<JsonElement> OkAsync(this Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.JsonAsync();
    }
}
