using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Tests.Platform.Blobs;

public abstract partial class BlobStoreContract
{
    private protected async Task<List<string>> NamesAsync(BlobPrefix? prefix = null, int pageSize = BlobStore.MaxPageBlobs)
    {
        var names = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Store.ListAsync(prefix ?? BlobPrefix.Inside(Folder), pageSize, continuation, None);
            Assert.InRange(page.Blobs.Count, 0, pageSize);
            names.AddRange(page.Blobs.Select(blob => blob.Path.Text[(Folder.Text.Length + 1)..]));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return names;
    }

    [Theory]
    [InlineData(0, null, "0123456789")]
    [InlineData(3, null, "3456789")]
    [InlineData(0, 4L, "0123")]
    [InlineData(3, 4L, "3456")]
    [InlineData(9, 1L, "9")]
    [InlineData(8, 100L, "89")]
    [InlineData(10, null, "")]
    [InlineData(10, 1L, "")]
    [InlineData(1_000_000, 5L, "")]
    [InlineData(0, long.MaxValue, "0123456789")]
    [InlineData(5, long.MaxValue, "56789")]
    public async Task Open_Range_ItsBytesAndTheWholeLength(long offset, long? length, string expected)
    {
        await PutAsync("a", "0123456789");

        Assert.Equal(expected, await TextAsync("a", new BlobRange(offset, length)));
        await using var read = await Store.OpenReadAsync(At("a"), new BlobRange(offset, length), None);
        Assert.Equal(10, read!.Length);
        Assert.Equal(expected.Length, read.ContentLength);
        Assert.Equal("text/plain", read.ContentType);
    }

    [Fact]
    public async Task Open_RangeOfAnEmptyBlob_Empty()
    {
        await PutAsync("a", "");

        Assert.Equal("", await TextAsync("a", new BlobRange(0, 10)));
    }

    [Fact]
    public async Task Open_RangeInTheMiddleOfABigBlob_ThoseBytes()
    {
        var content = Pattern(ManyBytes);
        await PutAsync("a", content);

        Assert.Equal(content[250_000..300_001], await BytesAsync("a", new BlobRange(250_000, 50_001)));
    }

    [Fact]
    public async Task Open_SameVersionTwice_SameTag()
    {
        await PutAsync("a", "x");
        await using var whole = await Store.OpenReadAsync(At("a"), null, None);
        await using var part = await Store.OpenReadAsync(At("a"), new BlobRange(1), None);

        Assert.Equal(whole!.ETag, part!.ETag);
    }

    [Fact]
    public async Task Open_ReadHalfAndThrownAway_NextReadsWork()
    {
        var content = Pattern(ManyBytes);
        await PutAsync("a", content);
        for (var n = 0; n < 20; n++)
        {
            await using var read = await Store.OpenReadAsync(At("a"), null, None);
            await read!.Content.ReadExactlyAsync(new byte[1_000]);
        }

        Assert.Equal(content, await BytesAsync("a"));
    }

    [Fact]
    public async Task List_NothingThere_OneEmptyPage() => Assert.Empty(await NamesAsync());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task List_AnyPageSize_EveryBlobOnceOrderedByBytes(int pageSize)
    {
        // The slash stands between the dot and the digits: a folder's blobs come after "a-b" and "a.b", before "a0".
        string[] paths = ["a", "a-b", "a.b", "a/b", "a/b/c", "a/b-c", "a0", "aB", "ab", "B/x", "b", "b/A/1", "b/a/1", "b/a/1/2"];
        foreach (var path in paths.Reverse())
        {
            await PutAsync(path, "x");
        }

        Assert.Equal(paths.Order(StringComparer.Ordinal), await NamesAsync(pageSize: pageSize));
    }

    [Theory]
    [InlineData("a/", "a/b,a/b/c,a/bc")]
    [InlineData("a/b", "a/b,a/b/c,a/bc")]
    [InlineData("a/b/", "a/b/c")]
    [InlineData("a", "a,a-b,a/b,a/b/c,a/bc")]
    [InlineData("A", "Ab")]
    [InlineData("", "Ab,a,a-b,a/b,a/b/c,a/bc,b")]
    [InlineData("c", "")]
    [InlineData("c/d/e", "")]
    public async Task List_Prefix_ExactlyThePathsThatBeginWithIt(string prefix, string expected)
    {
        foreach (var path in new[] { "Ab", "a", "a-b", "a/b", "a/b/c", "a/bc", "b" })
        {
            await PutAsync(path, "x");
        }

        Assert.Equal(expected, string.Join(',', await NamesAsync(BlobPrefix.StartingWith($"{Folder}/{prefix}"), pageSize: 2)));
    }

    [Fact]
    public async Task List_Entry_HasLengthAndTime()
    {
        await PutAsync("a", Pattern(ManyBytes));

        var blob = Assert.Single((await Store.ListAsync(BlobPrefix.Inside(Folder), 10, null, None)).Blobs);

        Assert.Equal(At("a"), blob.Path);
        Assert.Equal(ManyBytes, blob.Length);
        Assert.InRange(blob.ModifiedAt, DateTimeOffset.UtcNow.AddMinutes(-2), DateTimeOffset.UtcNow.AddMinutes(2));
    }

    [Fact]
    public async Task List_BlobsDeletedAndPutBetweenThePages_TheOthersComeOnce()
    {
        foreach (var path in new[] { "a/1", "b/1", "c/1", "d/1" })
        {
            await PutAsync(path, "x");
        }

        var first = await Store.ListAsync(BlobPrefix.Inside(Folder), 2, null, None);
        await Store.DeleteAsync(At("b/1"), None);
        await PutAsync("a/0", "x");
        var second = await Store.ListAsync(BlobPrefix.Inside(Folder), 10, first.Continuation, None);

        Assert.Equal([At("a/1"), At("b/1")], first.Blobs.Select(blob => blob.Path));
        Assert.Equal([At("c/1"), At("d/1")], second.Blobs.Select(blob => blob.Path));
        Assert.Null(second.Continuation);
    }

    [Fact]
    public async Task DeleteFolder_BlobsInsideAndBeside_OnlyThoseInside()
    {
        foreach (var path in new[] { "a", "a/1", "a/b/2", "ab", "b/1" })
        {
            await PutAsync(path, "x");
        }

        Assert.Equal(2, await Store.DeleteFolderAsync(At("a"), None));
        Assert.Equal(0, await Store.DeleteFolderAsync(At("a"), None));
        Assert.Equal(["a", "ab", "b/1"], await NamesAsync());
    }

    [Fact]
    public async Task Arguments_BeyondTheLimits_AreABug()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(At("a"), new BlobRange(-1), None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(At("a"), new BlobRange(0, 0), None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ListAsync(BlobPrefix.All, 0, null, None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ListAsync(BlobPrefix.All, 1_001, null, None));
        foreach (var type in new[] { "", "text", "text/plain\r\nx: y", " text/plain", "text/plain ", "text/plän", "text/" + new string('x', 200) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => PutAsync("a", [1], type: type));
        }

        Assert.Empty(await NamesAsync());
    }
}
