using System.Net;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Tests.Access;

/// <summary>The requests that tests of the gate make again and again.</summary>
internal static class AccessCalls
{
    public const string CookieName = "access_pass";

    public static Task<HttpResponseMessage> CallAsync(this HttpClient client, string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                throw new InvalidOperationException($"{name} is no request header.");
            }
        }

        return client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> GetAsync(this HttpClient client, string path, params (string Name, string Value)[] headers) =>
        client.CallAsync("GET", path, null, headers);

    public static Task<HttpResponseMessage> RedeemAsync(this HttpClient client, string code, params (string Name, string Value)[] headers) =>
        client.CallAsync("POST", "/api/v1/access/redeem", $$"""{"code":{{JsonSerializer.Serialize(code)}}}""", headers);

    /// <summary>Redeems a right code and returns the text of the pass.</summary>
    public static async Task<string> PassAsync(this HttpClient client, string code, params (string Name, string Value)[] headers)
    {
        using var answer = await client.RedeemAsync(code, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return PassOf(answer);
    }

    public static string SetCookieOf(HttpResponseMessage answer) =>
        Assert.Single(answer.Headers.TryGetValues("Set-Cookie", out var values) ? values : []);

    public static string PassOf(HttpResponseMessage answer)
    {
        var cookie = SetCookieOf(answer);
        Assert.StartsWith(CookieName + "=", cookie, StringComparison.Ordinal);
        return cookie[(CookieName.Length + 1)..cookie.IndexOf(';', StringComparison.Ordinal)];
    }

    public static (string Name, string Value) Cookie(string pass) => ("Cookie", $"{CookieName}={pass}");

    public static async Task<HttpStatusCode> StatusAsync(this HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var answer = await client.GetAsync(path, headers);
        return answer.StatusCode;
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(",", values) : null;
}
