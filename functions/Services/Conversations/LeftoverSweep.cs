using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Services.Conversations;

/// <summary>What one pass did.</summary>
/// <param name="Done">Notes that were looked at and are settled.</param>
/// <param name="Rows">Rows that were removed.</param>
/// <param name="Blobs">Blobs that were removed.</param>
/// <param name="IsComplete">Nothing that is due is left.</param>
internal sealed record SweepReport(int Done, int Rows, int Blobs, bool IsComplete);

/// <summary>
/// Removes what deletions and killed instances left behind. It reads the notes that are due; each is taken away only when
/// what it says is settled. Every step may be repeated, by another instance too and at the same time, and a pass that is killed
/// is gone on with by the next.
/// </summary>
internal sealed partial class LeftoverSweep(
    RowStore rows, BlobStore blobs, ChatStore chats, ChatFiling filing, LeftoverStore leftovers, ShareStore shares, FileStore files, AccountStore accounts,
    PromptStore prompts, ModelSettingsStore models, TimeProvider time, ILogger<LeftoverSweep> logger)
{
    public const int MaxRemovals = 20_000;

    public static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(4);

    /// <summary>What was begun when the pass was given back changes chats for a moment still.</summary>
    private static readonly TimeSpan TurnsUnderWay = TimeSpan.FromMinutes(1);

    private const int MaxAttempts = 3;

    private readonly BoundedRemoval _removal = new(rows, blobs);

    /// <summary>One pass.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached; what was done stays done.</exception>
    public async Task<SweepReport> RunAsync(CancellationToken cancellation)
    {
        var budget = new SweepBudget(MaxRemovals, MaxTime, time);
        var (done, isComplete) = (0, true);
        await foreach (var (row, leftover) in leftovers.ReadDueAsync(cancellation))
        {
            if (leftover is null)
            {
                Log.Unknown(logger, row.Key.Row);
            }
            else if (budget.IsSpent || !await TrySettleAsync(leftover, budget, cancellation))
            {
                isComplete = false;
                if (budget.IsSpent)
                {
                    break;
                }
            }
            else
            {
                await leftovers.RemoveAsync(leftover, cancellation);
                done++;
            }
        }

        await blobs.SweepAsync(cancellation);
        if (done > 0 || !isComplete)
        {
            Log.Swept(logger, done, budget.Rows, budget.Blobs, isComplete ? "nothing" : "some");
        }

        return new(done, budget.Rows, budget.Blobs, isComplete);
    }

    /// <summary>False: something is left for the next pass. What breaks stays too, and stops nothing else.</summary>
    private async Task<bool> TrySettleAsync(Leftover leftover, SweepBudget budget, CancellationToken cancellation)
    {
        try
        {
            return leftover.Kind switch
            {
                LeftoverKind.DeletedChat => await PurgeAsync(leftover, budget, cancellation),
                LeftoverKind.BegunChat => await GiveUpAsync(leftover.Owner, leftover.Chat!.Value, budget, cancellation),
                LeftoverKind.Folder => await UnfileAsync(leftover, cancellation),
                LeftoverKind.Blob => await SettleBlobAsync(leftover, budget, cancellation),
                LeftoverKind.Share => await SettleShareAsync(leftover, cancellation),
                LeftoverKind.File => await SettleFileAsync(leftover, budget, cancellation),
                _ => await RemoveOwnerAsync(leftover, budget, cancellation),
            };
        }
        catch (Exception e) when (e is not (StoreUnavailableException or OperationCanceledException))
        {
            Log.Broke(logger, leftover.Kind, e);
            return false;
        }
    }

    /// <summary>Removes a deleted chat: closes the way back, then its blobs and rows, its own row last.</summary>
    private async Task<bool> PurgeAsync(Leftover leftover, SweepBudget budget, CancellationToken cancellation)
    {
        var (owner, id) = (leftover.Owner, leftover.Chat!.Value);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // Brought back; or deleted once more since, which has a note of its own.
            if (await chats.GetEvenDeletedAsync(owner, id, cancellation) is not { DeletedAt: { } deleted } chat || deleted + Leftover.Grace > leftover.DueAt)
            {
                return true;
            }

            var row = new RowKey(ChatRows.Table, owner.Text, ChatRows.Chat(id));
            if (chat.IsGone || await rows.PutAsync(row, (chat with { IsGone = true }).ToRow(), PutCondition.IfMatch(chat.ETag), cancellation) is PutOutcome.Stored)
            {
                if (chat.ShareId is not null)
                {
                    budget.CountRows(await shares.RemoveRowsAsync(owner, id, cancellation));
                }

                if (!await RemoveChatAsync(owner, id, budget, cancellation))
                {
                    return false;
                }

                await rows.DeleteAsync(row, DeleteCondition.Always, cancellation);
                budget.CountRows(1);
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes what a writer left that never came to its last batch. Without the row between the batches that batch fails, so the second look is the last word.</summary>
    private async Task<bool> GiveUpAsync(OwnerId owner, ChatId id, SweepBudget budget, CancellationToken cancellation)
    {
        if (await chats.GetEvenDeletedAsync(owner, id, cancellation) is not null)
        {
            return true;
        }

        await rows.DeleteAsync(new(ChatRows.Table, owner.Text, ChatRows.Begun(id)), DeleteCondition.Always, cancellation);
        return await chats.GetEvenDeletedAsync(owner, id, cancellation) is not null || await RemoveChatAsync(owner, id, budget, cancellation);
    }

    /// <summary>Whether the folder is there still, because its deletion was cut, or not: nothing is left to do.</summary>
    private async Task<bool> UnfileAsync(Leftover leftover, CancellationToken cancellation)
    {
        await filing.RescueAsync(leftover.Owner, new(leftover.Chat!.Value.Text), cancellation);
        return true;
    }

    private async Task<bool> SettleShareAsync(Leftover leftover, CancellationToken cancellation)
    {
        await shares.SettleAsync(leftover, cancellation);
        return true;
    }

    private async Task<bool> SettleBlobAsync(Leftover leftover, SweepBudget budget, CancellationToken cancellation)
    {
        var (owner, chat, message) = (leftover.Owner, leftover.Chat!.Value, leftover.Message!.Value);
        var path = MessageOverflow.Path(owner, chat, message, leftover.Random!);
        if (await ReferenceAsync(owner, chat, message, cancellation) != path.Text && await blobs.DeleteAsync(path, cancellation) == BlobDeleteOutcome.Deleted)
        {
            budget.CountBlob();
        }

        return true;
    }

    private async Task<bool> SettleFileAsync(Leftover leftover, SweepBudget budget, CancellationToken cancellation)
    {
        if (await files.RemoveUnnamedAsync(leftover.Owner, leftover.File!.Value, cancellation))
        {
            budget.CountBlob();
        }

        return true;
    }

    /// <summary>The blob to which a message's row refers. By its index, because a message may have moved to another depth since.</summary>
    private async Task<string?> ReferenceAsync(OwnerId owner, ChatId chat, MessageId message, CancellationToken cancellation)
    {
        var index = await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Index(chat, message)), cancellation);
        var depth = (int)(index?.Properties.GetInt64("Depth") ?? 0);
        var row = index is null ? null : await rows.GetAsync(new(ChatRows.Table, owner.Text, ChatRows.Message(chat, depth, message)), cancellation);
        return row is null ? null : Message.Of(row).Overflow;
    }

    private async Task<bool> RemoveOwnerAsync(Leftover leftover, SweepBudget budget, CancellationToken cancellation)
    {
        var account = leftover.Owner.Account;
        var isKept = account is { } id
            // Its row says it, whatever its instances still wrote for a moment: a deletion that failed after the note has left it there.
            ? await accounts.ReadAsync(id, cancellation) is not null
            : await IsBackAsync(leftover.Owner, leftover.DueAt - Leftover.Grace, cancellation);
        if (isKept)
        {
            return true;
        }

        if (account is { } gone)
        {
            // Once more: an instance that had not heard of the deletion yet may have written them after it.
            await accounts.DeleteExtrasAsync(gone, cancellation);
        }

        await prompts.RemoveOfAsync(leftover.Owner, cancellation);
        await models.RemoveOfAsync(leftover.Owner, cancellation);
        budget.CountRows(await shares.RemoveRowsAsync(leftover.Owner, onlyOf: null, cancellation));
        return await _removal.RemoveBlobsAsync(MessageOverflow.Folder(leftover.Owner), budget, cancellation)
            && await _removal.RemoveBlobsAsync(FileStore.Folder(leftover.Owner), budget, cancellation)
            && await _removal.RemoveRowsAsync(leftover.Owner, RowRange.All, kept: null, budget, cancellation);
    }

    /// <summary>Whether somebody said something under the pass after it was given back: then the browser has kept it, because the answer that took it was lost on the way.</summary>
    private async Task<bool> IsBackAsync(OwnerId owner, DateTimeOffset left, CancellationToken cancellation)
    {
        await foreach (var line in chats.ListAllAsync(owner, ChatRows.FolderLists, cancellation))
        {
            if (line.UpdatedAt > left + TurnsUnderWay)
            {
                return true;
            }
        }

        foreach (var shelf in Enum.GetValues<Shelf>())
        {
            if ((await chats.ListAsync(owner, shelf, 1, after: null, cancellation)).Lines is [{ } newest] && newest.UpdatedAt > left + TurnsUnderWay)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> RemoveChatAsync(OwnerId owner, ChatId id, SweepBudget budget, CancellationToken cancellation)
    {
        for (var left = await files.LeaveAsync(owner, id, cancellation); left > 0; left--)
        {
            budget.CountBlob();
        }

        return await _removal.RemoveBlobsAsync(MessageOverflow.Folder(owner, id), budget, cancellation)
            && await _removal.RemoveRowsAsync(owner, RowRange.Prefix(ChatRows.Everything(id)), ChatRows.Chat(id), budget, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Housekeeping settled {Done} leftovers and removed {Rows} rows and {Blobs} blobs; {Left} is left for the next time")]
        public static partial void Swept(ILogger logger, int done, int rows, int blobs, string left);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping does not know the leftover {Row} and lets it be; a newer version may have written it")]
        public static partial void Unknown(ILogger logger, string row);

        [LoggerMessage(Level = LogLevel.Error, Message = "Housekeeping could not settle a leftover of the kind {Kind}; it tries again the next time")]
        public static partial void Broke(ILogger logger, LeftoverKind kind, Exception exception);
    }
}
