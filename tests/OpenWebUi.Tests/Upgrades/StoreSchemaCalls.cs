using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Backup;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Upgrades;

/// <summary>What a real start does with the store's mark; a test's site does not.</summary>
internal static class StoreSchemaCalls
{
    public static Task<string?> ClaimAsync(TestSite site) => site.Services.GetRequiredService<StoreSchema>().ClaimAsync(CancellationToken.None);
}
