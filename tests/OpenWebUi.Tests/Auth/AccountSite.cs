using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Auth;

/// <summary>
/// The whole site with accounts, and people of each kind who are signed in. They come from the services and share one password hash, so
/// that a site costs no hashing; who wants to see the doors themselves goes through HTTP, with <see cref="Password"/>.
/// </summary>
internal sealed class AccountSite : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private static readonly Lazy<string> Hash = new(() =>
    {
        using var passwords = new PasswordHashes();
        return passwords.Hash(Password);
    });

    private readonly List<Person> _people = [];

    private AccountSite(TestSite site) => Site = site;

    public TestSite Site { get; }

    /// <summary>Sends no credential, keeps no cookie.</summary>
    public HttpClient Stranger => Site.Client;

    /// <summary>The first account: nobody else changes it.</summary>
    public required Person Admin { get; init; }

    public required Person Pending { get; init; }

    public required Person User { get; init; }

    /// <summary>A user like <see cref="User"/>, with things of its own.</summary>
    public required Person Other { get; init; }

    public static Task<AccountSite> StartAsync(params (string Name, string Value)[] environment) => StartAsync(TimeProvider.System, null, environment);

    /// <param name="time">The clock.</param>
    /// <param name="rows">Stands between the product and its database, to count or to fail.</param>
    /// <param name="environment">Beside <c>WEBUI_AUTH=true</c>.</param>
    public static async Task<AccountSite> StartAsync(TimeProvider time, Func<IRowBackEnd, IRowBackEnd>? rows, params (string Name, string Value)[] environment)
    {
        var site = await TestSite.StartAsync(time, rows, [("WEBUI_AUTH", "true"), .. environment]);
        var admin = await MakeAsync(site, "Ada Admin", AccountRole.Admin);
        var pending = await MakeAsync(site, "Pia Pending", AccountRole.Pending);
        var user = await MakeAsync(site, "Uwe User", AccountRole.User);
        var other = await MakeAsync(site, "Olga Other", AccountRole.User);
        var people = new AccountSite(site) { Admin = admin, Pending = pending, User = user, Other = other };
        people._people.AddRange([admin, pending, user, other]);
        return people;
    }

    /// <summary>One more person, signed in; the e-mail is the first name at example.com.</summary>
    public async Task<Person> AddAsync(string name, AccountRole role = AccountRole.User)
    {
        var person = await MakeAsync(Site, name, role);
        _people.Add(person);
        return person;
    }

    /// <summary>Signs a person in once more, as another device.</summary>
    public async Task<Person> SignInAgainAsync(Person person)
    {
        var again = await SignInAsync(Site, person.Id, person.Name, person.Email, person.Role);
        _people.Add(again);
        return again;
    }

    /// <summary>Who is known as what: for tests that ask a route as everybody.</summary>
    public HttpClient ClientOf(string who) => who switch
    {
        "stranger" => Stranger,
        "pending" => Pending.Bearer,
        "user" => User.Bearer,
        "other" => Other.Bearer,
        "admin" => Admin.Bearer,
        _ => throw new ArgumentException($"Nobody is {who}.", nameof(who)),
    };

    public T Get<T>()
        where T : notnull => Site.Services.GetRequiredService<T>();

    /// <summary>The account as the store has it now.</summary>
    public Task<Account?> ReadAsync(Person person) => Get<AccountStore>().ReadAsync(person.Id, default);

    public async ValueTask DisposeAsync()
    {
        foreach (var person in _people)
        {
            person.Bearer.Dispose();
            person.Browser.Dispose();
        }

        await Site.DisposeAsync();
    }

    private static async Task<Person> MakeAsync(TestSite site, string name, AccountRole role)
    {
        var email = $"{name.Split(' ')[0].ToLowerInvariant()}@example.com";
        var outcome = await site.Services.GetRequiredService<AccountEnrolment>().EnrolAsync(new(email, name, "password", Hash.Value, role), default);
        var account = Assert.IsType<CreateOutcome.Created>(outcome).Account;
        return await SignInAsync(site, account.Id, name, email, role);
    }

    private static async Task<Person> SignInAsync(TestSite site, UserId id, string name, string email, AccountRole role)
    {
        var grant = await site.Services.GetRequiredService<Sessions>().BeginAsync(id, "Test", "password", also: null, logoutId: null, default);
        Assert.NotNull(grant);
        var (bearer, browser) = (site.NewClient(), site.NewClient());
        bearer.DefaultRequestHeaders.Authorization = new("Bearer", grant.Token);
        browser.DefaultRequestHeaders.Add("Cookie", "token=" + grant.Token);
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return new(id, name, email, role, grant.Token, bearer, browser);
    }
}

/// <summary>Somebody with an account, signed in.</summary>
/// <param name="Role">When it was made.</param>
/// <param name="Token">Of the session that both clients have.</param>
/// <param name="Bearer">Sends the token in the header, as programs do.</param>
/// <param name="Browser">Sends it as the cookie, from a page of this site.</param>
internal sealed record Person(UserId Id, string Name, string Email, AccountRole Role, string Token, HttpClient Bearer, HttpClient Browser);

/// <summary>One <see cref="AccountSite"/> for all tests of a class that leave its people as they are.</summary>
public sealed class AccountSiteFixture : IAsyncLifetime
{
    internal AccountSite Site { get; private set; } = null!;

    public async Task InitializeAsync() => Site = await AccountSite.StartAsync();

    public async Task DisposeAsync() => await Site.DisposeAsync();
}
