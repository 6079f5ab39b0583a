using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

public abstract partial class RowStoreContract
{
    private Task<BatchOutcome> BatchAsync(params RowOperation[] operations) => Store.BatchAsync(Table, Partition, operations, None);

    private static RowOperation.Put Put(string row, PutCondition condition, string text = "new") => new(row, Text(text), condition);

    private static RowOperation.Delete Delete(string row, DeleteCondition condition) => new(row, condition);

    [Fact]
    public async Task Batch_EveryConditionHolds_AllIsStoredAndTagsStandAtTheirIndices()
    {
        var matched = await PutAsync("matched", "old");
        var removed = await PutAsync("removed", "old");
        await PutAsync("replaced", "old");
        await PutAsync("dropped", "old");

        var outcome = Assert.IsType<BatchOutcome.Committed>(await BatchAsync(
            Put("made", PutCondition.IfAbsent),
            Delete("removed", DeleteCondition.IfMatch(removed)),
            Put("matched", PutCondition.IfMatch(matched)),
            Delete("dropped", DeleteCondition.Always),
            Put("replaced", PutCondition.Always)));

        Assert.Equal(["made", "matched", "replaced"], await RowsAsync(RowRange.All));
        Assert.Equal(5, outcome.ETags.Count);
        Assert.Null(outcome.ETags[1]);
        Assert.Null(outcome.ETags[3]);
        foreach (var (index, row) in new[] { (0, "made"), (2, "matched"), (4, "replaced") })
        {
            var stored = await Store.GetAsync(Key(row), None);
            Assert.Equal("new", stored!.Properties.GetText("Text"));
            Assert.Equal(outcome.ETags[index], stored.ETag);
        }

        Assert.Equal(3, outcome.ETags.OfType<ETag>().Distinct().Count());
    }

    [Theory]
    [InlineData("absent-but-there", "Conflict")]
    [InlineData("match-but-changed", "Conflict")]
    [InlineData("match-but-gone", "Missing")]
    [InlineData("delete-but-changed", "Conflict")]
    [InlineData("delete-match-but-gone", "Missing")]
    [InlineData("delete-but-gone", "Missing")]
    public async Task Batch_OneConditionFails_IndexAndReasonAndNothingChanged(string failing, string expected)
    {
        var old = await PutAsync("there", "first");
        var current = await PutAsync("there", "second");
        var dropped = await PutAsync("dropped", "kept");
        RowOperation failure = failing switch
        {
            "absent-but-there" => Put("there", PutCondition.IfAbsent),
            "match-but-changed" => Put("there", PutCondition.IfMatch(old)),
            "match-but-gone" => Put("gone", PutCondition.IfMatch(current)),
            "delete-but-changed" => Delete("there", DeleteCondition.IfMatch(old)),
            "delete-match-but-gone" => Delete("gone", DeleteCondition.IfMatch(current)),
            _ => Delete("gone", DeleteCondition.Always),
        };

        var outcome = await BatchAsync(
            Put("made", PutCondition.Always), Delete("dropped", DeleteCondition.Always), failure, Put("later", PutCondition.IfAbsent));

        Assert.Equal(new BatchOutcome.Failed(2, Enum.Parse<RowFailure>(expected)), outcome);
        Assert.Equal(["dropped", "there"], await RowsAsync(RowRange.All));
        Assert.Equal(dropped, (await Store.GetAsync(Key("dropped"), None))!.ETag);
        Assert.Equal(current, (await Store.GetAsync(Key("there"), None))!.ETag);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public async Task Batch_HundredOperationsFirstOrLastFails_ItsIndexAndNothingStored(int failing)
    {
        await PutAsync($"{failing:D2}", "there");

        var outcome = await BatchAsync([.. Enumerable.Range(0, 100).Select(n => Put($"{n:D2}", PutCondition.IfAbsent))]);

        Assert.Equal(new BatchOutcome.Failed(failing, RowFailure.Conflict), outcome);
        Assert.Equal([$"{failing:D2}"], await RowsAsync(RowRange.All));
    }

    [Fact]
    public async Task Batch_HundredOperations_AllStored()
    {
        Assert.IsType<BatchOutcome.Committed>(await BatchAsync([.. Enumerable.Range(0, 100).Select(n => Put($"{n:D2}", PutCondition.IfAbsent))]));
        Assert.Equal(100, (await RowsAsync(RowRange.All)).Count);
    }

    [Fact]
    public async Task Batch_AfterAFailedOne_Works()
    {
        await BatchAsync(Delete("gone", DeleteCondition.Always));

        Assert.IsType<BatchOutcome.Committed>(await BatchAsync(Put("a", PutCondition.IfAbsent)));
    }

    [Fact]
    public async Task Batch_TwentyAtOnceForTheSameIndexRow_OneWinsWhole()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() =>
            BatchAsync(Put($"record-{n:D2}", PutCondition.IfAbsent), Put("index", PutCondition.IfAbsent, $"record-{n:D2}")))));

        Assert.Single(outcomes, outcome => outcome is BatchOutcome.Committed);
        Assert.All(outcomes.OfType<BatchOutcome.Failed>(), failed => Assert.Equal(new BatchOutcome.Failed(1, RowFailure.Conflict), failed));
        Assert.Equal(["index", (await ReadAsync("index"))!], await RowsAsync(RowRange.All));
    }

    [Fact]
    public async Task Batch_ReadersBesideIt_NeverSeeHalfOfIt()
    {
        await BatchAsync(Put("a", PutCondition.Always, "0"), Put("b", PutCondition.Always, "0"));

        var writing = Task.Run(async () =>
        {
            for (var n = 1; n <= 100; n++)
            {
                await BatchAsync(Put("a", PutCondition.Always, $"{n}"), Put("b", PutCondition.Always, $"{n}"));
            }
        });
        do
        {
            var page = await Store.QueryAsync(Table, Partition, RowRange.All, 10, null, None);
            // A page that is shorter than asked for may show one of them only.
            Assert.Single(page.Rows.Select(row => row.Properties.GetText("Text")).Distinct());
        }
        while (!writing.IsCompleted);
        await writing;
    }
}
