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
