using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>What went wrong in Open WebUI around accounts, by number.</summary>
public sealed class CveTests
{
    private static readonly (string, string)[] WithKeys = [("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true")];

    /// <summary>A pending account was given a token, and the token opened everything.</summary>
    [Theory]
    [InlineData("GET", "/api/models")]
    [InlineData("POST", "/api/chat/completions")]
    [InlineData("POST", "/v1/chat/completions")]
    [InlineData("POST", "/ollama/v1/chat/completions")]
    [InlineData("GET", "/api/v1/chats/list")]
    [InlineData("POST", "/api/v1/chats/new")]
    [InlineData("POST", "/api/v1/auths/api_keys")]
    [InlineData("POST", "/api/v1/auths/update/profile")]
    [InlineData("GET", "/api/v1/configs/settings")]
    [InlineData("GET", "/api/v1/users/all")]
    public async Task Cve_2024_7049_TokenOfAPendingAccount_ReachesNothing(string method, string path)
    {
        await using var people = await AccountSite.StartAsync();
        var token = (await people.Stranger.SignUpAsync("new@example.com").OkAsync()).GetProperty("token").GetString()!;
        Assert.Equal("403 account_pending", await people.Stranger.OutcomeAsync(method, path, Bearer(token)));
        Assert.Equal("403 account_pending", await people.Stranger.OutcomeAsync(method, path, ("api-key", token)));
        Assert.Equal("403 account_pending", await people.Stranger.OutcomeAsync(method, path, ("x-api-key", token)));
        Assert.Equal("403 account_pending", await people.Stranger.OutcomeAsync(method, path, Cookie(token), ("Sec-Fetch-Site", "same-origin")));
        Assert.DoesNotContain("401", await people.User.Bearer.OutcomeAsync(method, path), StringComparison.Ordinal);
    }

