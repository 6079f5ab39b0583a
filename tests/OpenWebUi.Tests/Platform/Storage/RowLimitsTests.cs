using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The limits stand above every back end: the one behind these tests fails the test if a breach reaches it.</summary>
public sealed class RowLimitsTests : IDisposable
{
    private static readonly RowKey Key = new("limits", "partition", "row");
    private readonly RecordingBackEnd backEnd = new();

    private RowStore Store => new(backEnd);

    public void Dispose() => backEnd.Dispose();

    [Theory]
    [InlineData("Name", true)]
    [InlineData("_name1", true)]
    [InlineData("", false)]
    [InlineData("1Name", false)]
    [InlineData("Na-me", false)]
    [InlineData("Na me", false)]
    [InlineData("Näme", false)]
    [InlineData("odata.type", false)]
    [InlineData("PartitionKey", false)]
    [InlineData("RowKey", false)]
    [InlineData("Timestamp", false)]
    public Task PropertyName_IsAnIdentifierAndNotReserved(string name, bool fits) =>
        CheckAsync(fits, name, new RowProperties { [name] = 1 });

    [Theory]
    [InlineData(RowLimits.MaxNameChars, true)]
    [InlineData(RowLimits.MaxNameChars + 1, false)]
    public Task PropertyName_Length(int length, bool fits) =>
        CheckAsync(fits, new string('n', 10), new RowProperties { [new string('n', length)] = 1 });

    [Theory]
    [InlineData(RowLimits.MaxTextChars, true)]
    [InlineData(RowLimits.MaxTextChars + 1, false)]
    public Task Text_Length(int length, bool fits) => CheckAsync(fits, "\"Value\"", new RowProperties { ["Value"] = new string('x', length) });

    [Theory]
    [InlineData("D83D DE00", true)]
    [InlineData("D83D", false)]
    [InlineData("DE00", false)]
    [InlineData("DE00 D83D", false)]
    [InlineData("0061 D83D DE00 0062 D83D 0063", false)]
    public Task Text_HalfASurrogatePair_IsRefused(string units, bool fits)
    {
        // As numbers, because an attribute is kept in UTF-8 and would lose them.
        var text = string.Concat(units.Split(' ').Select(unit => (char)Convert.ToUInt16(unit, 16)));
        return CheckAsync(fits, "\"Value\"", new RowProperties { ["Value"] = text });
    }

    [Theory]
    [InlineData(RowLimits.MaxPropertyBytes, true)]
    [InlineData(RowLimits.MaxPropertyBytes + 1, false)]
    public Task Bytes_Length(int length, bool fits) => CheckAsync(fits, "\"Value\"", new RowProperties { ["Value"] = new byte[length] });

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public Task Time_NotBefore1601(long ticks, bool fits) => CheckAsync(fits, "\"Value\"", new RowProperties { ["Value"] = RowLimits.MinTime.AddTicks(ticks) });

    [Fact]
    public Task Time_ForgottenValue_IsRefused() => CheckAsync(fits: false, "\"Value\"", new RowProperties { ["Value"] = default(DateTimeOffset) });

