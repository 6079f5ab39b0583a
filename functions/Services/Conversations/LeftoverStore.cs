using System.Runtime.CompilerServices;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>The notes of what may be left behind. One partition: they are few, because only unusual steps write one.</summary>
internal sealed class LeftoverStore(RowStore rows, TimeProvider time)
{
    /// <summary>When something that begins now is due.</summary>
    public DateTimeOffset DueAt() => DateTimeOffset.FromUnixTimeMilliseconds((time.GetUtcNow() + Leftover.Grace).ToUnixTimeMilliseconds());

    /// <summary>Notes that everything of an owner goes: its pass is given back or its account is deleted, and nobody can reach it again.</summary>
    public Task AddAsync(OwnerId owner, CancellationToken cancellation) => AddAsync([new(DueAt(), LeftoverKind.Owner, owner)], cancellation);

    /// <summary>Notes 1 to 100 things, in one operation. Await it before the step that could leave them behind.</summary>
    public async Task AddAsync(IReadOnlyList<Leftover> leftovers, CancellationToken cancellation)
    {
        var operations = leftovers.Select(l => new RowOperation.Put(l.Row, [], PutCondition.Always)).ToList();
        if (await rows.BatchAsync(Leftover.Table, Leftover.Partition, operations, cancellation) is not BatchOutcome.Committed)
        {
            throw new StoreUnavailableException("The store did not take a note of what may be left behind.");
        }
    }

    /// <summary>What is due, the oldest first, with its row.</summary>
    public async IAsyncEnumerable<(StoredRow Row, Leftover? Leftover)> ReadDueAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAllAsync(Leftover.Table, Leftover.Partition, Leftover.DueBy(time.GetUtcNow()), cancellation))
        {
            yield return (row, Leftover.Of(row));
        }
    }

    public Task RemoveAsync(Leftover leftover, CancellationToken cancellation) =>
        rows.DeleteAsync(new(Leftover.Table, Leftover.Partition, leftover.Row), DeleteCondition.Always, cancellation);
}
