using System.Diagnostics;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The npm package <c>@azure/data-tables</c> (tests/sdk/tables.mjs) reads what we write and writes what we read.</summary>
public sealed class AzureTablesInteropTests
{
    private const string Table = "interop";
    private static readonly DateTimeOffset Time = new DateTimeOffset(2026, 11, 21, 1, 2, 3, TimeSpan.Zero).AddTicks(1_234_567);

    private readonly string partition = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Rows_OfEitherProgram_AreReadByTheOther()
    {
        var azurite = await AzuriteServer.GetAsync();
        using var pipeline = new StoragePipeline(AzuriteServer.AccountOf(azurite.ConnectionString));
        using var store = new RowStore(new AzureTablesBackEnd(pipeline, new AzureTablesOptions("tests")));
        var every = new RowProperties
        {
            ["Text"] = "Grüße, 你好 😀\0\"\\", ["Yes"] = true, ["Count"] = 9_007_199_254_740_993L, ["Third"] = 1.0 / 3, ["Whole"] = 3.0,
            ["NaN"] = double.NaN, ["Infinite"] = double.NegativeInfinity, ["Time"] = Time, ["Bytes"] = new byte[] { 0, 1, 254, 255 },
        };
        await store.PutAsync(Key("every type 'quoted' 100%"), every, PutCondition.Always, CancellationToken.None);
        var batch = Assert.IsType<BatchOutcome.Committed>(await store.BatchAsync(Table, partition, [Put("batch-1"), Put("batch-2")], CancellationToken.None));

        Assert.Equal(6, (await RunAsync(azurite.ConnectionString, "tests" + Table, partition)).Split("ok ").Length - 1);

        var theirs = (await store.GetAsync(Key("from npm"), CancellationToken.None))!.Properties;
        Assert.Equal(10, theirs.Count);
        Assert.Equal("Grüße, 你好 😀", theirs.GetText("Text"));
        Assert.False(theirs.GetBoolean("Yes"));
        Assert.Equal(7, theirs.GetInt64("Int32"));
        Assert.Equal(long.MinValue, theirs.GetInt64("Int64"));
        Assert.Equal(1.5, theirs.GetDouble("Double"));
        Assert.Equal(3.0, theirs.GetDouble("Whole"));
        Assert.Equal(double.NaN, theirs.GetDouble("NaN"));
        Assert.Equal(Time, theirs.GetTime("Time"));
        Assert.Equal([0, 1, 254, 255], theirs.GetBytes("Bytes")!.Value.ToArray());
        Assert.Equal("c9da6455-213d-42c9-9a79-3e9149a57833", theirs.GetText("Guid"));
        Assert.Equal(["npm-1", "npm-2"], await store.QueryAllAsync(Table, partition, RowRange.Prefix("npm-"), CancellationToken.None).Select(row => row.Key.Row).ToListAsync());
        Assert.IsType<PutOutcome.Conflict>(await store.PutAsync(Key("batch-1"), every, PutCondition.IfMatch(batch.ETags[0]!.Value), CancellationToken.None));
    }

    private RowKey Key(string row) => new(Table, partition, row);

    private static RowOperation.Put Put(string row) => new(row, new RowProperties { ["Text"] = row }, PutCondition.IfAbsent);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var script = Path.Combine(PublishedPackage.Repository(), "tests", "sdk", "tables.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);
        return output;
    }
}
