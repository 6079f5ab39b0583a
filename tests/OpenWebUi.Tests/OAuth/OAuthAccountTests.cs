using System.Net;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Access;

namespace OpenWebUi.Tests.OAuth;

/// <summary>Whose account somebody gets who signs in at a real provider, and as what.</summary>
public sealed class OAuthAccountTests
{
    private static readonly (string, string) SignUp = ("ENABLE_OAUTH_SIGNUP", "true");
    private static readonly (string, string) Merges = ("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "true");
    private static readonly (string, string) Roles = ("ENABLE_OAUTH_ROLE_MANAGEMENT", "true");
    private static readonly (string, string) Groups = ("ENABLE_OAUTH_GROUP_MANAGEMENT", "true");

    [Fact]
    public async Task SignIn_OfTheFirstPerson_MakesTheAdmin_AndOfTheNextAPendingAccount()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var alice = await site.PersonAsync("alice");
        Assert.Equal(("alice@example.com", "Alice Example", "admin"), (alice.GetProperty("email").GetString(), alice.GetProperty("name").GetString(), alice.GetProperty("role").GetString()));
        Assert.False(alice.TryGetProperty("token", out _));
        var bob = await site.PersonAsync("bob");
        Assert.Equal(("bob@example.com", "pending"), (bob.GetProperty("email").GetString(), bob.GetProperty("role").GetString()));

        // The same people again are the same accounts.
        Assert.Equal(alice.GetProperty("id").GetString(), (await site.PersonAsync("alice")).GetProperty("id").GetString());
        Assert.Equal("oidc", (await site.ReadAsync("alice@example.com")).SignIn);
    }

    [Fact]
    public async Task SignIn_WithoutSignUp_IsForThoseWhoHaveAnAccount()
    {
        await using var site = await OAuthSite.StartAsync();
        Assert.Equal("signup_closed", await site.ErrorAsync("alice"));
        await site.EnrolAsync("ada@example.com", subject: "alice");
        Assert.Equal("ada@example.com", (await site.PersonAsync("alice")).GetProperty("email").GetString());
    }

    [Fact]
    public async Task SignIn_OfOnePersonTwiceAtOnce_IsOneAccount()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var visitors = Enumerable.Range(0, 6).Select(_ => site.NewVisitor()).ToList();
        var callbacks = new List<Uri>();
        foreach (var visitor in visitors)
        {
            callbacks.Add(await site.Server.SignInAsync(await visitor.BeginAsync(), "alice"));
        }

