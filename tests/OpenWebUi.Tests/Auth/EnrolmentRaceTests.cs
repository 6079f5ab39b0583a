using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Survival;

namespace OpenWebUi.Tests.Auth;

/// <summary>Three instances, one empty store, everybody at once.</summary>
public sealed class EnrolmentRaceTests
{
    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task SignUps_FiftyAtOnceOnThreeInstances_MakeOneAdminAndNoAccountTwice(string store)
    {
        await using var sites = await ThreeSites.StartAsync(store);
        var roles = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
            (await sites[i].Client.SignUpAsync($"person{i}@example.com", ("X-Forwarded-For", $"198.51.100.{i}")).OkAsync()).GetProperty("role").GetString()));
        Assert.Equal((1, 49), (roles.Count(role => role == "admin"), roles.Count(role => role == "pending")));

        var accounts = await sites.AccountsAsync();
        Assert.Equal(50, accounts.Select(account => account.Email).Distinct().Count());
        var first = Assert.Single(accounts, account => account.IsFirst);
        Assert.Equal(first, Assert.Single(accounts, account => account.Role == AccountRole.Admin));
        Assert.Equal(first.Id.Text, await sites.FirstAsync());

        // The same address everywhere at once, however it is written.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            sites[i].Client.SignUpAsync(i % 2 == 0 ? "same@example.com" : "SAME@Example.com", ("X-Forwarded-For", $"203.0.113.{i}")).OutcomeAsync()));
        Assert.Equal((1, 19), (outcomes.Count(outcome => outcome == "200"), outcomes.Count(outcome => outcome == "400 email_taken")));
        Assert.Equal(51, (await sites.AccountsAsync()).Count);
    }

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task AdminOfTheEnvironment_AskedForOnThreeInstancesAtOnce_IsOneAccount(string store)
    {
        await using var sites = await ThreeSites.StartAsync(store, ("WEBUI_ADMIN_EMAIL", "Root@example.com"), ("WEBUI_ADMIN_PASSWORD", AccountSite.Password), ("WEBUI_ADMIN_NAME", "Root"));
        var asked = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i => (i % 2 == 0
            ? await sites[i].Client.SignInAsync("root@example.com", AccountSite.Password, ("X-Forwarded-For", $"198.51.100.{i}")).OkAsync()
            : await sites[i].Client.SignUpAsync($"person{i}@example.com", ("X-Forwarded-For", $"198.51.100.{i}")).OkAsync()).GetProperty("role").GetString()));
        Assert.Equal((6, 6), (asked.Count(role => role == "admin"), asked.Count(role => role == "pending")));

        var admin = Assert.Single(await sites.AccountsAsync(), account => account.Role == AccountRole.Admin);
        Assert.Equal(("root@example.com", "Root", true, admin.Id.Text), (admin.Email, admin.Name, admin.IsFirst, await sites.FirstAsync()));
    }

    /// <summary>Instances that share a store and the key in it, and believe what tests say of addresses.</summary>
    private sealed class ThreeSites(IReadOnlyList<TestSite> sites, AzuriteServer? azurite) : IAsyncDisposable
    {
        /// <summary>One of the three, in turn.</summary>
        public TestSite this[int i] => sites[i % sites.Count];

        public static async Task<ThreeSites> StartAsync(string store, params (string Name, string Value)[] environment)
        {
            var azurite = store == SharedStore.Azurite ? await AzuriteServer.StartAsync() : null;
            if (azurite is not null)
            {
                environment = [.. environment, ("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)];
            }

            if (store == SharedStore.PostgreSql)
            {
                var server = await PostgresServer.GetAsync();
                environment = [.. environment, ("DATABASE_URL", server.UrlOf(await server.NewDatabaseAsync()))];
            }

            var first = await TestSite.StartAsync([("WEBUI_AUTH", "true"), ("FORWARDED_ALLOW_IPS", "127.0.0.1"), .. environment]);
            return new([first, await first.StartTwinAsync(), await first.StartTwinAsync()], azurite);
        }

        public async Task<IReadOnlyList<Account>> AccountsAsync()
        {
            var accounts = new List<Account>();
            await foreach (var account in sites[0].Services.GetRequiredService<AccountStore>().AllAsync(default))
            {
                accounts.Add(account);
            }

            return accounts;
        }

        public async Task<string?> FirstAsync() =>
            (await sites[0].Services.GetRequiredService<RowStore>().GetAsync(AccountRows.Key(AccountRows.First), default))?.Properties.GetText("User");

        public async ValueTask DisposeAsync()
        {
            foreach (var site in sites)
            {
                await site.DisposeAsync();
            }

            azurite?.Dispose();
        }
    }
}
