using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Puts chats into folders, and deletes folders:
/// <list type="number">
/// <item>A note for housekeeping is written (<see cref="Leftover"/>), because a chat may come into the folder at the same moment.</item>
/// <item>The chats of the folder, and of those in it, leave it or are deleted: each a read and a batch, some at once.</item>
/// <item>The folders are removed. Until then a call that is cut can be repeated; afterwards the folder is not there.</item>
/// <item>What came in meanwhile is moved out; what comes even later, by housekeeping.</item>
/// </list>
/// </summary>
internal sealed class ChatFiling(ChatStore chats, FolderStore folders, ChatRemoval removal, LeftoverStore leftovers)
{
    private const int MaxAttempts = 5;

    private const int AtOnce = 8;

    /// <summary>Puts a chat into a folder that was found, or out of any with null.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="id">Which chat.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="allows">Whether this version may be moved.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The chat, and whether it was allowed; null where it is not there.</returns>
    /// <exception cref="StoreUnavailableException">It changes faster than it can be moved.</exception>
    public async Task<(Chat Chat, bool IsAllowed)?> MoveAsync(OwnerId owner, ChatId id, FolderId? folder, Func<Chat, bool> allows, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await chats.GetAsync(owner, id, cancellation) is not { } chat)
            {
                return null;
            }

            if (!allows(chat))
            {
                return (chat, false);
            }

            if (chat.Folder == folder)
            {
                return (chat, true);
            }

            if (await chats.ChangeAsync(owner, chat, chat with { Folder = folder }, [], cancellation) is { } moved)
            {
                return (moved, true);
            }
        }

        throw new StoreUnavailableException("The chat changes faster than it can be moved. Try again.");
    }

    /// <summary>Deletes a folder and those in it. Safe to repeat.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="deletesChats">The chats in it too; else they are in no folder afterwards.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>False where there is none.</returns>
    public async Task<bool> DeleteAsync(OwnerId owner, FolderId id, bool deletesChats, CancellationToken cancellation)
    {
        var within = FolderStore.Within(await folders.ListAsync(owner, cancellation), id).Select(folder => folder.Id).ToList();
        if (within.Count == 0)
        {
            return false;
        }

        // 1
        foreach (var some in within.Chunk(RowLimits.MaxBatchOperations))
        {
            await leftovers.AddAsync([.. some.Select(folder => new Leftover(leftovers.DueAt(), LeftoverKind.Folder, owner, new(folder.Text)))], cancellation);
        }

        // 2
        await EmptyAllAsync(owner, within, deletesChats, cancellation);

        // 3
        await folders.RemoveAsync(owner, within, cancellation);

        // 4
        await EmptyAllAsync(owner, within, deletesChats: false, cancellation);
        return true;
    }

    /// <summary>Brings the chats of a folder that is gone back to the list. Safe to repeat.</summary>
    /// <returns>False where the folder is there.</returns>
    public async Task<bool> RescueAsync(OwnerId owner, FolderId folder, CancellationToken cancellation)
    {
        if (await folders.GetAsync(owner, folder, cancellation) is not null)
        {
            return false;
        }

        await EmptyAsync(owner, folder, deletesChats: false, cancellation);
        return true;
    }

    private async Task EmptyAllAsync(OwnerId owner, IReadOnlyList<FolderId> within, bool deletesChats, CancellationToken cancellation)
    {
        foreach (var folder in within)
        {
            await EmptyAsync(owner, folder, deletesChats, cancellation);
        }
    }

    /// <summary>Pinned and archived chats stand elsewhere and keep the folder's name: it counts as none when it is gone.</summary>
    private async Task EmptyAsync(OwnerId owner, FolderId folder, bool deletesChats, CancellationToken cancellation)
    {
        var lines = new List<ChatLine>();
        await foreach (var line in chats.ListAllAsync(owner, ChatRows.ListPrefix(folder), cancellation))
        {
            lines.Add(line);
        }

        await Parallel.ForEachAsync(lines, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (line, token) =>
        {
            if (deletesChats)
            {
                await removal.DeleteAsync(owner, line.Id, _ => true, token);
            }
            else
            {
                await MoveAsync(owner, line.Id, null, _ => true, token);
            }
        });
    }
}
