using System.Diagnostics.CodeAnalysis;
using System.Text;
using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>
/// What every back end must do, wherever it keeps its bytes. A back end's test class derives from this one and gives
/// <see cref="CreateBackEndAsync"/>; every test has a folder of its own, so that one place serves all.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public abstract partial class BlobStoreContract : IAsyncLifetime
{
    /// <summary>More than one buffer, and more than one block of the back ends under test.</summary>
    protected const int ManyBytes = 600_000;

    private BlobStore? store;

    private protected BlobStore Store => store!;

    private protected BlobPath Folder { get; } = new(Guid.NewGuid().ToString("N"));

    private protected static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => store = new BlobStore(await CreateBackEndAsync());

    public Task DisposeAsync()
    {
        store?.Dispose();
        return CleanUpAsync();
    }

    private protected abstract Task<IBlobBackEnd> CreateBackEndAsync();

    protected virtual Task CleanUpAsync() => Task.CompletedTask;

    private protected BlobPath At(string path) => Folder.Then(path);

    private protected Task<BlobPutOutcome> PutAsync(string path, byte[] content, BlobPutMode mode = BlobPutMode.Always, string type = "text/plain") =>
        Store.PutAsync(At(path), content, type, mode, None);

    private protected Task<BlobPutOutcome> PutAsync(string path, string text, BlobPutMode mode = BlobPutMode.Always) =>
        PutAsync(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>The bytes, or null where no blob is.</summary>
    private protected async Task<byte[]?> BytesAsync(string path, BlobRange? range = null)
    {
        await using var read = await Store.OpenReadAsync(At(path), range, None);
        if (read is null)
        {
            return null;
        }

        using var bytes = new MemoryStream();
        await read.Content.CopyToAsync(bytes);
        Assert.Equal(read.ContentLength, bytes.Length);
        return bytes.ToArray();
    }

    private protected async Task<string?> TextAsync(string path, BlobRange? range = null) =>
        await BytesAsync(path, range) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Bytes in which every place can be told from every other one nearby.</summary>
    protected static byte[] Pattern(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public async Task Open_NoBlob_Null()
    {
        Assert.Null(await BytesAsync("a"));
        Assert.Null(await BytesAsync("a", new BlobRange(5, 5)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(ManyBytes)]
    public async Task Put_BytesOfAnySize_ReadAsTheyWereWithTypeAndLength(int length)
    {
        var content = Pattern(length);

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync("a", content, type: "image/png; name=\"x y\""));

        await using var read = await Store.OpenReadAsync(At("a"), null, None);
        Assert.Equal(length, read!.Length);
        Assert.Equal(length, read.ContentLength);
        Assert.Equal("image/png; name=\"x y\"", read.ContentType);
        Assert.Equal(content, await BytesAsync("a"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(ManyBytes)]
    public async Task Put_StreamOfUnknownLengthInSmallPieces_StoredWhole(int length)
    {
        var content = Pattern(length);

        Assert.Equal(BlobPutOutcome.Stored, await Store.PutAsync(At("a"), new SourceStream(content), "text/plain", BlobPutMode.Always, None));

        Assert.Equal(content, await BytesAsync("a"));
    }

    [Theory]
    [InlineData(10, ManyBytes)]
    [InlineData(ManyBytes, 10)]
    [InlineData(ManyBytes, ManyBytes + 1)]
    public async Task PutAlways_ExistingBlob_ReplacedWholeWithItsTypeUnderANewTag(int before, int after)
    {
        await PutAsync("a", Pattern(before));
        await using var first = await Store.OpenReadAsync(At("a"), null, None);

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync("a", Pattern(after, seed: 2), type: "image/png"));

        await using var second = await Store.OpenReadAsync(At("a"), null, None);
        Assert.Equal("image/png", second!.ContentType);
        Assert.NotEqual(first!.ETag, second.ETag);
        Assert.Equal(Pattern(after, seed: 2), await BytesAsync("a"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(ManyBytes)]
    public async Task PutIfAbsent_NoBlobThenABlobThenADeletedOne_StoredConflictStored(int length)
    {
        Assert.Equal(BlobPutOutcome.Stored, await PutAsync("a", Pattern(length), BlobPutMode.IfAbsent));
        Assert.Equal(BlobPutOutcome.Conflict, await PutAsync("a", Pattern(length, seed: 2), BlobPutMode.IfAbsent));
        Assert.Equal(Pattern(length), await BytesAsync("a"));

        await Store.DeleteAsync(At("a"), None);
        Assert.Equal(BlobPutOutcome.Stored, await PutAsync("a", Pattern(length, seed: 3), BlobPutMode.IfAbsent));
        Assert.Equal(Pattern(length, seed: 3), await BytesAsync("a"));
    }

    [Theory]
    [InlineData(10, 20)]
    [InlineData(ManyBytes, 4)]
    public async Task PutIfAbsent_ManyAtOnce_OneWinsAndItsBytesStay(int length, int writers)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(1, writers).Select(seed =>
            Task.Run(() => PutAsync("a", Pattern(length, seed), BlobPutMode.IfAbsent))));

        Assert.Single(outcomes, BlobPutOutcome.Stored);
        Assert.Equal(Pattern(length, Array.IndexOf(outcomes, BlobPutOutcome.Stored) + 1), await BytesAsync("a"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(ManyBytes - 1)]
    public async Task Put_ContentThatBreaks_ItsOwnExceptionAndNothingIsSeen(int good)
    {
        var broken = new SourceStream(Pattern(ManyBytes), breakAfter: good);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Store.PutAsync(At("new"), broken, "text/plain", BlobPutMode.IfAbsent, None));
        await PutAsync("old", "kept");
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() =>
            Store.PutAsync(At("old"), new SourceStream(Pattern(ManyBytes), breakAfter: good), "text/plain", BlobPutMode.Always, None));

        Assert.Null(await BytesAsync("new"));
        Assert.Equal("kept", await TextAsync("old"));
        Assert.Equal(["old"], await NamesAsync());
        Assert.Equal(BlobPutOutcome.Stored, await PutAsync("new", Pattern(ManyBytes), BlobPutMode.IfAbsent));
    }

    [Fact]
    public async Task Put_CancelledWhileItReads_NothingIsSeen()
    {
        using var cancel = new CancellationTokenSource();
        var content = new SourceStream(Pattern(ManyBytes), onRead: position => position > ManyBytes / 2 ? cancel.CancelAsync() : Task.CompletedTask);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(At("a"), content, "text/plain", BlobPutMode.Always, cancel.Token));

        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task Put_WhileItsContentIsStillComing_IsNotSeen()
    {
        var seen = new List<string>();
        var content = new SourceStream(Pattern(ManyBytes), onRead: async position => seen.AddRange(position == ManyBytes ? await NamesAsync() : []));

        await Store.PutAsync(At("a"), content, "text/plain", BlobPutMode.Always, None);

        Assert.Empty(seen);
        Assert.Equal(["a"], await NamesAsync());
    }

    [Fact]
    public async Task Put_MoreThanTheMost_TooLargeAndNothingIsSeen()
    {
        using var small = new BlobStore(await CreateBackEndAsync(), maxBytes: ManyBytes);

        Assert.Equal(BlobPutOutcome.TooLarge, await small.PutAsync(At("a"), new EndlessStream(), "text/plain", BlobPutMode.Always, None));
        Assert.Equal(BlobPutOutcome.TooLarge, await small.PutAsync(At("a"), Pattern(ManyBytes + 1), "text/plain", BlobPutMode.Always, None));
        Assert.Empty(await NamesAsync());
        Assert.Equal(BlobPutOutcome.Stored, await small.PutAsync(At("a"), Pattern(ManyBytes), "text/plain", BlobPutMode.Always, None));
    }

    [Fact]
    public async Task Delete_ExistingBlob_DeletedThenMissing()
    {
        await PutAsync("a/b", "x");

        Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(At("a/b"), None));
        Assert.Equal(BlobDeleteOutcome.Missing, await Store.DeleteAsync(At("a/b"), None));
        Assert.Null(await TextAsync("a/b"));
    }

    [Fact]
    public async Task Paths_ThatDifferByCaseOrLieInEachOther_AreDifferentBlobs()
    {
        string[] paths = ["a", "A", "aB", "Ab", "AB", "a/b", "a/B", "A/b", "a/b/c", "a-b", "a.b", "a_b", "x.blob", "=a".Replace("=", "_")];
        foreach (var path in paths)
        {
            Assert.Equal(BlobPutOutcome.Stored, await PutAsync(path, path, BlobPutMode.IfAbsent));
        }

        foreach (var path in paths)
        {
            Assert.Equal(path, await TextAsync(path));
        }

        Assert.Equal(paths.Order(StringComparer.Ordinal), await NamesAsync());
    }

    [Fact]
    public async Task Paths_OfTheLongestAndStrangestKind_Work()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('Z', BlobPath.MaxSegmentChars), 3));
        foreach (var path in new[] { longest, "-._-", "a..b", "con", "1.tar.gz" })
        {
            Assert.Equal(BlobPutOutcome.Stored, await PutAsync(path, path));
            Assert.Equal(path, await TextAsync(path));
            Assert.Contains(path, await NamesAsync());
            Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(At(path), None));
        }
    }

    [Fact]
    public async Task PutReadDelete_AllAtOnce_EveryReaderSeesAWholeBlob()
    {
        var versions = Enumerable.Range(1, 3).Select(seed => Pattern(ManyBytes, seed)).ToArray();
        var writing = Task.WhenAll(versions.Select(version => Task.Run(async () =>
        {
            for (var n = 0; n < 5; n++)
            {
                Assert.Equal(BlobPutOutcome.Stored, await PutAsync("a/b", version));
                await Store.DeleteAsync(At("a/b"), None);
            }
        })));
        do
        {
            if (await TryBytesAsync("a/b") is { } bytes)
            {
                Assert.Contains(versions, version => version.AsSpan().SequenceEqual(bytes));
            }
        }
        while (!writing.IsCompleted);
        await writing;
    }

    /// <summary>Azure may break a download whose blob goes; short or mixed bytes it may never give.</summary>
    private async Task<byte[]?> TryBytesAsync(string path)
    {
        try
        {
            return await BytesAsync(path);
        }
        catch (OpenWebUi.Platform.Storage.StoreUnavailableException)
        {
            return null;
        }
    }
}
