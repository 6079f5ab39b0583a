using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs;

/// <summary>What must hold for a blob to be written.</summary>
internal enum BlobPutMode
{
    /// <summary>Write whatever is there: the last writer wins.</summary>
    Always,

    /// <summary>Write only where no blob is.</summary>
    IfAbsent,
}

/// <summary>How a put ended; nothing but <see cref="Stored"/> changed anything.</summary>
internal enum BlobPutOutcome
{
    Stored,

    /// <summary>A blob is there, and the mode was <see cref="BlobPutMode.IfAbsent"/>.</summary>
    Conflict,

    /// <summary>The content has more than <see cref="BlobStore.MaxBytes"/>; a stream shows that only while it is read.</summary>
    TooLarge,
}

internal enum BlobDeleteOutcome
{
    Deleted,

    /// <summary>No blob was there.</summary>
    Missing,
}

/// <summary>A part of a blob, in bytes.</summary>
/// <param name="Offset">The first byte, from 0.</param>
/// <param name="Length">How many at most, 1 or more; null = to the end.</param>
internal sealed record BlobRange(long Offset, long? Length = null)
{
    /// <summary>How many bytes of a blob of this length the range covers: 0 where it begins at or after the end.</summary>
    internal long Covers(long blobLength) => Math.Max(0, Math.Min(Length ?? long.MaxValue, blobLength - Offset));

    /// <summary>The value of the header <c>Range</c> (RFC 9110, section 14.2). An end that no number can hold is the blob's own.</summary>
    internal string ToHeader() => Length is { } length && Offset <= long.MaxValue - length ? $"bytes={Offset}-{Offset + length - 1}" : $"bytes={Offset}-";
}

/// <summary>A blob that is being read; disposing it gives the file or connection back.</summary>
/// <param name="Content">
/// Exactly <paramref name="ContentLength"/> bytes, or an exception: <see cref="StoreUnavailableException"/> where the
/// store fails on the way. Short bytes never look like the end. It cannot seek. It goes on with the version that was
/// opened, whatever is put or deleted meanwhile (Azure: or fails).
/// </param>
/// <param name="ContentLength">The bytes of the range that was asked for; 0 where it begins at or after the end.</param>
/// <param name="Length">The bytes of the whole blob.</param>
/// <param name="ContentType">As it was put.</param>
/// <param name="ETag">The version that is read; a new one for every put.</param>
internal sealed record BlobRead(Stream Content, long ContentLength, long Length, string ContentType, ETag ETag) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>One blob of a listing.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="ModifiedAt">When it was put, by the back end's clock; whole seconds in Azure.</param>
internal sealed record BlobEntry(BlobPath Path, long Length, DateTimeOffset ModifiedAt);

/// <summary>One page of a listing, ordered by the bytes of the path.</summary>
/// <param name="Blobs">As many as were asked for, or fewer, even none, though more follow.</param>
/// <param name="Continuation">
/// Opaque, for the next call with the same prefix; null at the end. It holds no state in the back end. Blobs that are
/// there during the whole of a listing come exactly once; others once or not at all.
/// </param>
internal sealed record BlobPage(IReadOnlyList<BlobEntry> Blobs, string? Continuation);
