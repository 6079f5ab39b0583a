using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

public abstract partial class RowStoreContract
{
    private const string EveryKeyCharacter = " !\"$%&'()*+,-.0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    private async Task<List<string>> RowsAsync(RowRange range, int pageSize = 1_000, string? continuation = null)
    {
        var rows = new List<string>();
        do
        {
            var page = await Store.QueryAsync(Table, Partition, range, pageSize, continuation, None);
            Assert.InRange(page.Rows.Count, 0, pageSize);
            rows.AddRange(page.Rows.Select(row => row.Key.Row));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return rows;
    }

    /// <summary>The first rows and where to go on: pages may be shorter than asked for.</summary>
    private async Task<(List<string> Rows, string? Continuation)> FirstAsync(int count)
    {
        var rows = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Store.QueryAsync(Table, Partition, RowRange.All, count - rows.Count, continuation, None);
            rows.AddRange(page.Rows.Select(row => row.Key.Row));
            continuation = page.Continuation;
        }
        while (rows.Count < count && continuation is not null);
        return (rows, continuation);
    }

    /// <summary>Whether the database can write the row in a batch; every row key can be written alone.</summary>
    private protected virtual bool TakesInBatch(string row) => true;

    private async Task PutAllAsync(params IEnumerable<string> rows)
    {
        foreach (var row in rows.Where(row => !TakesInBatch(row)))
        {
            await PutAsync(row, row);
        }

        foreach (var chunk in rows.Where(TakesInBatch).Chunk(RowLimits.MaxBatchOperations))
        {
            var puts = chunk.Select(RowOperation (row) => new RowOperation.Put(row, Text(row), PutCondition.Always)).ToArray();
            Assert.IsType<BatchOutcome.Committed>(await Store.BatchAsync(Table, Partition, puts, None));
        }
    }

    [Fact]
    public async Task Query_EmptyPartition_EmptyPageWithoutContinuation()
    {
        Assert.Empty(await RowsAsync(RowRange.All));
    }

    [Fact]
    public async Task Query_EveryCharacterThatAKeyMayHave_OrderedByBytesAndReadable()
    {
        var rows = EveryKeyCharacter.Select(c => $"{c}").Concat(EveryKeyCharacter.Select(c => $"a{c}b")).Append("a").ToArray();
        await PutAllAsync(rows.Reverse());

        Assert.Equal(rows.Distinct().Order(StringComparer.Ordinal), await RowsAsync(RowRange.All));
        foreach (var row in rows)
        {
            Assert.Equal(row, await ReadAsync(row));
        }
    }

    [Fact]
    public async Task Query_RowsOfOtherPartitions_AreNotSeen()
    {
        await PutAsync("a");
        await Store.PutAsync(new RowKey(Table, Partition + "0", "b"), Text("other"), PutCondition.Always, None);

        Assert.Equal(["a"], await RowsAsync(RowRange.All));
    }

    [Fact]
    public async Task Query_Page_CarriesPropertiesAndTags()
    {
        var etag = await PutAsync("a", "hello");

        var row = await Store.QueryAllAsync(Table, Partition, RowRange.All, None).SingleAsync();

        Assert.Equal(Key("a"), row.Key);
        Assert.Equal(etag, row.ETag);
        Assert.Equal("hello", row.Properties.GetText("Text"));
    }

    [Theory]
    [InlineData(null, null, "a,b,ba,c")]
    [InlineData("b", null, "b,ba,c")]
    [InlineData(null, "b", "a")]
    [InlineData("b", "c", "b,ba")]
    [InlineData("aa", "bb", "b,ba")]
    [InlineData("c", "c", "")]
    [InlineData("c", "a", "")]
    public async Task Query_Range_FromIsInclusiveAndBeforeExclusive(string? from, string? before, string expected)
    {
        await PutAllAsync("a", "b", "ba", "c");

        Assert.Equal(expected, string.Join(',', await RowsAsync(RowRange.Between(from, before), pageSize: 1)));
    }

