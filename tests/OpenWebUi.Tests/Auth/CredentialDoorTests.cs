using Microsoft.AspNetCore.Routing;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>Where a token counts, and what a token counts for that is rightly signed and still not good.</summary>
public sealed class CredentialDoorTests(AccountSiteFixture fixture) : IClassFixture<AccountSiteFixture>
{
    private AccountSite People => fixture.Site;

    [Theory]
    [InlineData("?token=TOKEN")]
    [InlineData("?access_token=TOKEN")]
    [InlineData("?api_key=TOKEN&key=TOKEN")]
    [InlineData("?authorization=Bearer%20TOKEN")]
    public async Task Token_InTheAddress_DoesNotCount(string query) =>
        Assert.Equal("401 not_authenticated", await People.Stranger.OutcomeAsync("GET", ForUsers + query.Replace("TOKEN", People.User.Token, StringComparison.Ordinal)));

    [Theory]
    [InlineData("Cookie", "oauth_id_token=TOKEN; access_pass=TOKEN; known_device=TOKEN")]
    [InlineData("X-Authorization", "Bearer TOKEN")]
    [InlineData("Proxy-Authorization", "Bearer TOKEN")]
    [InlineData("X-Forwarded-Access-Token", "TOKEN")]
    [InlineData("x-ms-token-aad-id-token", "TOKEN")]
    [InlineData("x-ms-client-principal-id", "USER")]
    [InlineData("x-ms-client-principal-name", "EMAIL")]
    [InlineData("X-Forwarded-Email", "EMAIL")]
    [InlineData("Remote-User", "EMAIL")]
    [InlineData("X-OpenWebUI-User-Id", "USER")]
    [InlineData("Authorization", "Basic TOKEN")]
    public async Task Token_InAnotherPlace_DoesNotCount(string header, string value)
    {
        var sent = value.Replace("TOKEN", People.Admin.Token, StringComparison.Ordinal).Replace("USER", People.Admin.Id.Text, StringComparison.Ordinal).Replace("EMAIL", People.Admin.Email, StringComparison.Ordinal);
        Assert.Equal("401 not_authenticated", await People.Stranger.OutcomeAsync("GET", ForUsers, (header, sent)));
    }

    [Fact]
    public async Task Token_RightlySignedButOfNoSession_IsRefused()
    {
        var ring = await People.Get<SigningKey>().RingAsync("session-token-v1", default);
        var (user, other) = ((await People.ReadAsync(People.User))!, (await People.ReadAsync(People.Other))!);
        string Sign(UserId id, string session, long version) => ForgedTokens.OfKey(ring[0].Bytes, ring[0].Id, id, session, version);
        Assert.Equal("200", await People.Stranger.OutcomeAsync("GET", ForUsers, Bearer(Sign(user.Id, user.Sessions[0].Id, user.TokenVersion))));
        foreach (var token in (string[])[
            Sign(other.Id, user.Sessions[0].Id, user.TokenVersion), Sign(user.Id, other.Sessions[0].Id, user.TokenVersion), Sign(user.Id, "no such session", user.TokenVersion),
            Sign(user.Id, user.Sessions[0].Id, user.TokenVersion + 1), Sign(user.Id, user.Sessions[0].Id.ToUpperInvariant(), user.TokenVersion), Sign(UserId.New(), user.Sessions[0].Id, 0)])
        {
            foreach (var header in (string[])["Authorization", "api-key", "x-api-key"])
            {
                Assert.Equal("401 invalid_token", await People.Stranger.OutcomeAsync("GET", ForUsers, (header, header == "Authorization" ? "Bearer " + token : token)));
            }

            Assert.Equal("401 not_authenticated", await People.Stranger.OutcomeAsync("GET", ForUsers, Cookie(token)));
            // Who presents something that is not good is not let in by something else.
            Assert.Equal("401 invalid_token", await People.User.Browser.OutcomeAsync("GET", ForUsers, Bearer(token)));
        }
    }

    [Fact]
    public async Task Token_OfTheVersionBefore_IsRefusedAlthoughItsSessionStands()
    {
        var ring = await People.Get<SigningKey>().RingAsync("session-token-v1", default);
        var person = await People.AddAsync("Vera Versions");
        await People.Get<AccountStore>().ChangeAsync(person.Id, account => account with { TokenVersion = account.TokenVersion + 1 }, default);
        var account = (await People.ReadAsync(person))!;
        Assert.Equal("401 invalid_token", await person.Bearer.OutcomeAsync("GET", ForUsers));
        Assert.Equal("200", await People.Stranger.OutcomeAsync("GET", ForUsers, Bearer(ForgedTokens.OfKey(ring[0].Bytes, ring[0].Id, account.Id, account.Sessions[0].Id, account.TokenVersion))));
    }