    [Theory]
    [InlineData(RowLimits.MaxProperties, true)]
    [InlineData(RowLimits.MaxProperties + 1, false)]
    public Task Properties_Count(int count, bool fits)
    {
        var properties = new RowProperties();
        for (var n = 0; n < count; n++)
        {
            properties[$"P{n}"] = n;
        }

        return CheckAsync(fits, "253 properties", properties);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public Task Row_Bytes(int more, bool fits)
    {
        var properties = RowStoreContract.LargestRow(Key);
        properties["Rest"] = new byte[properties.GetBytes("Rest")!.Value.Length + more];
        return CheckAsync(fits, "\"Bytes00\"", properties);
    }

    [Fact]
    public void RowBytes_OneOfEachType_IsWhatAzureCounts()
    {
        var properties = new RowProperties
        {
            ["A"] = "abc", ["B"] = true, ["C"] = 1L, ["D"] = 1.5, ["E"] = DateTimeOffset.UnixEpoch, ["F"] = new byte[5],
        };

        Assert.Equal(4 + (2 * 12) + (6 * (8 + 2)) + (4 + 6) + 1 + 8 + 8 + 8 + (4 + 5), RowLimits.RowBytes(Key, properties));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public Task Batch_Operations(int count, bool fits) =>
        CheckBatchAsync(fits, $"{count} operations", [.. Enumerable.Range(0, count).Select(n => Delete($"{n}"))]);

    [Fact]
    public Task Batch_SameRowTwice_IsRefused() => CheckBatchAsync(fits: false, "limits/partition/a", Delete("a"), Delete("b"), Delete("a"));

    [Fact]
    public Task Batch_RowsThatDifferByCase_AreTwoRows() => CheckBatchAsync(fits: true, "", Delete("a"), Delete("A"));

    [Fact]
    public Task Batch_ForbiddenRowKey_IsRefused() => CheckBatchAsync(fits: false, "a/b", Delete("a/b"));

    [Fact]
    public Task Batch_PropertyOverItsLimit_IsRefusedByKeyAndName() => CheckBatchAsync(
        fits: false, "limits/partition/b: the property \"Value\"", Delete("a"), Put("b", new RowProperties { ["Value"] = new byte[RowLimits.MaxPropertyBytes + 1] }));

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Batch_BytesOnAzuresWire(int more, bool fits)
    {
        var rows = Enumerable.Range(0, 4).Select(n => new RowProperties()).ToArray();
        long Bytes() => rows.Select((row, n) => RowLimits.OperationBytes(new RowKey("limits", "partition", $"{n}"), row)).Sum();
        for (var n = 0; Bytes() + 200_000 < RowLimits.MaxBatchBytes; n++)
        {
            rows[n % 4][$"Escaped{n}"] = new string('\u0001', RowLimits.MaxTextChars);
        }

        for (var n = 0; RowLimits.MaxBatchBytes - Bytes() > RowLimits.MaxTextChars; n++)
        {
            rows[n % 4][$"Plain{n}"] = new string('x', RowLimits.MaxTextChars - 100);
        }

        rows[3]["Rest"] = "";
        rows[3]["Rest"] = new string('x', (int)(RowLimits.MaxBatchBytes - Bytes()) + more);

        await CheckBatchAsync(fits, "limits/partition/3", [.. rows.Select((row, n) => Put($"{n}", row))]);
    }

    [Fact]
    public void OperationBytes_RowAtItsOwnLimit_AlwaysFitsIntoABatch()
    {
        var binary = RowStoreContract.LargestRow(Key);
        var text = new RowProperties();
        for (var n = 0; n < 15; n++)
        {
            text[$"Text{n}"] = new string('語', RowLimits.MaxTextChars);
        }

        var many = new RowProperties();
        for (var n = 0; n < RowLimits.MaxProperties; n++)
        {
            many[$"P{n}".PadRight(RowLimits.MaxNameChars, 'n')] = new string('\0', 1_700);
        }

        RowLimits.CheckRow(Key, many);
        Assert.All([binary, text, many], row => Assert.InRange(RowLimits.OperationBytes(Key, row), 0, RowLimits.MaxBatchBytes));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task Query_PageSize(int pageSize, bool fits) =>
        await CheckAsync(fits, "limits/partition", () => Store.QueryAsync("limits", "partition", RowRange.All, pageSize, null, CancellationToken.None));

    [Theory]
    [InlineData("limits", "partition", "a/b")]
    [InlineData("limits", "partition", "")]
    [InlineData("limits", "a?b", null)]
    [InlineData("1limits", "partition", null)]
    public async Task Query_ForbiddenText_IsRefused(string table, string partition, string? continuation) =>
        await CheckAsync(fits: false, "must be", () => Store.QueryAsync(table, partition, RowRange.All, 1, continuation, CancellationToken.None));

    private static RowOperation.Delete Delete(string row) => new(row, DeleteCondition.Always);

    private static RowOperation.Put Put(string row, RowProperties properties) => new(row, properties, PutCondition.Always);

    private Task CheckAsync(bool fits, string named, RowProperties properties) =>
        CheckAsync(fits, named, () => Store.PutAsync(Key, properties, PutCondition.Always, CancellationToken.None), Key.ToString());

    private Task CheckBatchAsync(bool fits, string named, params RowOperation[] operations) =>
        CheckAsync(fits, named, () => Store.BatchAsync("limits", "partition", operations, CancellationToken.None));

    private async Task CheckAsync(bool fits, string named, Func<Task> call, string alsoNamed = "")
    {
        if (fits)
        {
            await call();
        }
        else
        {
            var refused = await Assert.ThrowsAnyAsync<ArgumentException>(call);
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.Contains(alsoNamed, refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(fits ? 1 : 0, backEnd.Calls);
    }

    private sealed class RecordingBackEnd : IRowBackEnd
    {
        public int Calls { get; private set; }

        public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) => Count<StoredRow?>(null);

        public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken) =>
            Count<PutOutcome>(new PutOutcome.Conflict());

        public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) => Count(DeleteOutcome.Missing);

        public Task<RowPage> QueryAsync(
            string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
            Count(new RowPage([], null));

        public Task<BatchOutcome> BatchAsync(
            string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken) =>
            Count<BatchOutcome>(new BatchOutcome.Committed([]));

        public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }

        private Task<T> Count<T>(T result)
        {
            Calls++;
            return Task.FromResult(result);
        }
    }
}
