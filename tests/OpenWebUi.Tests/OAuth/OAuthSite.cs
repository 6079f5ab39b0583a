using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.OAuth;

/// <summary>A whole site with accounts whose provider is a real one (<see cref="OidcServer"/>).</summary>
internal sealed class OAuthSite : IAsyncDisposable
{
    private readonly List<Visitor> _visitors = [];

    private OAuthSite(TestSite site, OidcServer server) => (Site, Server) = (site, server);

    public TestSite Site { get; }

    public OidcServer Server { get; }

    /// <param name="environment">Beside the provider's own variables.</param>
    public static async Task<OAuthSite> StartAsync(params (string Name, string Value)[] environment) =>
        await StartAsync(TimeProvider.System, await OidcServer.GetAsync(), environment);

    public static async Task<OAuthSite> StartAsync(TimeProvider time, OidcServer server, params (string Name, string Value)[] environment) =>
        new(await TestSite.StartAsync(time, [("WEBUI_AUTH", "true"), .. server.Variables(), .. environment]), server);

    public T Get<T>()
        where T : notnull => Site.Services.GetRequiredService<T>();

    public Visitor NewVisitor()
    {
        var visitor = new Visitor(Site);
        _visitors.Add(visitor);
        return visitor;
    }

    /// <summary>The whole way in a new browser.</summary>
    /// <returns>The browser, and the path that it ended on.</returns>
    public async Task<(Visitor Visitor, string End)> SignInAsync(string? person, CookieContainer? jar = null)
    {
        var visitor = NewVisitor();
        return (visitor, await SignInAsync(visitor, person, jar));
    }

    public async Task<string> SignInAsync(Visitor visitor, string? person, CookieContainer? jar = null) =>
        await visitor.FinishAsync(await Server.SignInAsync(await visitor.BeginAsync(), person, jar));

    /// <summary>Who came in; the test fails when nobody did.</summary>
    public async Task<JsonElement> PersonAsync(string person)
    {
        var (visitor, end) = await SignInAsync(person);
        Assert.Equal("/auth", end);
        return Assert.IsType<JsonElement>(await visitor.WhoAsync());
    }

    /// <summary>How a sign-in that must fail ends: the word after <c>error=</c>. Nobody is signed in by it.</summary>
    public async Task<string> ErrorAsync(string? person)
    {
        var (visitor, end) = await SignInAsync(person);
        Assert.False(visitor.IsSignedIn);
        return ErrorOf(end);
    }

    public static string ErrorOf(string end)
    {
        Assert.StartsWith("/auth?error=", end, StringComparison.Ordinal);
        return end["/auth?error=".Length..];
    }

    /// <summary>An account that is there before anybody signs in at the provider; the first one is the first admin.</summary>
    public async Task<Account> EnrolAsync(string email, AccountRole role = AccountRole.User, string? subject = null)
    {
        var link = subject is null ? null : new LinkedIdentity(Server.Issuer, subject);
        return Assert.IsType<CreateOutcome.Created>(await Get<AccountEnrolment>().EnrolAsync(new(email, "Somebody", "password", Role: role, Link: link), default)).Account;
    }

    /// <summary>The token of a new session, as if signed in on another device.</summary>
    public async Task<string> SessionAsync(Account account) =>
        (await Get<Sessions>().BeginAsync(account.Id, "Test", "password", also: null, logoutId: null, default))!.Token;

    public async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auths/") { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await Site.Client.SendAsync(request);
        return answer.StatusCode;
    }

    public async Task<Account> ReadAsync(string email) => (await Get<AccountStore>().FindByEmailAsync(email, default))!;

    /// <summary>The names of the groups that an account is in, in order.</summary>
    public async Task<IReadOnlyList<string>> GroupsAsync(string email)
    {
        var ids = (await ReadAsync(email)).Groups;
        return [.. (await Get<GroupStore>().AllAsync(default)).Where(group => ids.Contains(group.Id)).Select(group => group.Name).Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        _visitors.ForEach(visitor => visitor.Dispose());
        await Site.DisposeAsync();
    }
}
