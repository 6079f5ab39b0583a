using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

public abstract partial class RowStoreContract
{
    private async Task RoundTripAsync(RowProperties properties)
    {
        await Store.PutAsync(Key("a"), properties, PutCondition.Always, None);

        var read = (await Store.GetAsync(Key("a"), None))!.Properties;

        Assert.Equal(properties.Count, read.Count);
        Assert.All(properties, property => Assert.Equal(property.Value, read[property.Key]));
    }

    [Fact]
    public Task Put_NoProperties_RoundTrips() => RoundTripAsync([]);

    [Fact]
    public Task Put_Texts_RoundTrip() => RoundTripAsync(new RowProperties
    {
        ["Empty"] = "",
        ["Nul"] = "a\0b\0",
        ["Controls"] = new string([.. Enumerable.Range(0, 0x20).Select(c => (char)c)]),
        ["Quotes"] = "'\"\\%_;--$1{}<>&\u007F",
        ["Spaces"] = "  leading and trailing \t\r\n",
        ["Emoji"] = "👩‍👩‍👧 🇩🇪 \U0010FFFF",
        ["Unicode"] = "Grüße, 你好, مرحبا, e\u0301 and \u00E9 differ",
        ["Odd"] = "\uFEFF\uFFFE\uFFFF\u2028",
        ["LooksLikeATime"] = "2026-11-21T00:00:00Z",
    });

    [Fact]
    public Task Put_Numbers_RoundTrip() => RoundTripAsync(new RowProperties
    {
        ["MinLong"] = long.MinValue,
        ["MaxLong"] = long.MaxValue,
        ["Zero"] = 0L,
        ["AboveDoublePrecision"] = 9_007_199_254_740_993L,
        ["MinDouble"] = double.MinValue,
        ["MaxDouble"] = double.MaxValue,
        ["Epsilon"] = double.Epsilon,
        ["Third"] = 1.0 / 3,
        ["Whole"] = 3.0,
        ["NaN"] = double.NaN,
        ["PositiveInfinity"] = double.PositiveInfinity,
        ["NegativeInfinity"] = double.NegativeInfinity,
        ["True"] = true,
        ["False"] = false,
    });

    [Fact]
    public async Task Put_Times_RoundTripInUtcTicks()
    {
        var local = new DateTimeOffset(2026, 11, 21, 1, 2, 3, TimeSpan.FromHours(5.5)).AddTicks(1_234_567);
        await RoundTripAsync(new RowProperties
        {
            ["First"] = RowLimits.MinTime,
            ["Last"] = DateTimeOffset.MaxValue,
            ["Epoch"] = DateTimeOffset.UnixEpoch,
            ["OneTick"] = DateTimeOffset.UnixEpoch.AddTicks(1),
            ["Local"] = local,
        });

        var read = (await Store.GetAsync(Key("a"), None))!.Properties.GetTime("Local")!.Value;
        Assert.Equal(TimeSpan.Zero, read.Offset);
        Assert.Equal(local.UtcTicks, read.Ticks);
    }

    [Fact]
    public Task Put_Bytes_RoundTrip() => RoundTripAsync(new RowProperties
    {
        ["Empty"] = Array.Empty<byte>(),
        ["Every"] = Enumerable.Range(0, 256).Select(n => (byte)n).ToArray(),
        ["Slice"] = new ReadOnlyMemory<byte>([0, 1, 2, 3, 4, 5], 2, 3),
        ["Most"] = Enumerable.Range(0, RowLimits.MaxPropertyBytes).Select(n => (byte)(n * 31)).ToArray(),
    });

    [Fact]
    public Task Put_LongestTexts_RoundTrip() => RoundTripAsync(new RowProperties
    {
        ["Ascii"] = new string('x', RowLimits.MaxTextChars),
        ["ThreeBytesEach"] = new string('語', RowLimits.MaxTextChars),
        ["Emoji"] = new StringBuilder().Insert(0, "😀", RowLimits.MaxTextChars / 2).ToString(),
        ["Nul"] = new string('\0', RowLimits.MaxTextChars),
    });

    [Fact]
    public Task Put_MostPropertiesWithLongestNames_RoundTrips()
    {
        var properties = new RowProperties();
        for (var n = 0; n < RowLimits.MaxProperties; n++)
        {
            properties[$"_{n:D3}".PadRight(RowLimits.MaxNameChars, 'n')] = n;
        }

        return RoundTripAsync(properties);
    }

    /// <summary>Names that a database may trip over.</summary>
    private protected virtual IEnumerable<string> OddNames => ["name", "Name", "ETag", "select", "timestamp", "value", "__proto__"];

    [Fact]
    public Task Put_NamesThatDifferByCaseOrAreWordsOfDatabases_RoundTrips()
    {
        var properties = new RowProperties();
        foreach (var name in OddNames)
        {
            properties[name] = properties.Count;
        }

        return RoundTripAsync(properties);
    }

    [Fact]
    public async Task Put_LongestKeys_RoundTrips()
    {
        var key = new RowKey(Table, Partition.PadRight(RowKey.MaxChars, 'p'), new string('~', RowKey.MaxChars));
        await Store.PutAsync(key, Text("x"), PutCondition.Always, None);

        Assert.Equal(key, (await Store.GetAsync(key, None))!.Key);
    }

    [Fact]
    public async Task Put_LargestRow_RoundTrips()
    {
        var properties = LargestRow(Key("a"), MaxRowBytes);

        Assert.Equal(MaxRowBytes, RowLimits.RowBytes(Key("a"), properties));
        await RoundTripAsync(properties);
    }

    [Fact]
    public async Task Batch_TwoLargestRows_AreStored()
    {
        var puts = new[] { "1", "2" }.Select(RowOperation (row) => new RowOperation.Put(row, LargestRow(Key(row)), PutCondition.IfAbsent)).ToArray();

        Assert.IsType<BatchOutcome.Committed>(await Store.BatchAsync(Table, Partition, puts, None));
        Assert.Equal(["1", "2"], await RowsAsync(RowRange.All));
    }

    /// <summary>The largest row that the database takes; less than the seam's limit for an emulator only.</summary>
    private protected virtual int MaxRowBytes => RowLimits.MaxRowBytes;

    /// <summary>Exactly so many bytes as Azure counts them: 1 MiB.</summary>
    internal static RowProperties LargestRow(RowKey key, int bytes = RowLimits.MaxRowBytes)
    {
        var properties = new RowProperties();
        for (var n = 0; n < (bytes - 1) / RowLimits.MaxPropertyBytes; n++)
        {
            properties[$"Bytes{n:D2}"] = new byte[RowLimits.MaxPropertyBytes];
        }

        properties["Rest"] = Array.Empty<byte>();
        properties["Rest"] = new byte[bytes - RowLimits.RowBytes(key, properties)];
        return properties;
    }
}
