using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>What it costs to know who calls.</summary>
public sealed class SessionCostTests
{
    private const int Periods = 4;

    [Theory]
    [InlineData("cookie")]
    [InlineData("bearer")]
    [InlineData("api key")]
    public async Task Requests_AThousandOfOneUser_CostOneReadOfTheAccountInFiveSecondsOnEachInstance(string proof)
    {
        var (time, counts) = (new ManualTime(), new List<CountingRows>());
        CountingRows Count(OpenWebUi.Platform.Storage.IRowBackEnd inner)
        {
            counts.Add(new(inner));
            return counts[^1];
        }

        await using var people = await AccountSite.StartAsync(time, Count, ("ENABLE_API_KEYS", "true"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"));
        await using var other = await people.Site.StartTwinAsync(Count);
        var key = (await people.Get<ApiKeys>().CreateAsync(people.User.Id, "k", null, [], null, default))!.Value.Text;
        (string, string) header = proof switch { "cookie" => Cookie(people.User.Token), "bearer" => Bearer(people.User.Token), _ => ("x-api-key", key) };
        TestSite[] sites = [people.Site, other];
        foreach (var site in sites)
        {
            // The signing key, and the one note of its last use that a key gets in an hour.
            Assert.Equal("200", await site.Client.OutcomeAsync("GET", "/api/models", header));
        }

        counts.ForEach(count => count.Reset());
        for (var period = 0; period < Periods; period++)
        {
            time.Advance(AccountCache.MaxAge);
            await Task.WhenAll(Enumerable.Range(0, 2 * 1_000 / Periods).Select(async i =>
                Assert.Equal("200", await sites[i % 2].Client.OutcomeAsync("GET", "/api/models", header))));
        }

        foreach (var count in counts)
        {
            var reads = count.Log.Split(", ");
            Assert.Equal(0, count.Traffic.Written);
            Assert.True(reads.Count(read => read == $"get u.{people.User.Id.Text}") <= Periods, count.Log);
            // Beside the account only what all callers of the instance share, as seldom: the settings, the connections, the models.
            Assert.All(reads, read => Assert.True(read.StartsWith("get u.", StringComparison.Ordinal) || read is "get admin" or "query 0", count.Log));
            Assert.True(reads.Length <= 4 * Periods, count.Log);
        }
    }
}