    [Fact]
    public async Task Query_PrefixEndingInAnyKeyCharacter_ExactlyTheRowsThatBeginWithIt()
    {
        var rows = EveryKeyCharacter.SelectMany(c => new[] { $"k{c}", $"k{c} ", $"k{c}~~" }).Append("k").Append("l").Append("~").Append("~~a").ToArray();
        await PutAllAsync(rows);

        foreach (var prefix in EveryKeyCharacter.Select(c => $"k{c}").Append("k").Append("k~~").Append("~").Append("~~"))
        {
            Assert.Equal(
                rows.Distinct().Where(row => row.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
                await RowsAsync(RowRange.Prefix(prefix)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(51)]
    public async Task Query_AnyPageSize_AllRowsOnceInOrder(int pageSize)
    {
        var rows = Enumerable.Range(0, 50).Select(n => $"{n:D3}").ToArray();
        await PutAllAsync(rows);

        Assert.Equal(rows, await RowsAsync(RowRange.All, pageSize));
        Assert.Equal(rows[10..20], await RowsAsync(RowRange.Prefix("01"), pageSize));
    }

    [Fact]
    public async Task Query_MoreThanTheLargestPage_GoesOnToTheEnd()
    {
        var rows = Enumerable.Range(0, RowLimits.MaxPageRows + 5).Select(n => $"{n:D4}").ToArray();
        await PutAllAsync(rows);

        Assert.Equal(rows, await RowsAsync(RowRange.All));
        Assert.Equal(rows, await Store.QueryAllAsync(Table, Partition, RowRange.All, None).Select(row => row.Key.Row).ToListAsync());
    }

    [Fact]
    public async Task Query_RowsOfTheLargestSize_AllComeThoughPagesAreShort()
    {
        var large = LargestRow(Key("0"), MaxRowBytes);
        var rows = Enumerable.Range(0, 10).Select(n => $"{n}").ToArray();
        foreach (var row in rows)
        {
            await Store.PutAsync(Key(row), large, PutCondition.Always, None);
        }

        Assert.Equal(rows, await RowsAsync(RowRange.All));
    }

    [Fact]
    public async Task Query_ContinuationOfTheLongestKey_GoesOnBehindIt()
    {
        var longest = new string('m', RowKey.MaxChars);
        await PutAllAsync("a", longest, "z");

        Assert.Equal(["a", longest, "z"], await RowsAsync(RowRange.All, pageSize: 1));
    }

    [Fact]
    public async Task Query_ContinuationBeforeOrBehindTheRange_StaysInsideTheRange()
    {
        await PutAllAsync("a", "b", "c", "d");
        var range = RowRange.Between("b", "d");

        Assert.Equal(["b", "c"], await RowsAsync(range, continuation: "a"));
        Assert.Empty(await RowsAsync(range, continuation: "x"));
    }

    [Fact]
    public async Task Query_RowOfTheContinuationDeleted_GoesOnBehindIt()
    {
        await PutAllAsync("a", "b", "c");
        var (_, continuation) = await FirstAsync(2);
        await Store.DeleteAsync(Key("b"), DeleteCondition.Always, None);

        Assert.Equal(["c"], await RowsAsync(RowRange.All, 2, continuation));
    }

    [Fact]
    public async Task Query_RowsInsertedBetweenPages_OldRowsComeOnceAndNewOnesAheadAreSeen()
    {
        await PutAllAsync("b", "d", "f");
        var (first, continuation) = await FirstAsync(2);
        await PutAllAsync("a", "c", "e");

        Assert.Equal(["b", "d"], first);
        Assert.Equal(["e", "f"], await RowsAsync(RowRange.All, 10, continuation));
    }

    [Fact]
    public async Task Query_ManyWritersBesideIt_EveryOldRowExactlyOnceInOrder()
    {
        var old = Enumerable.Range(0, 100).Select(n => $"{n:D3}").ToArray();
        await PutAllAsync(old);

        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var n = 0; n < 100; n++)
            {
                await PutAsync($"{n:D3}-{writer}");
            }
        })).ToArray();
        var seen = await RowsAsync(RowRange.All, pageSize: 3);
        await Task.WhenAll(writers);

        Assert.Equal(old, seen.Where(row => row.Length == 3));
        Assert.Equal(seen.Distinct().Order(StringComparer.Ordinal), seen);
        Assert.Equal(500, (await RowsAsync(RowRange.All)).Count);
    }

    [Fact]
    public async Task QueryAll_CancelledMidway_Throws()
    {
        await PutAllAsync(Enumerable.Range(0, RowLimits.MaxPageRows + 1).Select(n => $"{n:D4}"));
        using var source = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Store.QueryAllAsync(Table, Partition, RowRange.All, source.Token))
            {
                await source.CancelAsync();
            }
        });
    }
}
