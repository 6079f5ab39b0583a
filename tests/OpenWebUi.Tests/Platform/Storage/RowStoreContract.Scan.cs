using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

public abstract partial class RowStoreContract
{
    /// <summary>A table of the test's own: a scan meets every partition.</summary>
    private string OwnTable { get; } = "scan" + Guid.NewGuid().ToString("N")[..12];

    private async Task PutInAsync(string partition, params IEnumerable<string> rows)
    {
        foreach (var chunk in rows.Chunk(RowLimits.MaxBatchOperations))
        {
            var puts = chunk.Select(RowOperation (row) => new RowOperation.Put(row, Text(row), PutCondition.Always)).ToArray();
            Assert.IsType<BatchOutcome.Committed>(await Store.BatchAsync(OwnTable, partition, puts, None));
        }
    }

    private async Task<List<string>> ScanAsync(int pageSize, string? continuation = null)
    {
        var rows = new List<string>();
        do
        {
            var page = await Store.ScanAsync(OwnTable, pageSize, continuation, None);
            Assert.InRange(page.Rows.Count, 0, pageSize);
            Assert.All(page.Rows, row => Assert.Equal(OwnTable, row.Key.Table));
            rows.AddRange(page.Rows.Select(row => $"{row.Key.Partition}/{row.Key.Row}"));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return rows;
    }

    [Fact]
    public async Task Tables_AreThoseThatHoldRows()
    {
        Assert.DoesNotContain(OwnTable, await Store.TablesAsync(None));
        await PutInAsync("p", "a");
        await PutAsync("a");

        var tables = await Store.TablesAsync(None);
        Assert.Single(tables, OwnTable);
        Assert.Single(tables, Table);
    }

    [Fact]
    public async Task Scan_NoSuchTable_EmptyPage() => Assert.Empty(await ScanAsync(10));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Scan_AnyPageSize_EveryPartitionOnceInOrderOfBytes(int pageSize)
    {
        string[] partitions = ["u-b", "U-b", "u", "u-b ", "u~", " ", "u'x", "u-B&c%41+"];
        foreach (var partition in partitions)
        {
            await PutInAsync(partition, "b", "a", "B", "~", "a.1");
        }

        var expected = partitions.Order(StringComparer.Ordinal).SelectMany(p => new[] { "B", "a", "a.1", "b", "~" }.Select(row => $"{p}/{row}"));
        Assert.Equal(expected, await ScanAsync(pageSize));
    }

    [Fact]
    public async Task Scan_GoesOnInAndBehindAPartition_AlsoWhereRowsAreGone()
    {
        await PutInAsync("p", "a", "b", "c");
        await PutInAsync("q", "a");
        await PutInAsync("r", "a");

        Assert.Equal(["p/c", "q/a", "r/a"], await ScanAsync(1, "p/b"));
        Assert.Equal(["p/c", "q/a", "r/a"], await ScanAsync(10, "p/bb"));
        Assert.Equal(["q/a", "r/a"], await ScanAsync(10, "p/"));
        Assert.Equal(["q/a", "r/a"], await ScanAsync(10, "p/c"));
        Assert.Equal(["r/a"], await ScanAsync(10, "qq/a"));
        Assert.Empty(await ScanAsync(10, "r/a"));
    }

    [Fact]
    public async Task Scan_MoreThanTheLargestPage_GoesOnToTheEnd()
    {
        var rows = Enumerable.Range(0, RowLimits.MaxPageRows + 5).Select(n => $"{n:D4}").ToArray();
        await PutInAsync("p", rows);
        await PutInAsync("q", "a");

        Assert.Equal([.. rows.Select(row => $"p/{row}"), "q/a"], await ScanAsync(RowLimits.MaxPageRows));
    }

    [Fact]
    public async Task Scan_CarriesPropertiesOfEveryKind()
    {
        var properties = new RowProperties
        {
            ["Text"] = "\u0000\u00e9\ud83d\ude00\"", ["Yes"] = true, ["Count"] = long.MinValue, ["Ratio"] = -0.1,
            ["At"] = new DateTimeOffset(2026, 11, 22, 3, 4, 5, 678, TimeSpan.Zero).AddTicks(9), ["Bytes"] = new byte[] { 0, 255 },
        };
        await Store.PutAsync(new(OwnTable, "p", "a"), properties, PutCondition.IfAbsent, None);

        var row = Assert.Single((await Store.ScanAsync(OwnTable, 10, null, None)).Rows);
        Assert.Equal(properties.OrderBy(p => p.Key, StringComparer.Ordinal), row.Properties.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("p")]
    [InlineData("p/a/b")]
    [InlineData("p/\u0001")]
    public async Task Scan_ContinuationThatIsNone_IsRefused(string continuation) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ScanAsync(OwnTable, 10, continuation, None));
}
