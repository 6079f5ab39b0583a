using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

internal enum RemovalOutcome
{
    /// <summary>It is deleted, now or since before.</summary>
    Deleted,

    Missing,

    /// <summary>The chat is not as its deleter has seen it; nothing was changed.</summary>
    Changed,
}

/// <summary>
/// Deletes chats and brings them back. A deletion:
/// <list type="number">
/// <item>A note for housekeeping is written (<see cref="Leftover"/>).</item>
/// <item>The chat is marked and its line leaves the list, in one batch. For everybody it is gone now.</item>
/// <item>Its running answers are stopped, here and on other instances.</item>
/// <item>An hour later, at the earliest, housekeeping removes it (<see cref="LeftoverSweep"/>).</item>
/// </list>
/// </summary>
internal sealed class ChatRemoval(ChatStore chats, RunStore store, AnswerRuns runs, LeftoverStore leftovers)
{
    private const int MaxAttempts = 8;

    /// <summary>Chats that one call deletes: about a thousand operations of the store.</summary>
    public const int MaxAtOnce = 240;

    private const int DeletionsAtOnce = 8;

    /// <summary>Of each list. No more run at once than <c>CHAT_RUNNING_LIMIT</c> on each instance.</summary>
    private const int MaxChatsToStop = 100;

    /// <summary>Deletes the chat. Safe to repeat.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="allows">Whether this version may be deleted; it is asked again when somebody changes the chat meanwhile.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<RemovalOutcome> DeleteAsync(OwnerId owner, ChatId id, Func<Chat, bool> allows, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await chats.GetEvenDeletedAsync(owner, id, cancellation) is not { } chat)
            {
                return RemovalOutcome.Missing;
            }

            if (chat.DeletedAt is null)
            {
                if (!allows(chat))
                {
                    return RemovalOutcome.Changed;
                }

                // 1
                var due = leftovers.DueAt();
                await leftovers.AddAsync([new(due, LeftoverKind.DeletedChat, owner, id)], cancellation);

                // 2
                if (await chats.ChangeAsync(owner, chat, chat with { DeletedAt = due - Leftover.Grace }, [], cancellation) is null)
                {
                    continue;
                }
            }

            // 3: also where it was deleted before, by a call that may have been cut here
            if (!chat.IsGone)
            {
                await StopAnswersAsync(owner, id, cancellation);
            }

            return RemovalOutcome.Deleted;
        }

        throw new StoreUnavailableException("The chat changes faster than it can be deleted. Try again.");
    }

    /// <summary>Deletes the chats of every list, at most <see cref="MaxAtOnce"/>; each can be brought back as if it had been deleted alone. Safe to repeat.</summary>
    /// <returns>Whether none is left.</returns>
    public async Task<bool> DeleteAllAsync(OwnerId owner, CancellationToken cancellation)
    {
        var ways = new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellation };
        var page = await chats.ListAsync(owner, ChatRows.Lists, MaxAtOnce, after: null, cancellation);
        await Parallel.ForEachAsync(page.Lines, ways, async (line, token) => await DeleteAsync(owner, line.Id, _ => true, token));
        return page.Next is null;
    }

    /// <summary>Brings a deleted chat back to its list. Safe to repeat. Its answers stay stopped.</summary>
    /// <returns>The chat; null where there is none, or housekeeping has begun to remove it.</returns>
    public async Task<Chat?> RestoreAsync(OwnerId owner, ChatId id, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.GetEvenDeletedAsync(owner, id, cancellation);
            if (chat is null or { IsGone: true } or { DeletedAt: null })
            {
                return chat is { IsGone: false } ? chat : null;
            }

            if (await chats.ChangeAsync(owner, chat, chat with { DeletedAt = null }, [], cancellation) is { } back)
            {
                return back;
            }
        }

        throw new StoreUnavailableException("The chat changes faster than it can be brought back. Try again.");
    }

    /// <summary>Stops what runs for an owner who is gone: here all of it, on other instances what began in the last hour. Nothing that it misses outlives the sweep.</summary>
    public async Task StopAllAsync(OwnerId owner, CancellationToken cancellation)
    {
        runs.StopAll(owner);
        var since = leftovers.DueAt() - Leftover.Grace - Leftover.Grace;
        foreach (var shelf in Enum.GetValues<Shelf>())
        {
            // A turn puts its chat on top of its list.
            var newest = await chats.ListAsync(owner, shelf, MaxChatsToStop, after: null, cancellation);
            foreach (var line in newest.Lines.TakeWhile(line => line.UpdatedAt > since))
            {
                await StopAnswersAsync(owner, line.Id, cancellation);
            }
        }

        await foreach (var line in chats.ListAllAsync(owner, ChatRows.FolderLists, cancellation))
        {
            if (line.UpdatedAt > since)
            {
                await StopAnswersAsync(owner, line.Id, cancellation);
            }
        }
    }

    private async Task StopAnswersAsync(OwnerId owner, ChatId id, CancellationToken cancellation)
    {
        foreach (var lease in await store.RunningAsync(owner, id, cancellation))
        {
            if (runs.Find(new(owner, id, lease.Answer)) is { } run)
            {
                run.Stop();
            }
            else
            {
                await store.AskToStopAsync(owner, id, lease.Answer, cancellation);
            }
        }
    }
}
