using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Identity;

/// <summary>Groups in the store, at most <see cref="MaxGroups"/>; all of them are read at once, at most every 5 s on each instance.</summary>
internal sealed class GroupStore(RowStore rows, TimeProvider time)
{
    /// <summary>One page of the store, so that reading all stays one operation.</summary>
    public const int MaxGroups = 1_000;

    private const string Prefix = "g.";
    private readonly Lock _gate = new();
    private (DateTimeOffset ReadAt, Task<IReadOnlyList<Group>> Read)? _known;

    /// <summary>All groups by name, at most 5 s old; changes made on this instance are in.</summary>
    public Task<IReadOnlyList<Group>> AllAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_known is not { } known || now - known.ReadAt >= AccountCache.MaxAge || known.Read.IsFaulted)
            {
                known = (now, Task.Run(ReadAllAsync, CancellationToken.None));
                _known = known;
            }

            return known.Read.WaitAsync(cancellation);
        }
    }

    public async Task<Group?> GetAsync(string id, CancellationToken cancellation) =>
        RowKey.IsPart(Prefix + id) && await rows.GetAsync(AccountRows.Key(Prefix + id), cancellation) is { } row ? Read(row) : null;

    /// <summary>Puts a group, over the version that it bears, or as a new one. False when somebody else was first.</summary>
    public async Task<bool> PutAsync(Group group, CancellationToken cancellation)
    {
        var condition = group.Version.Value is null ? PutCondition.IfAbsent : PutCondition.IfMatch(group.Version);
        var outcome = await rows.PutAsync(AccountRows.Key(Prefix + group.Id), Properties(group), condition, cancellation);
        Forget();
        return outcome is PutOutcome.Stored;
    }

    /// <summary>Safe to repeat. Accounts that name it go on naming nothing.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellation)
    {
        var outcome = await rows.DeleteAsync(AccountRows.Key(Prefix + id), DeleteCondition.Always, cancellation);
        Forget();
        return outcome == DeleteOutcome.Deleted;
    }

    private void Forget()
    {
        lock (_gate)
        {
            _known = null;
        }
    }

    private async Task<IReadOnlyList<Group>> ReadAllAsync()
    {
        var groups = new List<Group>();
        await foreach (var row in rows.QueryAllAsync(AccountRows.Table, AccountRows.Partition, RowRange.Prefix(Prefix), CancellationToken.None))
        {
            groups.Add(Read(row));
        }

        groups.Sort((a, b) => string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase));
        return groups;
    }

    private static RowProperties Properties(Group group)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            group.Permissions.WriteTo(json);
        }

        return new()
        {
            ["Name"] = group.Name,
            ["Description"] = group.Description.Length == 0 ? null : group.Description,
            ["Permissions"] = Encoding.UTF8.GetString(buffer.ToArray()),
            ["CreatedBy"] = group.CreatedBy.Length == 0 ? null : group.CreatedBy,
            ["CreatedAt"] = group.CreatedAt,
            ["UpdatedAt"] = group.UpdatedAt,
        };
    }

    private static Group Read(StoredRow row)
    {
        using var permissions = JsonDocument.Parse(row.Properties.GetText("Permissions") ?? "{}");
        return new(
            row.Key.Row[Prefix.Length..], row.Properties.GetText("Name") ?? "", row.Properties.GetText("Description") ?? "",
            PermissionSet.Read(permissions.RootElement, PermissionSet.None), row.Properties.GetText("CreatedBy") ?? "",
            row.Properties.GetTime("CreatedAt") ?? default, row.Properties.GetTime("UpdatedAt") ?? default, row.ETag);
    }
}