        var ends = await Task.WhenAll(visitors.Zip(callbacks, (visitor, callback) => visitor.FinishAsync(callback)));
        Assert.All(ends, end => Assert.Equal("/auth", end));
    }

    [Fact]
    public async Task Person_WithoutAnAddress_GetsNoAccount()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        Assert.Equal("email_missing", await site.ErrorAsync("nobody"));
    }

    [Fact]
    public async Task Email_OfAnotherAccount_IsTakenWithoutMerging()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var account = await site.EnrolAsync("alice@example.com");
        Assert.Equal("email_taken", await site.ErrorAsync("alice"));
        Assert.Empty((await site.ReadAsync("alice@example.com")).Links);
        Assert.Empty((await site.ReadAsync("alice@example.com")).Sessions);
        Assert.Equal(account.Version, (await site.ReadAsync("alice@example.com")).Version);
    }

    [Fact]
    public async Task Email_OfAnotherAccount_IsMergedWhenVerifiedAndAllowed()
    {
        await using var site = await OAuthSite.StartAsync(Merges);
        var account = await site.EnrolAsync("alice@example.com");
        Assert.Equal(account.Id.Text, (await site.PersonAsync("alice")).GetProperty("id").GetString());
        Assert.Equal(new LinkedIdentity(site.Server.Issuer, "alice"), Assert.Single((await site.ReadAsync("alice@example.com")).Links));

        await site.EnrolAsync("bob@example.com");
        Assert.Equal("email_unverified", await site.ErrorAsync("bob"));
        Assert.Empty((await site.ReadAsync("bob@example.com")).Links);
    }

    [Fact]
    public async Task Email_MergedIntoAnAccount_EndsWhatOpenedItBefore()
    {
        await using var site = await OAuthSite.StartAsync(Merges);
        await site.EnrolAsync("first@example.com");
        var made = await site.EnrolAsync("alice@example.com");
        var key = new AccountKey("id", "name", "hash", "ends", made.CreatedAt, null, null, []);
        await site.Get<AccountStore>().ChangeAsync(made.Id, account => account with { PasswordHash = "of who made it", Keys = [key] }, default);

        await site.PersonAsync("alice");

        var merged = await site.ReadAsync("alice@example.com");
        Assert.Equal((made.Id, null, made.TokenVersion + 1), (merged.Id, merged.PasswordHash, merged.TokenVersion));
        Assert.Empty(merged.Keys);
    }

    [Fact]
    public async Task Domain_NotAllowed_OrNotVerified_StaysOut()
    {
        await using var site = await OAuthSite.StartAsync(SignUp, ("OAUTH_ALLOWED_DOMAINS", "Example.com"));
        foreach (var person in (string[])["carol", "bob", "nobody"])
        {
            Assert.Equal("domain_not_allowed", await site.ErrorAsync(person));
        }

        await site.PersonAsync("alice");
    }

    [Fact]
    public async Task Roles_OfTheProvider_DecideAtEachSignIn()
    {
        await using var site = await OAuthSite.StartAsync(SignUp, Roles);
        await site.EnrolAsync("ada@example.com");
        Assert.Equal("admin", (await site.PersonAsync("alice")).GetProperty("role").GetString());
        Assert.Equal("user", (await site.PersonAsync("bob")).GetProperty("role").GetString());
        Assert.Equal("role_not_allowed", await site.ErrorAsync("carol"));
        Assert.Null(await site.ReadAsync("carol@other.example"));
    }

    [Fact]
    public async Task Role_Lowered_EndsTheOtherSessions()
    {
        await using var site = await OAuthSite.StartAsync(Roles);
        await site.EnrolAsync("ada@example.com");
        var bob = await site.EnrolAsync("bob@example.com", AccountRole.Admin, "bob");
        var before = await site.SessionAsync(bob);
        Assert.Equal(HttpStatusCode.OK, await site.StatusAsync(before));
        Assert.Equal("user", (await site.PersonAsync("bob")).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, await site.StatusAsync(before));
    }

    [Fact]
    public async Task Role_OfTheFirstAdmin_IsNobodysToLower()
    {
        await using var site = await OAuthSite.StartAsync(Roles);
        var bob = await site.EnrolAsync("bob@example.com", subject: "bob");
        var before = await site.SessionAsync(bob);
        Assert.Equal("admin", (await site.PersonAsync("bob")).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.OK, await site.StatusAsync(before));
    }

    [Fact]
    public async Task Groups_BecomeTheProviders_AndThoseThatAreBlockedMeanNothing()
    {
        await using var site = await OAuthSite.StartAsync(SignUp, Groups, ("ENABLE_OAUTH_GROUP_CREATION", "true"), ("OAUTH_BLOCKED_GROUPS", "chess"));
        await site.PersonAsync("alice");
        Assert.Equal(["staff"], await site.GroupsAsync("alice@example.com"));
        await site.PersonAsync("bob");
        Assert.Equal(["staff"], (await site.Get<GroupStore>().AllAsync(default)).Select(group => group.Name));
    }

    [Fact]
    public async Task Groups_ThatAreNotHere_AreNotMade_AndOnesThatAreLeftThereAreLeftHere()
    {
        await using var site = await OAuthSite.StartAsync(SignUp, Groups);
        var now = DateTimeOffset.UtcNow;
        foreach (var name in (string[])["chess", "poets"])
        {
            Assert.True(await site.Get<GroupStore>().PutAsync(new(Group.IdOfName(name), name, "", PermissionSet.None, "", now, now), default));
        }

        await site.PersonAsync("alice");
        Assert.Equal(["chess"], await site.GroupsAsync("alice@example.com"));
        var alice = await site.ReadAsync("alice@example.com");
        await site.Get<AccountStore>().ChangeAsync(alice.Id, account => account with { Groups = [Group.IdOfName("poets")] }, default);
        await site.PersonAsync("alice");
        Assert.Equal(["chess"], await site.GroupsAsync("alice@example.com"));
    }

    [Fact]
    public async Task SignIn_WhereACodeInvites_NeedsTheCodeBefore()
    {
        await using var site = await OAuthSite.StartAsync(SignUp, ("CODE", "open-sesame"));
        Assert.Equal("code_required", await site.ErrorAsync("alice"));

        // A code that is shown on the way back is too late: the cookie of the pass does not count there.
        var late = site.NewVisitor();
        var callback = await site.Server.SignInAsync(await late.BeginAsync(), "alice");
        await late.RedeemAsync("open-sesame");
        Assert.Equal("/auth?error=code_required", await late.FinishAsync(callback));

        var visitor = site.NewVisitor();
        await visitor.RedeemAsync("open-sesame");
        Assert.Equal("/auth", await site.SignInAsync(visitor, "alice"));
        Assert.Equal("admin", (await visitor.WhoAsync())!.Value.GetProperty("role").GetString());

        // Whoever has an account needs none.
        await site.PersonAsync("alice");
    }

    [Fact]
    public async Task SessionCookie_IsOutOfReachOfScripts()
    {
        await using var site = await OAuthSite.StartAsync(SignUp);
        var visitor = site.NewVisitor();
        using var begin = await visitor.GetAsync("/oauth/oidc/login");
        var pending = AccessCalls.SetCookieOf(begin);
        Assert.Contains("httponly", pending, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", pending, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/oauth", pending, StringComparison.OrdinalIgnoreCase);
        using var end = await visitor.GetAsync((await site.Server.SignInAsync(begin.Headers.Location!, "alice")).PathAndQuery);
        var cookies = end.Headers.GetValues("Set-Cookie").ToList();
        var session = Assert.Single(cookies, cookie => cookie.StartsWith("token=", StringComparison.Ordinal));
        Assert.Contains("httponly", session, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", session, StringComparison.OrdinalIgnoreCase);
        Assert.Single(cookies, cookie => cookie.StartsWith("oauth_", StringComparison.Ordinal) && cookie.Contains("max-age=0", StringComparison.OrdinalIgnoreCase));
    }
}
