using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Public snapshots of chats. A chat is shared so:
/// <list type="number">
/// <item>A note for housekeeping (<see cref="LeftoverKind.Share"/>), of the snapshot and of the blob that it replaces.</item>
/// <item>The snapshot: a row, or a row and a blob.</item>
/// <item>The chat's own row names it, in one batch with a row by which everything that an owner shares is found.</item>
/// </list>
/// It is taken back the other way round: the chat's row first, from then on nobody reads it.
/// </summary>
internal sealed class ShareStore(RowStore rows, BlobStore blobs, ChatStore chats, LeftoverStore leftovers)
{
    private const int RandomBytes = 8;

    private const int MaxAttempts = 8;

    /// <summary>Shares a chat, or refreshes what is shared of it.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">As it was read.</param>
    /// <param name="id">The chat's own, where it has one.</param>
    /// <param name="at">Whole milliseconds.</param>
    /// <param name="json">The snapshot.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The chat with its new tag; null when anything was changed meanwhile: read again.</returns>
    public async Task<Chat?> PublishAsync(OwnerId owner, Chat chat, ShareId id, DateTimeOffset at, ReadOnlyMemory<byte> json, CancellationToken cancellation)
    {
        var before = chat.ShareId is null ? null : await GetAsync(id, cancellation);
        var random = json.Length > MessageOverflow.MaxRowUnits ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes)) : null;
        await leftovers.AddAsync([.. NotesOf(owner, chat.Id, id, random, before?.Random)], cancellation); // 1
        var path = random is null ? null : Share.PathOf(owner, chat.Id, random);
        if (path is not null && await blobs.PutAsync(path, json, "application/json", BlobPutMode.Always, cancellation) != BlobPutOutcome.Stored)
        {
            throw new StoreUnavailableException($"The chat has more than the {BlobStore.MaxBytes} bytes that can be shared.");
        }

        var share = new Share(id, owner, chat.Id, at, path is null ? Encoding.UTF8.GetString(json.Span) : null, path);
        await rows.PutAsync(Share.Key(id), share.ToRow(), PutCondition.Always, cancellation); // 2
        var index = new RowOperation.Put(ChatRows.Share(id), new() { ["Chat"] = chat.Id.Text }, PutCondition.Always);
        return await chats.ChangeAsync(owner, chat, chat with { ShareId = id, SharedAt = at }, [index], cancellation); // 3
    }

    /// <summary>Takes back what is shared of a chat.</summary>
    /// <returns>False: nothing was.</returns>
    public async Task<bool> RevokeAsync(OwnerId owner, ChatId chatId, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await chats.GetEvenDeletedAsync(owner, chatId, cancellation) is not { ShareId: { } id } chat)
            {
                return false;
            }

            var share = await GetAsync(id, cancellation);
            await leftovers.AddAsync([.. NotesOf(owner, chatId, id, share?.Random, null)], cancellation);
            var index = new RowOperation.Delete(ChatRows.Share(id), DeleteCondition.Always);
            if (await chats.ChangeAsync(owner, chat, chat with { ShareId = null, SharedAt = null }, [index], cancellation) is not null)
            {
                await RemoveAsync(id, share?.Blob, cancellation);
                return true;
            }
        }

        throw new StoreUnavailableException("The chat changes faster than it can be taken back. Try again.");
    }

    /// <summary>Takes back everything that an owner shares.</summary>
    public async Task RevokeAllAsync(OwnerId owner, CancellationToken cancellation)
    {
        await foreach (var (_, chat) in SharedByAsync(owner, cancellation))
        {
            await RevokeAsync(owner, chat, cancellation);
        }
    }

    /// <summary>What may be read under an id: two reads. Null where nothing is shared under it (any more).</summary>
    public async Task<Share?> FindAsync(ShareId id, CancellationToken cancellation) =>
        await GetAsync(id, cancellation) is { } share && (await chats.GetAsync(share.Owner, share.Chat, cancellation))?.ShareId == id ? share : null;

    /// <summary>The snapshot's JSON, to be read once; null where its blob is gone, because it was refreshed or taken back just now.</summary>
    public async Task<Stream?> OpenAsync(Share share, CancellationToken cancellation) => share.Blob is null
        ? new MemoryStream(Encoding.UTF8.GetBytes(share.Json ?? ""), writable: false)
        : (await blobs.OpenReadAsync(share.Blob, range: null, cancellation))?.Content;

    /// <summary>Settles a note: what the chat does not name goes.</summary>
    public async Task SettleAsync(Leftover note, CancellationToken cancellation)
    {
        var (id, owner, chat) = (new ShareId(note.Share!), note.Owner, note.Chat!.Value);
        var share = await GetAsync(id, cancellation);
        if ((await chats.GetEvenDeletedAsync(owner, chat, cancellation))?.ShareId != id)
        {
            await RemoveAsync(id, share?.Blob, cancellation);
            share = null;
        }

        if (note.Random is { } random && random != share?.Random)
        {
            await blobs.DeleteAsync(Share.PathOf(owner, chat, random), cancellation);
        }
    }

    /// <summary>The rows of what a chat, or all chats of an owner, shared; for housekeeping, which removes their blobs with the chats' folders.</summary>
    public async Task<int> RemoveRowsAsync(OwnerId owner, ChatId? onlyOf, CancellationToken cancellation)
    {
        var removed = 0;
        await foreach (var (id, chat) in SharedByAsync(owner, cancellation))
        {
            if (onlyOf is null || onlyOf == chat)
            {
                await rows.DeleteAsync(Share.Key(id), DeleteCondition.Always, cancellation);
                await rows.DeleteAsync(new(ChatRows.Table, owner.Text, ChatRows.Share(id)), DeleteCondition.Always, cancellation);
                removed += 2;
            }
        }

        return removed;
    }

    private async Task<Share?> GetAsync(ShareId id, CancellationToken cancellation) =>
        Share.Of(id, await rows.GetAsync(Share.Key(id), cancellation));

    private async Task RemoveAsync(ShareId id, BlobPath? blob, CancellationToken cancellation)
    {
        await rows.DeleteAsync(Share.Key(id), DeleteCondition.Always, cancellation);
        if (blob is not null)
        {
            await blobs.DeleteAsync(blob, cancellation);
        }
    }

    private async IAsyncEnumerable<(ShareId Id, ChatId Chat)> SharedByAsync(
        OwnerId owner, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.Shares), cancellation))
        {
            yield return (new(row.Key.Row[ChatRows.Shares.Length..]), new(row.Properties.GetText("Chat") ?? ""));
        }
    }

    private IEnumerable<Leftover> NotesOf(OwnerId owner, ChatId chat, ShareId id, string? random, string? replaced)
    {
        var due = leftovers.DueAt();
        yield return new(due, LeftoverKind.Share, owner, chat, Share: id.Text, Random: random);
        if (replaced is not null)
        {
            yield return new(due, LeftoverKind.Share, owner, chat, Share: id.Text, Random: replaced);
        }
    }
}
