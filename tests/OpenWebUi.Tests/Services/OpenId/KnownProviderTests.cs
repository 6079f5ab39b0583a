using System.Text.Json.Nodes;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>The three with ways of their own: Google, Microsoft with its directories, and GitHub.</summary>
public sealed class KnownProviderTests : IAsyncLifetime
{
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private static readonly (string, string)[] Microsoft = [("MICROSOFT_CLIENT_ID", HostileProvider.ClientId), ("MICROSOFT_CLIENT_SECRET", "s"), ("MICROSOFT_CLIENT_TENANT_ID", "organizations")];
    private static readonly (string, string)[] GitHub = [("GITHUB_CLIENT_ID", HostileProvider.ClientId), ("GITHUB_CLIENT_SECRET", "hub-secret")];

    private readonly ManualTime _time = new();
    private HostileProvider _provider = null!;

    public async Task InitializeAsync() => _provider = await HostileProvider.StartAsync();

    public async Task DisposeAsync() => await _provider.DisposeAsync();

    [Fact]
    public void Addresses_Public_AreTheProvidersOwn()
    {
        var (options, faults) = SignInWorld.Read([("GOOGLE_CLIENT_ID", "g"), ("GOOGLE_CLIENT_SECRET", "s"), .. Microsoft, .. GitHub]);
        Assert.Empty(faults.All);
        Assert.Equal(
            ["https://accounts.google.com/.well-known/openid-configuration", "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration", "https://github.com/"],
            options.Providers.Select(provider => provider.Address.AbsoluteUri));
        Assert.Equal("https://api.github.com/", options.Find("github")!.ApiAddress!.AbsoluteUri);
    }

