using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.OAuth;

/// <summary>A browser on a site: keeps its cookies where a test can look at them, and follows no redirect.</summary>
/// <param name="client">Keeps no cookies itself; goes with the visitor.</param>
internal sealed class Visitor(HttpClient client) : IDisposable
{
    public Visitor(TestSite site)
        : this(site.NewClient())
    {
    }

    public Dictionary<string, string> Cookies { get; } = [];

    /// <summary>The cookie of the sign-in that has begun.</summary>
    public string PendingCookie => Assert.Single(Cookies.Keys, name => name.StartsWith("oauth_", StringComparison.Ordinal));

    public bool IsSignedIn => Cookies.ContainsKey("token");

    public async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var answer = await client.GetAsync(path, [.. headers, .. CookieHeader()]);
        foreach (var text in answer.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            var pair = text.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0)
            {
                Cookies.Remove(pair[0]);
            }
            else
            {
                Cookies[pair[0]] = pair[1];
            }
        }

        return answer;
    }

    /// <summary>Presses a provider's button; the answer is where the browser is sent.</summary>
    public async Task<Uri> BeginAsync(string provider = "oidc", string query = "", params (string Name, string Value)[] headers)
    {
        using var answer = await GetAsync($"/oauth/{provider}/login{query}", headers);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        return answer.Headers.Location!;
    }

    /// <summary>Visits the address that a provider sent the browser to; the answer is the path that it is sent on to.</summary>
    public async Task<string> FinishAsync(Uri callback)
    {
        // A browser says that it comes from elsewhere.
        using var answer = await GetAsync(callback.PathAndQuery, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        return answer.Headers.Location!.OriginalString;
    }

    /// <summary>Redeems an access code, as the sign-in page does.</summary>
    public async Task RedeemAsync(string code) => Cookies[AccessCalls.CookieName] = await client.PassAsync(code);

    /// <summary>Who this browser is to the site; null when it is nobody.</summary>
    public async Task<JsonElement?> WhoAsync()
    {
        using var answer = await GetAsync("/api/v1/auths/", ("Sec-Fetch-Site", "same-origin"));
        return answer.StatusCode == HttpStatusCode.OK ? await answer.JsonAsync() : null;
    }

    public void Dispose() => client.Dispose();

    private (string Name, string Value)[] CookieHeader() =>
        Cookies.Count == 0 ? [] : [("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")))];
}
