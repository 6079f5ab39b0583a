using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Services.Ldap;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Auth;

/// <summary>Signing in with a directory, on the whole site, against a real slapd.</summary>
public sealed class LdapSignInTests
{
    [Fact]
    public async Task Person_WithTheRightPassword_IsSignedIn_AndTheFirstIsTheAdmin()
    {
        await using var site = await StartAsync();
        using var ada = await SignInAsync(site, "ADA", SlapdServer.Password);
        Assert.Equal(HttpStatusCode.OK, ada.StatusCode);
        var session = await ada.JsonAsync();
        Assert.Equal(("ada.lovelace@example.com", "Ada Lovelace", "admin"), (session.GetProperty("email").GetString(), session.GetProperty("name").GetString(), session.GetProperty("role").GetString()));
        Assert.StartsWith("token=", AccessCalls.SetCookieOf(ada), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/api/v1/auths/", ("Authorization", "Bearer " + session.GetProperty("token").GetString())));

        using var zoe = await SignInAsync(site, "zoë", "pässwörd 🐎");
        Assert.Equal("pending", (await zoe.JsonAsync()).GetProperty("role").GetString());
        using var again = await SignInAsync(site, " ada ", SlapdServer.Password);
        Assert.Equal(session.GetProperty("id").GetString(), (await again.JsonAsync()).GetProperty("id").GetString());
        Assert.Equal("ldap", (await FindAsync(site, "ada.lovelace@example.com"))!.SignIn);
    }

    [Fact]
    public async Task Credentials_ThatAreNotRight_AreAnsweredAlike()
    {
        await using var site = await StartAsync();
        var answers = new HashSet<string>();
        foreach (var (user, password) in new[] { ("ada", "wrong"), ("nobody", SlapdServer.Password), ("twin", SlapdServer.Password), ("ada", "") })
        {
            using var answer = await SignInAsync(site, user, password);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            var body = await answer.JsonAsync();
            answers.Add(string.Join('|', body.EnumerateObject().Where(field => field.Name != "traceId").Select(field => field.ToString())));
        }

        Assert.Single(answers);
        Assert.Null(await FindAsync(site, "ada.lovelace@example.com"));
    }

    [Fact]
    public async Task Person_WithoutMail_IsToldSo_OnlyWithTheRightPassword()
    {
        await using var site = await StartAsync();
        Assert.Equal((HttpStatusCode.BadRequest, "email_missing"), await RefusalAsync(site, "nomail", SlapdServer.Password));
        Assert.Equal((HttpStatusCode.BadRequest, "wrong_credentials"), await RefusalAsync(site, "nomail", "wrong"));
    }

    [Fact]
    public async Task Directory_Down_Is503_AndCountsAgainstNobody()
    {
        var slapd = await SlapdServer.StartAsync(hasTls: false);
        await using var site = await StartAsync([.. LdapSite.Plain(slapd.Port).Select(v => (v.Key, v.Value))]);
        using (var right = await SignInAsync(site, "ada", SlapdServer.Password))
        {
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        }

        await slapd.DisposeAsync();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var answer = await SignInAsync(site, "ada", "wrong");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Header("Retry-After"));
            Assert.DoesNotContain("127.0.0.1", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Guesses_AreLimitedByAddressAndByUserName()
    {
        // Every address is another one behind a trusted proxy.
        await using var site = await StartAsync([.. await SlapdAsync(), ("FORWARDED_ALLOW_IPS", "127.0.0.1")]);
        var statuses = new List<HttpStatusCode>();
        for (var guess = 0; guess < 7; guess++)
        {
            using var answer = await SignInAsync(site, $"user{guess}", "wrong", ("X-Forwarded-For", "203.0.113.1"));
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        Assert.Equal(HttpStatusCode.BadRequest, statuses[0]);
        Assert.Equal((HttpStatusCode.OK, ""), await RefusalAsync(site, "ada", SlapdServer.Password, ("X-Forwarded-For", "203.0.113.2")));

        statuses.Clear();
        for (var guess = 0; guess < 18; guess++)
        {
            using var answer = await SignInAsync(site, guess % 2 == 0 ? "ZOË" : " zoë", "wrong", ("X-Forwarded-For", $"198.51.100.{guess + 1}"));
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        Assert.All(statuses.Take(15), status => Assert.Equal(HttpStatusCode.BadRequest, status));
        Assert.Equal((HttpStatusCode.TooManyRequests, "locked"), await RefusalAsync(site, "zoë", "pässwörd 🐎", ("X-Forwarded-For", "198.51.100.200")));
        Assert.Equal((HttpStatusCode.OK, ""), await RefusalAsync(site, "ada", SlapdServer.Password, ("X-Forwarded-For", "198.51.100.201")));
    }

    [Fact]
    public async Task Email_OfAPasswordsAccount_IsTaken_UnlessAccountsAreMerged()
    {
        await using var site = await StartAsync();
        var account = await EnrolAsync(site);
        Assert.Equal((HttpStatusCode.BadRequest, "email_taken"), await RefusalAsync(site, "ada", SlapdServer.Password));
        Assert.Empty((await FindAsync(site, account.Email))!.Links);

        await using var merging = await StartAsync([.. await SlapdAsync(), ("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "true")]);
        account = await EnrolAsync(merging);
        using var answer = await SignInAsync(merging, "ada", SlapdServer.Password);
        Assert.Equal(account.Id.Text, (await answer.JsonAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Groups_OfTheDirectory_AreTheAccounts()
    {
        await using var site = await StartAsync([.. await SlapdAsync(), ("ENABLE_LDAP_GROUP_MANAGEMENT", "true"), ("ENABLE_LDAP_GROUP_CREATION", "true")]);
        using var answer = await SignInAsync(site, "ada", SlapdServer.Password);
        var ids = (await FindAsync(site, "ada.lovelace@example.com"))!.Groups;
        var groups = await site.Services.GetRequiredService<GroupStore>().AllAsync(default);
        Assert.Equal(["Readers", "Sales, North"], groups.Where(group => ids.Contains(group.Id)).Select(group => group.Name));
    }

    [Fact]
    public async Task Newcomer_WhereACodeInvites_NeedsItBefore()
    {
        await using var site = await StartAsync([.. await SlapdAsync(), ("CODE", "open-sesame")]);
        Assert.Equal((HttpStatusCode.Forbidden, "code_required"), await RefusalAsync(site, "ada", SlapdServer.Password));
        var pass = await site.Client.PassAsync("open-sesame");
        Assert.Equal((HttpStatusCode.OK, ""), await RefusalAsync(site, "ada", SlapdServer.Password, AccessCalls.Cookie(pass), ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal((HttpStatusCode.OK, ""), await RefusalAsync(site, "ada", SlapdServer.Password));
    }

    [Fact]
    public async Task Page_OfAnotherOrigin_SignsNobodyIn()
    {
        await using var site = await StartAsync();
        Assert.Equal((HttpStatusCode.Forbidden, "cross_site"), await RefusalAsync(site, "ada", SlapdServer.Password, ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal((HttpStatusCode.Forbidden, "cross_site"), await RefusalAsync(site, "ada", SlapdServer.Password, ("Origin", "https://evil.example")));
    }

    [Fact]
    public async Task Directory_NotConfigured_IsOff()
    {
        await using var site = await TestSite.StartAsync(("WEBUI_AUTH", "true"));
        Assert.Equal((HttpStatusCode.Forbidden, "ldap_off"), await RefusalAsync(site, "ada", SlapdServer.Password));
    }

    private static async Task<(string, string)[]> SlapdAsync() => [.. (await SlapdServer.GetAsync()).Environment().Select(v => (v.Key, v.Value))];

    private static async Task<TestSite> StartAsync((string, string)[]? environment = null) =>
        await TestSite.StartAsync([("WEBUI_AUTH", "true"), .. environment ?? await SlapdAsync()]);

    private static Task<HttpResponseMessage> SignInAsync(TestSite site, string user, string password, params (string, string)[] headers) =>
        site.Client.CallAsync("POST", "/api/v1/auths/ldap", JsonSerializer.Serialize(new { user, password }), headers);

    /// <summary>The status, and the kind of refusal; empty when there is none.</summary>
    private static async Task<(HttpStatusCode Status, string Type)> RefusalAsync(TestSite site, string user, string password, params (string, string)[] headers)
    {
        using var answer = await SignInAsync(site, user, password, headers);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? "" : (await answer.JsonAsync()).GetProperty("type").GetString()!.Split('/', ':')[^1]);
    }

    private static Task<Account?> FindAsync(TestSite site, string email) => site.Services.GetRequiredService<AccountStore>().FindByEmailAsync(email, default);

    private static async Task<Account> EnrolAsync(TestSite site) =>
        Assert.IsType<CreateOutcome.Created>(await site.Services.GetRequiredService<AccountEnrolment>().EnrolAsync(new("ada.lovelace@example.com", "Ada", "password"), default)).Account;
}