    [Fact]
    public async Task Google_SignsIn()
    {
        await using var world = new SignInWorld([("GOOGLE_CLIENT_ID", HostileProvider.ClientId), ("GOOGLE_CLIENT_SECRET", "s")], _time, _provider.Addresses);
        var pending = (await world.BeginAsync()).Pending;
        _provider.Tokens["id_token"] = _provider.Sign(_provider.Claims(pending.Nonce, _time.GetUtcNow()));
        Assert.Equal("google", Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, pending)).Identity.ProviderId);
    }

    [Fact]
    public async Task Microsoft_NamesTheDirectoryOfThePerson()
    {
        await using var world = MicrosoftWorld();
        var pending = (await world.BeginAsync()).Pending;
        var claims = MicrosoftClaims(pending, Tenant, Tenant);
        claims.Remove("email_verified");
        _provider.Tokens["id_token"] = _provider.Sign(claims);
        var person = Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, pending)).Identity;
        Assert.Equal(($"{_provider.Issuer}/{Tenant}/v2.0", false), (person.Issuer, person.IsEmailVerified));

        claims["xms_edov"] = true;
        _provider.Tokens["id_token"] = _provider.Sign(claims);
        Assert.True(Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, pending)).Identity.IsEmailVerified);
    }

    [Theory]
    [InlineData(Tenant, "00000000-0000-0000-0000-000000000000")]
    [InlineData(Tenant, null)]
    [InlineData("{tenantid}", "{tenantid}")]
    [InlineData("a/b", "a/b")]
    [InlineData("", "")]
    public async Task Microsoft_IssuerOfAnotherDirectory_IsRefused(string named, string? tenant)
    {
        await using var world = MicrosoftWorld();
        var pending = (await world.BeginAsync()).Pending;
        _provider.Tokens["id_token"] = _provider.Sign(MicrosoftClaims(pending, named, tenant));
        Assert.Equal("token_issuer", Assert.IsType<SignInOutcome.Invalid>(await FinishAsync(world, pending)).Code);
    }

    [Fact]
    public async Task Microsoft_KeyOfOneDirectory_SignsForNoOther()
    {
        await using var world = MicrosoftWorld();
        var pending = (await world.BeginAsync()).Pending;
        _provider.Keys[0]!["issuer"] = $"{_provider.Issuer}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
        _provider.Tokens["id_token"] = _provider.Sign(MicrosoftClaims(pending, Tenant, Tenant));
        Assert.Equal("token_signature", Assert.IsType<SignInOutcome.Invalid>(await FinishAsync(world, pending)).Code);

        _provider.Keys[0]!["issuer"] = _provider.Issuer + "/{tenantid}/v2.0";
        _time.Advance(ProviderDocuments.Lifetime);
        pending = (await world.BeginAsync()).Pending;
        _provider.Tokens["id_token"] = _provider.Sign(MicrosoftClaims(pending, Tenant, Tenant));
        Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, pending));
    }

    [Fact]
    public async Task Microsoft_AnswerOfAnotherDirectoryThanTheToken_IsRefused()
    {
        await using var world = MicrosoftWorld();
        var pending = (await world.BeginAsync()).Pending;
        _provider.Tokens["id_token"] = _provider.Sign(MicrosoftClaims(pending, Tenant, Tenant));
        var outcome = await FinishAsync(world, pending, ("iss", $"{_provider.Issuer}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"));
        Assert.Equal("issuer_mismatch", Assert.IsType<SignInOutcome.Invalid>(outcome).Code);
    }

    [Fact]
    public async Task GitHub_SignsInByNumber_WithThePrimaryVerifiedAddress()
    {
        await using var world = GitHubWorld(
            """[{"email":"old@example.com","primary":false,"verified":true},{"email":"octo@example.com","primary":true,"verified":true}]""");
        var start = await world.BeginAsync();
        Assert.StartsWith(_provider.Issuer + "/login/oauth/authorize?", start.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("user:email", SignInWorld.QueryOf(start.Url)["scope"]);
        Assert.Equal(start.Pending.Challenge, SignInWorld.QueryOf(start.Url)["code_challenge"]);
        var person = Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, start.Pending)).Identity;
        Assert.Equal(("github", _provider.Issuer, "583231"), (person.ProviderId, person.Issuer, person.Subject));
        Assert.Equal(("octo@example.com", true, "octocat"), (person.Email, person.IsEmailVerified, person.Name));
        Assert.Equal(("hub-secret", start.Pending.Verifier), (_provider.Form["client_secret"], _provider.Form["code_verifier"]));
        Assert.Null(person.IdToken);
    }

    [Theory]
    [InlineData("""[{"email":"victim@example.com","primary":true,"verified":false}]""")]
    [InlineData("""[{"email":"victim@example.com","primary":false,"verified":true}]""")]
    [InlineData("""[{"email":"victim@example.com","primary":"true","verified":"true"}]""")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task GitHub_AddressNotVerifiedOrNotPrimary_IsNone(string emails)
    {
        await using var world = GitHubWorld(emails);
        var person = Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, (await world.BeginAsync()).Pending)).Identity;
        Assert.Equal((null, false), (person.Email, person.IsEmailVerified));
    }

    [Fact]
    public async Task GitHub_ThatSaysNo_IsDenied_AndOthersAnswersAreRefused()
    {
        await using var world = GitHubWorld("[]");
        var pending = (await world.BeginAsync()).Pending;
        Assert.Equal("issuer_mismatch", Assert.IsType<SignInOutcome.Invalid>(await FinishAsync(world, pending, ("iss", "https://evil.example"))).Code);
        Assert.IsType<SignInOutcome.Person>(await FinishAsync(world, pending, ("iss", _provider.Issuer + "/login/oauth")));
        _provider.Spoiled["/login/oauth/access_token"] = HostileProvider.Status(200, """{"error":"bad_verification_code"}""");
        Assert.IsType<SignInOutcome.Denied>(await FinishAsync(world, pending));
        _provider.Spoiled["/login/oauth/access_token"] = HostileProvider.RedirectTo("/thief");
        Assert.Equal("token_redirect", Assert.IsType<SignInOutcome.Unavailable>(await FinishAsync(world, pending)).Failure.Code);
        _provider.Spoiled.Clear();
        _provider.Spoiled["/api/user"] = HostileProvider.Status(200, """{"login":"no number"}""");
        Assert.Equal("userinfo_unreadable", Assert.IsType<SignInOutcome.Unavailable>(await FinishAsync(world, pending)).Failure.Code);
        Assert.DoesNotContain("/thief", _provider.Paths);
        Assert.Equal("token_unsupported", Assert.IsType<LogoutOutcome.Refused>(await world.LogoutAsync("x")).Code);
    }

    private SignInWorld MicrosoftWorld()
    {
        _provider.Discovery["issuer"] = _provider.Issuer + "/{tenantid}/v2.0";
        return new(Microsoft, _time, _provider.Addresses);
    }

    private JsonObject MicrosoftClaims(PendingSignIn pending, string named, string? tenant)
    {
        var claims = _provider.Claims(pending.Nonce, _time.GetUtcNow());
        claims["iss"] = $"{_provider.Issuer}/{named}/v2.0";
        if (tenant is not null)
        {
            claims["tid"] = tenant;
        }

        return claims;
    }

    private SignInWorld GitHubWorld(string emails)
    {
        _provider.UserInfo = new() { ["id"] = 583231, ["login"] = "octocat", ["name"] = null, ["email"] = "public@example.com", ["avatar_url"] = "https://example.com/o.png" };
        _provider.Spoiled["/api/user/emails"] = HostileProvider.Status(200, emails);
        return new(GitHub, _time, _provider.Addresses);
    }

    private static Task<SignInOutcome> FinishAsync(SignInWorld world, PendingSignIn pending, params (string, string)[] more) =>
        world.FinishAsync(pending, [("state", pending.State), ("code", "code-1"), .. more]);
}
