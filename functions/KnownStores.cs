using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Services.Backup;

namespace OpenWebUi;

/// <summary>
/// Stores that a site may have left behind: the SQLite file in <c>DATA_DIR</c>, and the storage account of <c>AzureWebJobsStorage</c>.
/// Where the configured one is empty and one of these is not, somebody changed a variable and did not find his chats.
/// </summary>
internal static class KnownStores
{
    /// <summary>All of it: a look at the configured store, and at the others where that one is empty.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(15);

    /// <summary>What to tell the operator; null where there is nothing to tell. Reads and never writes; asks nobody where no other store is known.</summary>
    public static async Task<string?> WarningAsync(StoreContent configured, SiteSettings settings, Variables variables, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(MaxTime);
        var others = Others(settings, variables).ToList();
        try
        {
            if (others.Count == 0 || await configured.FindRowsAsync(limit.Token) is not null)
            {
                return null;
            }

            foreach (var (name, open) in others)
            {
                if (await HoldsRowsAsync(open, limit.Token))
                {
                    return $"The configured store ({settings.Store.Shown}) is empty, and {name} is not. If its chats are wanted here: stop the site, run the verb 'backup <folder>' with that store configured, then 'restore <folder>' with this one (docs/backup.md).";
                }
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // The configured store is away: its first call will say so, and this is no time for advice.
            return null;
        }

        return null;
    }

    private static IEnumerable<(string Name, Func<(IRowBackEnd Rows, IDisposable? Owner)> Open)> Others(SiteSettings settings, Variables variables)
    {
        var path = Path.Combine(settings.Hosting.DataFolder, StoreSettings.DatabaseFile);
        if (!(settings.Store.IsSqlite && settings.Store.DatabasePath == path) && File.Exists(path) && new FileInfo(path).Length > 0)
        {
            yield return ($"the SQLite file {path}", () => (new SqliteRowBackEnd(new(path) { BusyTimeout = TimeSpan.FromSeconds(1) }), null));
        }

        // Faults of a variable that this site does not use are not its operator's trouble.
        if (!settings.Store.IsAccount && StorageAccount.Read(new(variables, new FaultList())) is { } account)
        {
            yield return ($"the storage account {account.Name} of {StorageAccount.Variable}", () =>
            {
                var pipeline = new StoragePipeline(account);
                return (new AzureTablesBackEnd(pipeline, new(StoreSettings.TablePrefix)), pipeline);
            });
        }
    }

    private static async Task<bool> HoldsRowsAsync(Func<(IRowBackEnd Rows, IDisposable? Owner)> open, CancellationToken cancellationToken)
    {
        var (backEnd, owner) = open();
        using var held = owner;
        using var rows = new RowStore(backEnd);
        try
        {
            return await StoreContent.FindRowsAsync(rows, cancellationToken) is not null;
        }
        catch (StoreUnavailableException)
        {
            // Not there, not ours, or not to be reached: nothing that could be missed.
            return false;
        }
    }
}
