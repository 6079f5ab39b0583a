using System.Globalization;
using System.Text;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Files of owners: bytes in a blob, the rest in a row. Which chats name a file stands in rows of its own
/// (<see cref="ChatRows"/>), written in the batch of the message that names it. Nothing outlives its use:
/// <list type="bullet">
/// <item>An upload is noted as a <see cref="Leftover"/> first; a week later it goes if no chat names it.</item>
/// <item>With the last chat that names it, a file goes (<see cref="LeaveAsync"/>).</item>
/// <item>A turn writes the file's row anew under its tag, so a file cannot go between the look and the turn.</item>
/// </list>
/// </summary>
internal sealed class FileStore(RowStore rows, BlobStore blobs, LeftoverStore leftovers, AttachmentOptions options, TimeProvider time)
{
    /// <summary>How long an upload waits in a draft.</summary>
    public static readonly TimeSpan Unnamed = TimeSpan.FromDays(7);

    private const int MaxNameChars = 200;

    /// <summary>Of a longer name this much of its end stays.</summary>
    private const int MaxEndingChars = 10;

    /// <summary>Where everything of an owner is.</summary>
    public static BlobPath Folder(OwnerId owner) => new($"files/{owner}");

    public static BlobPath Path(OwnerId owner, FileId file) => Folder(owner).Then(file.Text);

    /// <summary>Keeps a file: 1 query, 2 writes and 1 blob.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="name">As its sender calls it.</param>
    /// <param name="content">Read once, to its end or its cap; never held whole.</param>
    /// <param name="check">Looks, when all bytes have come, whether the sender still may. Throws where not.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The file, or why it is none.</returns>
    public async Task<(StoredFile? File, ErrorReport? Refusal)> AddAsync(
        OwnerId owner, string name, Stream content, Func<Task>? check, CancellationToken cancellation)
    {
        name = Shown(name);
        var head = new byte[FileTypes.HeadBytes];
        var length = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        if (length == 0)
        {
            return (null, new(422, "empty_file", "The file is empty.", "file"));
        }

        var raster = FileTypes.RasterType(head.AsSpan(0, length));
        if (raster is null && FileTypes.ClaimsRaster(name))
        {
            return (null, Unsupported("The file is called a picture, but is no PNG, JPEG, GIF or WebP."));
        }

        var used = await UsedAsync(owner, cancellation);
        var maxBytes = raster is null ? Math.Min(options.MaxBytes, AttachmentOptions.MaxTextBytes) : options.MaxBytes;
        if (used.Files >= AttachmentOptions.MaxOwnerFiles || used.Bytes + maxBytes > AttachmentOptions.MaxOwnerBytes)
        {
            return (null, new(413, "files_full", "There is no room for more of your files. Delete chats with files that you no longer need; an hour later there is room again."));
        }

        var file = new StoredFile(FileId.New(), name, raster ?? FileTypes.TextType(name), raster is null ? FileKind.Text : FileKind.Image, 0, "", Now());
        await leftovers.AddAsync([new(file.CreatedAt + Unnamed, LeftoverKind.File, owner) { File = file.Id }], cancellation);
        using var measured = new MeasuredStream(head.AsMemory(0, length), content, maxBytes);
        try
        {
            var stored = await blobs.PutAsync(
                Path(owner, file.Id), raster is null ? new CheckedText(measured) : measured, file.ContentType, BlobPutMode.Always, cancellation);
            if (stored != BlobPutOutcome.Stored)
            {
                return (null, TooLarge(maxBytes));
            }
        }
        catch (FileTooLargeException)
        {
            return (null, TooLarge(maxBytes));
        }
        catch (NoTextException)
        {
            return (null, Unsupported("Pictures (PNG, JPEG, GIF, WebP) and texts in UTF-8 can be attached; this file is neither."));
        }

        if (check is not null)
        {
            await check();
        }

        file = file with { Bytes = measured.Bytes, Hash = measured.Hash };
        await rows.PutAsync(Key(owner, file.Id), file.ToRow(), PutCondition.IfAbsent, cancellation);
        return (file, null);
    }

    public async Task<StoredFile?> GetAsync(OwnerId owner, FileId id, CancellationToken cancellation) =>
        await rows.GetAsync(Key(owner, id), cancellation) is { } row ? StoredFile.Of(row) : null;

