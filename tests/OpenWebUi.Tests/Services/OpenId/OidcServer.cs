using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>
/// A real OpenID provider (npm oidc-provider, tests/sdk/oidc.mjs) on a free port of 127.0.0.1. It takes any redirect URI on loopback, so a whole
/// site in a browser can use it too. Its form asks for a name and no password: alice (admin, verified), bob (address not verified), carol (another
/// domain), nobody (no claims at all). It ends with this process, even with a killed one, because its standard input closes then.
/// </summary>
internal sealed partial class OidcServer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<OidcServer>> Shared = new(StartAsync);

    // Held, so that the input stays open.
    private readonly Process server;

    private OidcServer(Process server, string issuer) => (this.server, Issuer) = (server, issuer);

    /// <summary>Without a final slash; the value of <c>OPENID_PROVIDER_URL</c>.</summary>
    public string Issuer { get; }

    /// <summary>One for all tests of the process. Whoever changes its keys, forgets its sessions or wants its logout calls starts one of their own.</summary>
    public static Task<OidcServer> GetAsync() => Shared.Value;

    /// <summary>One of the caller's own.</summary>
    public static async Task<OidcServer> StartAsync()
    {
        var folder = Path.Combine(PublishedPackage.Repository(), "tests", "sdk");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "oidc-provider")), $"oidc-provider is not installed: run `npm ci` in {folder}, or tests/run.");
        var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(folder, "oidc.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The provider ended before it listened.");
        _ = process.StandardOutput.ReadToEndAsync();
        return new(process, line.Split(' ')[1]);
    }

    /// <summary>The variables of a site that uses it as its generic provider.</summary>
    /// <param name="client"><c>rsa</c> (RS256, Basic), <c>curve</c> (ES256, Post) or <c>public</c> (RS256, no secret).</param>
    public (string Name, string Value)[] Variables(string client = "rsa") =>
    [
        ("OPENID_PROVIDER_URL", Issuer), ("OAUTH_CLIENT_ID", client), ("OAUTH_SCOPES", "openid email profile groups"), ("OAUTH_PROVIDER_NAME", "Test provider"),
        .. client == "public" ? (ReadOnlySpan<(string, string)>)[("OAUTH_CODE_CHALLENGE_METHOD", "S256")] : [("OAUTH_CLIENT_SECRET", $"{client}: a secret/with+signs%")],
        .. client == "curve" ? (ReadOnlySpan<(string, string)>)[("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD", "client_secret_post")] : [],
    ];

    /// <summary>New keys; the old ones are gone from its list.</summary>
    public Task RotateKeysAsync() => ControlAsync("rotate");

    /// <summary>Everybody's sessions there end, without a logout call.</summary>
    public Task ForgetSessionsAsync() => ControlAsync("forget");

    /// <summary>Where its logout tokens go when somebody signs out there.</summary>
    public Task SendLogoutToAsync(string client, Uri address) => ControlAsync($"logout-uri?client={client}&uri={Uri.EscapeDataString(address.AbsoluteUri)}");

    /// <summary>Does what a browser and a person do: follows the URL, fills the form, and stops at the redirect back to the site, which it returns unvisited.</summary>
    /// <param name="url">The authorization URL.</param>
    /// <param name="person">Whose name is entered; null refuses.</param>
    /// <param name="jar">The browser's cookies there: with the same ones again nobody is asked.</param>
    public async Task<Uri> SignInAsync(Uri url, string? person, CookieContainer? jar = null)
    {
        using var browser = Browser(jar ?? new());
        var next = url;
        for (var steps = 0; steps < 10; steps++)
        {
            if (next.GetLeftPart(UriPartial.Authority) != Issuer)
            {
                return next;
            }

            var answer = await browser.GetAsync(next);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                var form = Form().Match(await answer.Content.ReadAsStringAsync()).Groups["action"].Value;
                (string, string)[] fields = person is null ? [("act", "refuse")] : [("act", "allow"), ("login", person)];
                answer = await browser.PostAsync(new Uri(next, form), Fields(fields));
            }

            Assert.True(answer.Headers.Location is not null, $"{next}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            next = new Uri(next, answer.Headers.Location);
        }

        throw new InvalidOperationException("The provider redirects without end.");
    }

    /// <summary>Visits the end-session URL and agrees to it; returns where the browser is sent.</summary>
    public static async Task<Uri> SignOutAsync(Uri url, CookieContainer jar)
    {
        using var browser = Browser(jar);
        var page = await (await browser.GetAsync(url)).Content.ReadAsStringAsync();
        var answer = await browser.PostAsync(new Uri(url, "/session/end/confirm"), Fields(("xsrf", Xsrf().Match(page).Groups["xsrf"].Value), ("logout", "yes")));
        Assert.True(answer.Headers.Location is not null, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer.Headers.Location;
    }

    /// <summary>Ends one that a test has started for itself; the shared one goes on.</summary>
    public void Dispose()
    {
        if (!Shared.IsValueCreated || Shared.Value.Result != this)
        {
            Kill(server);
            server.Dispose();
        }
    }

    private static HttpClient Browser(CookieContainer jar) => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = jar, UseProxy = false });

    private static FormUrlEncodedContent Fields(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Its test has ended it.
        }
    }

    private async Task ControlAsync(string what)
    {
        using var client = Browser(new());
        (await client.PostAsync(new Uri($"{Issuer}/test/{what}"), content: null)).EnsureSuccessStatusCode();
    }

    [GeneratedRegex("""action="(?<action>[^"]+)"(?=.*autofocus)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Form();

    [GeneratedRegex("""name="xsrf" value="(?<xsrf>[^"]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Xsrf();
}
