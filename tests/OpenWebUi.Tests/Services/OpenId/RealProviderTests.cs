using System.Net;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>Against a real OpenID provider: what a person lives through.</summary>
public sealed class RealProviderTests
{
    [Theory]
    [InlineData("rsa")]
    [InlineData("curve")]
    [InlineData("public")]
    public async Task SignIn_WithEachKindOfClient_TellsWhoCame(string client)
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld([.. server.Variables(client), ("ENABLE_OAUTH_GROUP_MANAGEMENT", "true")]);
        var person = await PersonAsync(world, server, "alice");
        Assert.Equal(("oidc", server.Issuer, "alice"), (person.ProviderId, person.Issuer, person.Subject));
        Assert.Equal(("alice@example.com", true), (person.Email, person.IsEmailVerified));
        Assert.Equal(("Alice Example", "https://example.com/alice.png"), (person.Name, person.PictureUrl));
        Assert.Equal(["staff", "chess"], person.Groups);
        Assert.Equal(["admin"], person.Roles);
        Assert.NotNull(person.SessionId);
        Assert.NotNull(person.IdToken);
    }

    [Fact]
    public async Task Email_NotVerified_IsToldAsSuch()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld(server.Variables());
        var person = await PersonAsync(world, server, "bob");
        Assert.Equal(("bob@example.com", false), (person.Email, person.IsEmailVerified));
    }

    [Fact]
    public async Task Email_FromAnotherClaim_CountsAsNotVerified()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld([.. server.Variables(), ("OAUTH_EMAIL_CLAIM", "realm_access.mail"), ("OAUTH_ROLES_CLAIM", "realm_access.roles")]);
        var person = await PersonAsync(world, server, "alice");
        Assert.Equal((null, false), (person.Email, person.IsEmailVerified));
        Assert.Equal(["editor", "user"], person.Roles);

        await using var other = new SignInWorld([.. server.Variables(), ("OAUTH_EMAIL_CLAIM", "picture")]);
        Assert.False((await PersonAsync(other, server, "alice")).IsEmailVerified);
    }

    [Fact]
    public async Task Person_WithoutClaims_IsStillSomebody()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld(server.Variables());
        var person = await PersonAsync(world, server, "nobody");
        Assert.Equal(("nobody", null, null), (person.Subject, person.Email, person.Name));
        Assert.Empty(person.Groups);
    }

    [Fact]
    public async Task Refusal_ByThePerson_IsDeniedInWords()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld(server.Variables());
        var start = await world.BeginAsync();
        var denied = Assert.IsType<SignInOutcome.Denied>(await world.FinishAsync(start.Pending, await server.SignInAsync(start.Url, person: null)));
        Assert.Equal(("access_denied", "The person said no."), (denied.Error, denied.Description));
        Assert.Contains("Test provider did not sign you in", denied.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_UsedTwice_IsRefusedByTheProvider()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld(server.Variables());
        var start = await world.BeginAsync();
        var callback = await server.SignInAsync(start.Url, "alice");
        Assert.IsType<SignInOutcome.Person>(await world.FinishAsync(start.Pending, callback));
        Assert.Equal("invalid_grant", Assert.IsType<SignInOutcome.Denied>(await world.FinishAsync(start.Pending, callback)).Error);
    }

    [Fact]
    public async Task Code_OfAnotherSignIn_IsRefusedByTheProviderForItsVerifier()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld(server.Variables());
        var (mine, stolen) = (await world.BeginAsync(), await world.BeginAsync());
        var query = SignInWorld.QueryOf(await server.SignInAsync(stolen.Url, "alice"));
        var outcome = await world.FinishAsync(mine.Pending, ("state", mine.Pending.State), ("code", query["code"]), ("iss", query["iss"]));
        Assert.Equal("invalid_grant", Assert.IsType<SignInOutcome.Denied>(outcome).Error);
    }

    [Fact]
    public async Task Secret_Wrong_IsSaidToBeTheAdministratorsMatter()
    {
        var server = await OidcServer.GetAsync();
        await using var world = new SignInWorld(server.Variables().Where(v => v.Name != "OAUTH_CLIENT_SECRET").Append(("OAUTH_CLIENT_SECRET", "wrong")));
        var start = await world.BeginAsync();
        var denied = Assert.IsType<SignInOutcome.Denied>(await world.FinishAsync(start.Pending, await server.SignInAsync(start.Url, "alice")));
        Assert.Equal("invalid_client", denied.Error);
        Assert.Contains("Tell the administrator", denied.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_Rotated_AreReadAnew()
    {
        using var server = await OidcServer.StartAsync();
        var time = new Site.ManualTime();
        time.Advance(DateTimeOffset.UtcNow - time.GetUtcNow());
        await using var world = new SignInWorld(server.Variables(), time);
        await PersonAsync(world, server, "alice");
        await server.RotateKeysAsync();

        // At once it is too early to ask again; then it is not.
        var start = await world.BeginAsync();
        var early = await world.FinishAsync(start.Pending, await server.SignInAsync(start.Url, "alice"));
        Assert.Equal("token_signature", Assert.IsType<SignInOutcome.Invalid>(early).Code);
        time.Advance(ProviderDocuments.LeastAge);
        await PersonAsync(world, server, "alice");
    }

    [Fact]
    public async Task SignOut_AtTheProvider_SendsALogoutTokenThatIsAccepted()
    {
        using var server = await OidcServer.StartAsync();
        await using var ears = await HostileProvider.StartAsync();
        await server.SendLogoutToAsync("rsa", ears.LogoutAddress);
        await using var world = new SignInWorld(server.Variables());
        var jar = new CookieContainer();
        var start = await world.BeginAsync();
        var person = Assert.IsType<SignInOutcome.Person>(await world.FinishAsync(start.Pending, await server.SignInAsync(start.Url, "alice", jar))).Identity;

        var end = await world.EndSessionUrlAsync(person.IdToken, "http://127.0.0.1:7071/auth");
        Assert.StartsWith("http://127.0.0.1:7071/auth", (await OidcServer.SignOutAsync(end!, jar)).AbsoluteUri, StringComparison.Ordinal);
        var token = await ears.LogoutToken.WaitAsync(TimeSpan.FromSeconds(20));
        var accepted = Assert.IsType<LogoutOutcome.Accepted>(await world.LogoutAsync(token));
        Assert.Equal((server.Issuer, person.SessionId), (accepted.Issuer, accepted.SessionId));
        Assert.NotEmpty(accepted.TokenId);

        // An id token is none, and a logout token is no id token either (HostileProviderTests).
        Assert.Equal("token_events", Assert.IsType<LogoutOutcome.Refused>(await world.LogoutAsync(person.IdToken!)).Code);
    }

    private static async Task<ExternalIdentity> PersonAsync(SignInWorld world, OidcServer server, string name)
    {
        var start = await world.BeginAsync();
        var outcome = await world.FinishAsync(start.Pending, await server.SignInAsync(start.Url, name));
        return Assert.IsType<SignInOutcome.Person>(outcome).Identity;
    }
}