    /// <summary>Every file of the owner, in no order.</summary>
    public async Task<IReadOnlyList<StoredFile>> ListAsync(OwnerId owner, CancellationToken cancellation)
    {
        var files = new List<StoredFile>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.Files), cancellation))
        {
            files.Add(StoredFile.Of(row));
        }

        return files;
    }

    /// <summary>Its bytes; null where they are gone. Dispose what you get.</summary>
    public Task<BlobRead?> OpenAsync(OwnerId owner, FileId id, CancellationToken cancellation) => blobs.OpenReadAsync(Path(owner, id), range: null, cancellation);

    /// <summary>Deletes a file, also one that chats name: they show that it is gone. Safe to repeat.</summary>
    /// <returns>False where there is none.</returns>
    public async Task<bool> DeleteAsync(OwnerId owner, FileId id, CancellationToken cancellation)
    {
        if (await GetAsync(owner, id, cancellation) is null)
        {
            return false;
        }

        await leftovers.AddAsync([new(leftovers.DueAt(), LeftoverKind.File, owner) { File = id }], cancellation);
        await rows.DeleteAsync(Key(owner, id), DeleteCondition.Always, cancellation);
        await blobs.DeleteAsync(Path(owner, id), cancellation);
        return true;
    }

    /// <summary>Removes the file if no chat names it. Safe to repeat, and beside turns.</summary>
    /// <returns>Whether a blob went.</returns>
    public async Task<bool> RemoveUnnamedAsync(OwnerId owner, FileId id, CancellationToken cancellation)
    {
        if (await GetAsync(owner, id, cancellation) is { } file)
        {
            var uses = await rows.QueryAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.FileUses(id)), 1, null, cancellation);
            if (uses.Rows.Count > 0 || await rows.DeleteAsync(Key(owner, id), DeleteCondition.IfMatch(file.ETag), cancellation) == DeleteOutcome.Conflict)
            {
                return false;
            }
        }

        return await blobs.DeleteAsync(Path(owner, id), cancellation) == BlobDeleteOutcome.Deleted;
    }

    /// <summary>Of a chat that is being removed: its files go with it where no other chat names them. The chat's own rows are the caller's.</summary>
    /// <returns>How many blobs went.</returns>
    public async Task<int> LeaveAsync(OwnerId owner, ChatId chat, CancellationToken cancellation)
    {
        var removed = 0;
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.ChatFiles(chat)), cancellation))
        {
            var file = new FileId(row.Key.Row[(row.Key.Row.LastIndexOf('.') + 1)..]);
            await rows.DeleteAsync(new(ChatRows.Table, owner.Text, ChatRows.FileUse(file, chat)), DeleteCondition.Always, cancellation);
            removed += await RemoveUnnamedAsync(owner, file, cancellation) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>What says that a chat names the files, for the batch of the message that does.</summary>
    public static IEnumerable<RowOperation> Name(ChatId chat, IEnumerable<FileId> files) => files.SelectMany(file => (RowOperation[])
    [
        new RowOperation.Put(ChatRows.FileUse(file, chat), [], PutCondition.Always),
        new RowOperation.Put(ChatRows.ChatFile(chat, file), [], PutCondition.Always),
    ]);

    /// <summary>Holds on to the files as they were read: the batch fails where one is going.</summary>
    public static IEnumerable<RowOperation> Hold(IEnumerable<StoredFile> files) =>
        files.Select(file => new RowOperation.Put(ChatRows.File(file.Id), file.ToRow(), PutCondition.IfMatch(file.ETag)));

    private static RowKey Key(OwnerId owner, FileId id) => new(ChatRows.Table, owner.Text, ChatRows.File(id));

    private static ErrorReport TooLarge(long maxBytes) => new(413, "file_too_large", $"The file has more than the {maxBytes / 1024 / 1024} MB that fit.", "file");

    private static ErrorReport Unsupported(string message) => new(415, "unsupported_file", message, "file");

    /// <summary>The last part of a path, on one line.</summary>
    private static string Shown(string name)
    {
        var last = name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..];
        var runes = last.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format).ToList();
        IEnumerable<Rune> shown = runes.Count <= MaxNameChars ? runes : [.. runes.Take(MaxNameChars - MaxEndingChars), .. runes.TakeLast(MaxEndingChars)];
        return string.Concat(shown).Trim() is { Length: > 0 } clean ? clean : "file";
    }

    private async Task<(int Files, long Bytes)> UsedAsync(OwnerId owner, CancellationToken cancellation)
    {
        var files = await ListAsync(owner, cancellation);
        return (files.Count, files.Sum(file => file.Bytes));
    }

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
