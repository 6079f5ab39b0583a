using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Access;

/// <summary>A proxy that says who calls (<c>WEBUI_AUTH_TRUSTED_EMAIL_HEADER</c>), and everybody who would like to be one.</summary>
public sealed class TrustedProxyTests
{
    private const string Me = "/api/v1/auths/";
    private static readonly (string, string)[] Proxy = [("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "X-Email"), ("FORWARDED_ALLOW_IPS", "127.0.0.1")];

    [Fact]
    public async Task Person_NamedByTheProxy_HasAnAccount_TheFirstTheAdmins()
    {
        await using var site = await StartAsync();
        using var ada = await site.Client.GetAsync(Me, Email("Ada@Example.com"));
        var admin = await ada.JsonAsync();
        Assert.Equal(("ada@example.com", "ada", "admin"), (admin.GetProperty("email").GetString(), admin.GetProperty("name").GetString(), admin.GetProperty("role").GetString()));
        Assert.False(admin.TryGetProperty("token", out _));
        using var bob = await site.Client.GetAsync(Me, Email("bob@example.com"));
        Assert.Equal("pending", (await bob.JsonAsync()).GetProperty("role").GetString());
        using var again = await site.Client.GetAsync(Me, Email("ada@example.com"));
        Assert.Equal(admin.GetProperty("id").GetString(), (await again.JsonAsync()).GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me));
    }

    [Fact]
    public async Task Person_WithAnAccountAlready_HasThatOne()
    {
        await using var site = await StartAsync();
        var made = await site.Services.GetRequiredService<AccountEnrolment>().EnrolAsync(new("ada@example.com", "Ada", "password"), default);
        using var answer = await site.Client.GetAsync(Me, Email("ada@example.com"));
        Assert.Equal(Assert.IsType<CreateOutcome.Created>(made).Account.Id.Text, (await answer.JsonAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task FirstRequests_ThatComeAtOnce_AreOnePersons()
    {
        await using var site = await StartAsync();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => site.Client.StatusAsync(Me, Email("ada@example.com"))));
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("192.0.2.1,::1")]
    public async Task Header_FromAnybodyElse_IsNotLookedAt(string trusted)
    {
        await using var site = await StartAsync(("FORWARDED_ALLOW_IPS", trusted));
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me, Email("ada@example.com")));
        // The address that a caller claims is not the address that it has.
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me, Email("ada@example.com"), ("X-Forwarded-For", "10.0.0.1"), ("X-Real-IP", "10.0.0.1"), ("client-ip", "10.0.0.1")));
        Assert.Null(await FindAsync(site, "ada@example.com"));
    }

    [Theory]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("a@example.com, b@example.com")]
    [InlineData("nobody")]
    [InlineData("@")]
    [InlineData("a b@example.com")]
    public async Task Header_ThatIsNoAddress_IsNobody(string value)
    {
        await using var site = await StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me, Email(value)));
    }

    [Fact]
    public async Task Header_Twice_IsNobody()
    {
        await using var site = await StartAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(site.Address.Host, site.Address.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync("GET /api/v1/auths/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Email: ada@example.com\r\nx-email: eve@example.com\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 401", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("10.0.0.1,*")]
    public void Start_WithNoProxyNamed_IsAFault(string trusted)
    {
        var fault = Assert.Single(Faults(("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "X-Email"), ("FORWARDED_ALLOW_IPS", trusted)));
        Assert.Contains("FORWARDED_ALLOW_IPS", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_UnderTheFunctionsHost_IsAFault()
    {
        var fault = Assert.Single(Faults(("WEBUI_AUTH_TRUSTED_EMAIL_HEADER", "X-Email"), ("FORWARDED_ALLOW_IPS", "127.0.0.1"), ("FUNCTIONS_CUSTOMHANDLER_PORT", "7000")));
        Assert.Contains("App Service Authentication", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", HttpStatusCode.Forbidden)]
    [InlineData("same-site", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData("same-origin", HttpStatusCode.OK)]
    public async Task UnsafeMethod_OfAnotherOriginsPage_IsRefused(string? fetchSite, HttpStatusCode expected)
    {
        await using var site = await StartAsync();
        (string, string)[] headers = fetchSite is null ? [Email("ada@example.com")] : [Email("ada@example.com"), ("Sec-Fetch-Site", fetchSite)];
        using var answer = await site.Client.CallAsync("POST", "/api/v1/auths/update/profile", """{"name":"Eve","profile_image_url":""}""", headers);
        Assert.Equal(expected, answer.StatusCode);
        using var origin = await site.Client.CallAsync("POST", "/api/v1/auths/signout/all", "{}", Email("ada@example.com"), ("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, origin.StatusCode);
    }

    [Fact]
    public async Task Reading_ByAnotherOriginsPage_IsAStrangers()
    {
        await using var site = await StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me, Email("ada@example.com"), ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(Me, Email("ada@example.com"), ("Origin", "https://evil.example")));
    }

    [Fact]
    public async Task NameAndGroups_AreTakenAlong()
    {
        await using var site = await StartAsync(("WEBUI_AUTH_TRUSTED_NAME_HEADER", "X-Name"), ("WEBUI_AUTH_TRUSTED_GROUPS_HEADER", "X-Groups"));
        var now = DateTimeOffset.UtcNow;
        var groups = site.Services.GetRequiredService<GroupStore>();
        await groups.PutAsync(new(Group.IdOfName("staff"), "staff", "", PermissionSet.None, "", now, now), default);
        await groups.PutAsync(new(Group.IdOfName("chess"), "chess", "", PermissionSet.None, "", now, now), default);
        using var zoe = await site.Client.GetAsync(Me, Email("zoe@example.com"), ("X-Name", "Zo%C3%AB%20Dr."), ("X-Groups", "staff, unknown"));
        Assert.Equal("Zoë Dr.", (await zoe.JsonAsync()).GetProperty("name").GetString());
        Assert.Equal([Group.IdOfName("staff")], (await FindAsync(site, "zoe@example.com"))!.Groups);
        using var later = await site.Client.GetAsync(Me, Email("zoe@example.com"), ("X-Groups", "chess"));
        Assert.Equal([Group.IdOfName("chess")], (await FindAsync(site, "zoe@example.com"))!.Groups);
        using var silent = await site.Client.GetAsync(Me, Email("zoe@example.com"));
        Assert.Equal([Group.IdOfName("chess")], (await FindAsync(site, "zoe@example.com"))!.Groups);
    }

    [Theory]
    [InlineData("A%0D%0AB%00%1B", "AB")]
    [InlineData("%20", "ada")]
    [InlineData("%ED%A0%80%FF", null)]
    public async Task Name_WithWhatNobodyIsCalled_IsCleaned(string header, string? expected)
    {
        await using var site = await StartAsync(("WEBUI_AUTH_TRUSTED_NAME_HEADER", "X-Name"));
        using var answer = await site.Client.GetAsync(Me, Email("ada@example.com"), ("X-Name", header));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var name = (await answer.JsonAsync()).GetProperty("name").GetString()!;
        Assert.DoesNotContain(name, char.IsControl);
        Assert.Equal(expected ?? name, name);
    }

    [Fact]
    public async Task Name_ThatIsTooLong_IsCutBetweenCharacters()
    {
        await using var site = await StartAsync(("WEBUI_AUTH_TRUSTED_NAME_HEADER", "X-Name"));
        using var answer = await site.Client.GetAsync(Me, Email("ada@example.com"), ("X-Name", new string('a', 99) + Uri.EscapeDataString("🐎🐎")));
        Assert.Equal(new string('a', 99), (await answer.JsonAsync()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Role_Lowered_ActsWithinFiveSeconds()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, [("WEBUI_AUTH", "true"), .. Proxy]);
        await using var twin = await site.StartTwinAsync();
        await site.Client.StatusAsync(Me, Email("ada@example.com"));
        await site.Client.StatusAsync(Me, Email("bob@example.com"));
        var bob = (await FindAsync(site, "bob@example.com"))!;
        await SetRoleAsync(AccountRole.Admin);
        time.Advance(AccountCache.MaxAge);
        Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync("/api/v1/auths/admin/config", Email("bob@example.com")));
        await SetRoleAsync(AccountRole.User);
        time.Advance(AccountCache.MaxAge);
        Assert.Equal(HttpStatusCode.Forbidden, await site.Client.StatusAsync("/api/v1/auths/admin/config", Email("bob@example.com")));

        // Deleted, and then called again: a new account, with nothing of the old one.
        Assert.True(await twin.Services.GetRequiredService<AccountStore>().DeleteAsync(bob.Id, default));
        time.Advance(AccountCache.MaxAge);
        using var anew = await site.Client.GetAsync(Me, Email("bob@example.com"));
        Assert.Equal("pending", (await anew.JsonAsync()).GetProperty("role").GetString());

        Task SetRoleAsync(AccountRole role) => twin.Services.GetRequiredService<AccountStore>().ChangeAsync(bob.Id, account => account with { Role = role }, default);
    }

    [Fact]
    public async Task SignUp_Closed_LetsNobodyNewIn()
    {
        await using var site = await StartAsync(("ENABLE_SIGNUP", "false"));
        using var answer = await site.Client.GetAsync(Me, Email("ada@example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("signup_closed", (await answer.JsonAsync()).GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Person_InAHeaderOfTheirOwn_IsWhoTheHeaderSays()
    {
        await using var site = await StartAsync();
        var account = Assert.IsType<CreateOutcome.Created>(await site.Services.GetRequiredService<AccountEnrolment>().EnrolAsync(new("ada@example.com", "Ada", "password"), default)).Account;
        var grant = await site.Services.GetRequiredService<Sessions>().BeginAsync(account.Id, "Test", "password", null, null, default);
        using var cookie = await site.Client.GetAsync(Me, Email("bob@example.com"), ("Cookie", "token=" + grant!.Token), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal("bob@example.com", (await cookie.JsonAsync()).GetProperty("email").GetString());
        using var bearer = await site.Client.GetAsync(Me, Email("bob@example.com"), ("Authorization", "Bearer " + grant.Token));
        Assert.Equal("ada@example.com", (await bearer.JsonAsync()).GetProperty("email").GetString());
    }

    private static (string Name, string Value) Email(string email) => ("X-Email", email);

    private static Task<TestSite> StartAsync(params (string Name, string Value)[] environment) => TestSite.StartAsync([("WEBUI_AUTH", "true"), .. Proxy, .. environment]);

    private static Task<Account?> FindAsync(TestSite site, string email) => site.Services.GetRequiredService<AccountStore>().FindByEmailAsync(email, default);

    private static IEnumerable<string> Faults(params (string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        SiteSettings.Read(new Variables(environment.ToDictionary(v => v.Name, v => v.Value)), faults);
        return faults.All.Select(fault => fault.ToString()!);
    }
}
