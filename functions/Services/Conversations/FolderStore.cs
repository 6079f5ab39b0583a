using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>How a change of folders ended; nothing but <see cref="Done"/> changed anything.</summary>
internal abstract record FolderOutcome
{
    private FolderOutcome()
    {
    }

    public sealed record Done(Folder Folder) : FolderOutcome;

    /// <summary>The folder is not there, or the parent that was named.</summary>
    public sealed record Missing : FolderOutcome;

    /// <summary>Another folder of the same parent has the name.</summary>
    public sealed record NameTaken : FolderOutcome;

    /// <summary>The parent is the folder itself, or lies in it.</summary>
    public sealed record Circle : FolderOutcome;

    public sealed record TooDeep : FolderOutcome;

    public sealed record TooMany : FolderOutcome;
}

/// <summary>
/// An owner's folders. Every change reads all of them in one query and is one batch over the row <see cref="ChatRows.Folders"/>, under its
/// tag: so names stay unique and no circle comes about on all instances together.
/// </summary>
internal sealed class FolderStore(RowStore rows)
{
    private const int MaxAttempts = 8;

    public async Task<Folder?> GetAsync(OwnerId owner, FolderId id, CancellationToken cancellation) =>
        await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Folder(id)), cancellation) is { } row ? Folder.Of(row) : null;

    /// <summary>All folders, in no order: one query.</summary>
    public async Task<IReadOnlyList<Folder>> ListAsync(OwnerId owner, CancellationToken cancellation) => (await ReadAsync(owner, cancellation)).Folders;

    public Task<FolderOutcome> CreateAsync(OwnerId owner, Folder folder, CancellationToken cancellation) =>
        ChangeAsync(owner, folder.Id, _ => folder, isNew: true, cancellation);

    /// <summary>Changes a folder as it then is; it is asked again when somebody else was first.</summary>
    public Task<FolderOutcome> ChangeAsync(OwnerId owner, FolderId id, Func<Folder, Folder> change, CancellationToken cancellation) =>
        ChangeAsync(owner, id, change, isNew: false, cancellation);

    /// <summary>Removes folders whose chats have been moved. Safe to repeat.</summary>
    public async Task RemoveAsync(OwnerId owner, IReadOnlyList<FolderId> ids, CancellationToken cancellation)
    {
        foreach (var some in ids.Chunk(RowLimits.MaxBatchOperations - 1))
        {
            for (var attempt = 0; ; attempt++)
            {
                var (all, guard) = await ReadAsync(owner, cancellation);
                var there = all.Where(folder => some.Contains(folder.Id)).ToList();
                if (there.Count == 0)
                {
                    break;
                }

                List<RowOperation> operations = [Guard(guard), .. there.Select(f => new RowOperation.Delete(ChatRows.Folder(f.Id), DeleteCondition.Always))];
                if (await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) is BatchOutcome.Committed)
                {
                    break;
                }

                ThrowIfLast(attempt);
            }
        }
    }

    /// <summary>A folder and everything that lies in it, the folder first; empty where it is not there.</summary>
    public static IReadOnlyList<Folder> Within(IReadOnlyList<Folder> all, FolderId id)
    {
        var within = all.Where(folder => folder.Id == id).ToList();
        for (var i = 0; i < within.Count && within.Count <= all.Count; i++)
        {
            within.AddRange(all.Where(folder => folder.ParentId == within[i].Id && !within.Contains(folder)));
        }

        return within;
    }

    private async Task<FolderOutcome> ChangeAsync(OwnerId owner, FolderId id, Func<Folder, Folder> change, bool isNew, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (all, guard) = await ReadAsync(owner, cancellation);
            var before = all.FirstOrDefault(folder => folder.Id == id);
            if (before is null && !isNew)
            {
                return new FolderOutcome.Missing();
            }

            var after = change(before!);
            if (Refusal(all, before, after) is { } refusal)
            {
                return refusal;
            }

            List<RowOperation> operations = [new RowOperation.Put(ChatRows.Folder(id), after.ToRow(), before is null ? PutCondition.IfAbsent : PutCondition.IfMatch(before.ETag))];
            if (before is null || before.Name != after.Name || before.ParentId != after.ParentId)
            {
                operations.Add(Guard(guard));
            }

            if (await rows.BatchAsync(ChatRows.Table, owner.Text, operations, cancellation) is BatchOutcome.Committed { ETags: [{ } etag, ..] })
            {
                return new FolderOutcome.Done(after with { ETag = etag });
            }

            ThrowIfLast(attempt);
        }
    }

    private static FolderOutcome? Refusal(IReadOnlyList<Folder> all, Folder? before, Folder after)
    {
        if (before is null && all.Count >= Folder.MaxFolders)
        {
            return new FolderOutcome.TooMany();
        }

        if (before is not null && before.Name == after.Name && before.ParentId == after.ParentId)
        {
            return null;
        }

        if (after.ParentId is { } parent && all.All(folder => folder.Id != parent))
        {
            return new FolderOutcome.Missing();
        }

        var own = Within(all, after.Id);
        if (own.Any(folder => folder.Id == after.ParentId))
        {
            return new FolderOutcome.Circle();
        }

        if (Depth(all, after.ParentId) + Height(own, after.Id) > Folder.MaxDepth)
        {
            return new FolderOutcome.TooDeep();
        }

        return all.Any(folder => folder.Id != after.Id && folder.ParentId == after.ParentId && folder.Name.Equals(after.Name, StringComparison.OrdinalIgnoreCase))
            ? new FolderOutcome.NameTaken() : null;
    }

    /// <summary>How many folders stand above a place.</summary>
    private static int Depth(IReadOnlyList<Folder> all, FolderId? parent)
    {
        var depth = 0;
        for (; parent is { } id && depth <= Folder.MaxDepth; depth++)
        {
            parent = all.FirstOrDefault(folder => folder.Id == id)?.ParentId;
        }

        return depth;
    }

    private static int Height(IReadOnlyList<Folder> within, FolderId id) =>
        1 + within.Where(folder => folder.ParentId == id).Select(folder => Height(within, folder.Id)).DefaultIfEmpty(0).Max();

    private async Task<(IReadOnlyList<Folder> Folders, StoredRow? Guard)> ReadAsync(OwnerId owner, CancellationToken cancellation)
    {
        var folders = new List<Folder>();
        StoredRow? guard = null;
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.Folders), cancellation))
        {
            if (row.Key.Row == ChatRows.Folders)
            {
                guard = row;
            }
            else
            {
                folders.Add(Folder.Of(row));
            }
        }

        return (folders, guard);
    }

    private static RowOperation.Put Guard(StoredRow? guard) =>
        new(ChatRows.Folders, [], guard is null ? PutCondition.IfAbsent : PutCondition.IfMatch(guard.ETag));

    private static void ThrowIfLast(int attempt)
    {
        if (attempt + 1 >= MaxAttempts)
        {
            throw new StoreUnavailableException("The folders change faster than this change can be stored. Try again.");
        }
    }
}