    /// <summary>Paths of an API key were looked at in one header only.</summary>
    [Theory]
    [InlineData("Authorization", "Bearer KEY")]
    [InlineData("Authorization", "bearer KEY")]
    [InlineData("Authorization", "KEY")]
    [InlineData("api-key", "KEY")]
    [InlineData("x-api-key", "KEY")]
    [InlineData("X-API-Key", "KEY")]
    public async Task Cve_2026_45339_PathsOfAKey_CountHoweverItComes(string header, string value)
    {
        await using var people = await AccountSite.StartAsync(WithKeys);
        var key = await KeyAsync(people, "/api/models");
        var credential = (header, value.Replace("KEY", key, StringComparison.Ordinal));
        Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", "/api/models", credential));
        Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", ForUsers, credential));
        Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("POST", "/api/v1/chats/new", credential));
        Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("POST", "/v1/chat/completions", credential));
        // With a cookie the key still counts, and not the cookie.
        Assert.Equal("403 api_key_path", await people.User.Browser.OutcomeAsync("GET", ForUsers, credential));
        Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", ForUsers, credential, Cookie("not-a-token")));
        // And in company of a header that says nothing.
        Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", ForUsers, credential, (header == "Authorization" ? "x-api-key" : "Authorization", "Basic eDp4")));
    }

    [Fact]
    public async Task Cve_2026_45339_PathsOfTheSite_CountForEveryKeyAndForKeysAlone()
    {
        await using var people = await AccountSite.StartAsync(
            [.. WithKeys, ("ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS", "true"), ("API_KEYS_ALLOWED_ENDPOINTS", "/api/models,/api/v1/auths")]);
        var (key, narrow) = (await KeyAsync(people), await KeyAsync(people, ForUsers));
        foreach (var header in (string[])["Authorization", "api-key", "x-api-key"])
        {
            Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", "/api/models", (header, key)));
            Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", ForUsers, (header, key)));
            Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", ForUsers, (header, narrow)));
            Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", "/api/models", (header, narrow)));
        }

        Assert.Equal("200", await people.User.Bearer.OutcomeAsync("GET", ForUsers));
    }

    /// <summary>A path was read from what a caller may write: the Host header, or an address that is not in its plain form.</summary>
    [Fact]
    public async Task Cve_2026_48710_PathOfAKey_CannotBeMadeAnotherByTheFormOfTheRequest()
    {
        await using var people = await AccountSite.StartAsync(WithKeys);
        var key = await KeyAsync(people, "/api/models");
        var (host, other) = (people.Site.Address.Authority, "evil.example");
        (string Target, string[] Headers)[] open = [("/api/models", []), ("/API/Models/", []), ("/api/%6dodels", []), ($"http://{host}/api/models", []), ("/api/v1/../models", [])];
        foreach (var (target, headers) in open)
        {
            Assert.Equal((target, 200), (target, await RawAsync(people.Site, target, host, key, headers)));
        }

        (string Target, string Host, string[] Headers)[] closed =
        [
            (ForUsers, host, []), (ForUsers + "/", host, []), (ForUsers.ToUpperInvariant(), host, []), ("/api/v1/chats/%6cist", host, []),
            ("/api/models/../v1/chats/list", host, []), ("/api/models/%2e%2e/v1/chats/list", host, []), ("/api/models/%2E%2E/v1/chats/list", host, []),
            ("/api/models/./../v1/chats/list", host, []), ("/api/models%2f..%2fv1/chats/list", host, []), ("/api/models/..%2fv1/chats/list", host, []),
            ("//api/v1/chats/list", host, []), ("/api//v1/chats/list", host, []), ("/./api/v1/chats/list", host, []), ("/api/models//../v1/chats/list", host, []),
            ("/api/v1/chats/list;/api/models", host, []), ("/api/models;/../v1/chats/list", host, []), ("/api/models;x=/../../v1/chats/list", host, []),
            ("/api/models\\..\\v1\\chats\\list", host, []), ("/api/v1/chats/list?/api/models", host, []), ("/api/v1/chats/list?path=/api/models", host, []),
            ("/api/models%00/../v1/chats/list", host, []), ("/api/models%3f/../v1/chats/list", host, []),
            ($"http://{host}/api/v1/chats/list", host, []), ($"http://{host}/api/models/../v1/chats/list", host, []),
            ($"http://{other}/api/v1/chats/list", host, []), ($"http://{host}%2fapi%2fmodels/api/v1/chats/list", host, []), ($"http://{host}/api/v1/chats/list", other, []),
            (ForUsers, other, []), (ForUsers, $"{host}/api/models", []), (ForUsers, $"{host}/api/models?", []), (ForUsers, $"{host}/api/models#", []), (ForUsers, "/api/models", []),
            (ForUsers, host, ["X-Forwarded-Host: " + host + "/api/models"]), (ForUsers, host, ["X-Original-URL: /api/models"]), (ForUsers, host, ["X-Rewrite-URL: /api/models"]),
            (ForUsers, host, ["X-Forwarded-Prefix: /api/models"]), (ForUsers, host, ["X-Forwarded-Uri: /api/models"]), (ForUsers, host, ["X-Forwarded-PathBase: /api/models"]),
        ];
        foreach (var (target, name, headers) in closed)
        {
            var status = await RawAsync(people.Site, target, name, key, headers);
            Assert.True(status is 400 or 403 or 404 or 421, $"GET {target} Host: {name} {string.Join(' ', headers)}: {status}");
        }
    }

    [Theory]
    [InlineData("/api/model")]
    [InlineData("/api/models/x")]
    [InlineData("/models")]
    public async Task Cve_2026_48710_PathOfAKey_IsWholeParts(string path)
    {
        await using var people = await AccountSite.StartAsync(WithKeys);
        Assert.Equal("403 api_key_path", await people.Stranger.OutcomeAsync("GET", "/api/models", ("x-api-key", await KeyAsync(people, path))));
        Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", "/api/models", ("x-api-key", await KeyAsync(people, "/api/models/"))));
    }

    /// <summary>Whoever asked was told the administrator's name and address.</summary>
    [Fact]
    public async Task Cve_2024_7046_AdminDetails_AreForAccountsAndOnlyWhatTheSiteTells()
    {
        await using var people = await AccountSite.StartAsync();
        await using var silent = await AccountSite.StartAsync(("SHOW_ADMIN_DETAILS", "false"));
        await using var named = await AccountSite.StartAsync(("ADMIN_EMAIL", "help@example.com"));
        const string path = Root + "/admin/details";
        Assert.Equal("401 not_authenticated", await people.Stranger.OutcomeAsync("GET", path));
        var told = await people.Pending.Bearer.GetAsync(path, []).OkAsync();
        Assert.Equal($$"""{"name":"{{people.Admin.Name}}","email":"{{people.Admin.Email}}"}""", told.GetRawText());
        Assert.Equal("400 admin_details_off", await silent.Pending.Bearer.OutcomeAsync("GET", path));
        Assert.Equal("400 admin_details_off", await silent.User.Bearer.OutcomeAsync("GET", path));
        // Where another address is told, the first admin's name is not.
        Assert.DoesNotContain("Ada", (await named.Pending.Bearer.GetAsync(path, []).OkAsync()).GetRawText(), StringComparison.Ordinal);
        foreach (var open in (string[])["/api/config", "/health", "/api/version", "/api/nothing"])
        {
            using var answer = await people.Stranger.GetAsync(open, []);
            Assert.DoesNotContain(people.Admin.Email, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>A secret that everybody knows signed everybody's tokens.</summary>
    [Fact]
    public async Task Cve_2025_15603_SecretThatNobodySet_IsEachSitesOwnAndNoneThatIsKnown()
    {
        await using var people = await AccountSite.StartAsync();
        await using var other = await AccountSite.StartAsync();
        var account = (await people.ReadAsync(people.Admin))!;
        var (user, session) = (account.Id, account.Sessions[0].Id);
        var ring = await people.Get<SigningKey>().RingAsync("session-token-v1", default);
        Assert.Empty(ring.Select(key => key.Id).Intersect((await other.Get<SigningKey>().RingAsync("session-token-v1", default)).Select(key => key.Id)));
        // The forger below knows how it is done: with the key itself it gets in.
        Assert.Equal("200", await people.Stranger.OutcomeAsync("GET", ForUsers, Bearer(ForgedTokens.OfKey(ring[0].Bytes, ring[0].Id, user, session))));
        // One secret was made, and one is all there is, also for an instance that did not make it.
        await using var late = await people.Site.StartTwinAsync();
        Assert.Equal([ring[0].Id], (await late.Services.GetRequiredService<SigningKey>().RingAsync("session-token-v1", default)).Select(key => key.Id));

        string[] known = ["t0p-s3cr3t", "", "secret", "changeme", "your-secret-key", "0p3n-w3bu!", "openwebui", "null", "None", "0123456789abcdef"];
        var secrets = known.SelectMany(text => (byte[][])[Encoding.UTF8.GetBytes(text), ForgedTokens.BytesOf(text)]).Append(new byte[32]).Append(new byte[16]);
        foreach (var secret in secrets)
        {
            foreach (var client in (HttpClient[])[people.Stranger, late.Client])
            {
                Assert.Equal("401 invalid_token", await client.OutcomeAsync("GET", ForUsers, Bearer(ForgedTokens.OfSecret(secret, user, session))));
                Assert.Equal("401 invalid_token", await client.OutcomeAsync("GET", ForUsers, Bearer(ForgedTokens.OfKey(secret, ring[0].Id, user, session))));
                Assert.Equal("401 invalid_token", await client.OutcomeAsync("GET", ForUsers, Bearer(ForgedTokens.OfKey(secret, "", user, session))));
            }
        }
    }

    private static async Task<string> KeyAsync(AccountSite people, params string[] paths) =>
        (await people.Get<ApiKeys>().CreateAsync(people.User.Id, "k", null, paths, null, default))!.Value.Text;

    /// <summary>A request as it stands, which no client of ours would send.</summary>
    private static async Task<int> RawAsync(TestSite site, string target, string host, string key, string[] headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(site.Address.Host, site.Address.Port);
        await using var stream = client.GetStream();
        var more = string.Concat(headers.Select(header => header + "\r\n"));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host}\r\nx-api-key: {key}\r\n{more}Connection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var status = await reader.ReadLineAsync();
        return int.Parse(Assert.IsType<string>(status).Split(' ')[1]);
    }
}