    [Theory]
    [InlineData("eyJhbGciOlsiSFMyNTYiXSwia2lkIjoiMDAwMDAwMDAifQ.e30.e30")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("eyJ..")]
    [InlineData("eyJ9.eyJ9.eyJ9")]
    public async Task Text_LikeAToken_IsAStrangersEverywhereAndNeverAFault(string text)
    {
        Assert.Equal("401 invalid_token", await People.Stranger.OutcomeAsync("GET", ForUsers, Bearer(text)));
        Assert.Equal("401 not_authenticated", await People.Stranger.OutcomeAsync("GET", ForUsers, Cookie(text)));
        Assert.Equal("200", await People.Stranger.OutcomeAsync("GET", "/api/config", Cookie(text)));
        Assert.Equal("200", await People.Stranger.OutcomeAsync("POST", Root + "/signout", Cookie(text)));
    }

    /// <summary>Nobody who is not a trusted proxy says under which name the site is reached.</summary>
    [Fact]
    public async Task ForwardedHost_OfACallerThatIsNoProxy_IsInNoAnswer()
    {
        (string, string)[] claims =
        [
            ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=evil.example;proto=https"), ("X-Host", "evil.example"),
            ("X-Original-Host", "evil.example"), ("X-Forwarded-Server", "evil.example"), ("X-HTTP-Host-Override", "evil.example"), ("Referer", "https://evil.example/"),
        ];
        foreach (var endpoint in People.Get<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is not { } methods || !methods.Contains("GET") || endpoint.RoutePattern.RawText!.EndsWith("signout", StringComparison.Ordinal))
            {
                continue;
            }

            var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**path}", "nothing", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            foreach (var who in (string[])["stranger", "admin"])
            {
                using var answer = await People.ClientOf(who).GetAsync(path, claims);
                var text = answer.Headers + await answer.Content.ReadAsStringAsync();
                Assert.False(text.Contains("evil", StringComparison.Ordinal), $"{path}: {text}");
                // A cookie that says Secure, because of a claim of https, would be lost on http.
                Assert.DoesNotContain("; secure", text, StringComparison.Ordinal);
            }
        }

        using var signIn = await People.Stranger.SignInAsync(People.User.Email, AccountSite.Password, claims);
        Assert.DoesNotContain("secure", signIn.SetCookieOf("token")!, StringComparison.Ordinal);
    }

    /// <summary>Who asks with a wrong password learns nothing of whether there is such an account.</summary>
    [Fact]
    public async Task SignIn_UnknownAddressOrWrongPassword_AnswersAlike()
    {
        await using var people = await AccountSite.StartAsync(("FORWARDED_ALLOW_IPS", "127.0.0.1"));
        var outside = await people.AddAsync("Otto Outside");
        await people.Get<AccountStore>().ChangeAsync(outside.Id, account => account with { PasswordHash = null, SignIn = "oidc" }, default);
        var (seen, caller) = (new HashSet<string>(), 0);
        foreach (var email in (string[])[people.User.Email, people.Pending.Email, outside.Email, "nobody@example.com", "Nobody@Elsewhere.example", "no address"])
        {
            using var answer = await people.Stranger.SignInAsync(email, "wrong password", ("X-Forwarded-For", $"198.51.100.{caller++}"));
            var body = (await answer.JsonAsync()).EnumerateObject().Where(member => member.Name != "traceId").Select(member => member.ToString());
            var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Date" or "X-Request-Id" or "traceparent"))
                .Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order(StringComparer.Ordinal);
            seen.Add($"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n{string.Join('\n', body)}");
        }

        Assert.StartsWith("400\n", Assert.Single(seen), StringComparison.Ordinal);
    }

    /// <summary>Accepted, and in docs/migration.md: whoever signs up is told that there is an account already, and counted for it.</summary>
    [Fact]
    public async Task SignUp_WithATakenAddress_SaysSo() =>
        Assert.Equal("400 email_taken", await People.Stranger.SignUpAsync(People.User.Email.ToUpperInvariant()).OutcomeAsync());
}
