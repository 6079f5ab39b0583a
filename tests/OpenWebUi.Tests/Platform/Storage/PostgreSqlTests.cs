using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.PostgreSql;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>What only a server can do: be shared, be emptied beneath us, hold locks, lose an answer on the way.</summary>
public sealed class PostgreSqlTests : IAsyncLifetime
{
    private const string Table = "things";
    private readonly List<IDisposable> _open = [];
    private PostgresServer _server = null!;
    private PostgreSqlOptions _options = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.GetAsync();
        _options = _server.OptionsOf(await _server.NewDatabaseAsync());
    }

    public Task DisposeAsync()
    {
        _open.ForEach(o => o.Dispose());
        return Task.CompletedTask;
    }

    private PostgreSqlRowBackEnd BackEnd(PostgreSqlOptions? options = null)
    {
        var backEnd = new PostgreSqlRowBackEnd(options ?? _options, TimeProvider.System);
        _open.Add(backEnd);
        return backEnd;
    }

    private static RowKey Key(string row, string partition = "p", string table = Table) => new(table, partition, row);

    private static RowProperties Text(string text) => new() { ["Text"] = text };

    private static Task<PutOutcome> PutAsync(PostgreSqlRowBackEnd rows, RowKey key, string text = "x", PutCondition? condition = null) =>
        rows.PutAsync(key, Text(text), condition ?? PutCondition.Always, default);

    private static async Task<string?> ReadAsync(PostgreSqlRowBackEnd rows, string row) => (await rows.GetAsync(Key(row), default))?.Properties.GetText("Text");

    [Fact]
    public async Task Instances_TenAtOnceOnAnEmptyDatabase_MakeOneTable()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => PutAsync(BackEnd(), Key($"{i}")))));

        Assert.Equal(10, (await BackEnd().QueryAsync(Table, "p", RowRange.All, 100, null, default)).Rows.Count);
        Assert.Equal(1L, await _server.ScalarAsync(_options.Database, "SELECT count(*) FROM pg_class WHERE relname = 'openwebui_rows'"));
        Assert.Equal(5L, await _server.ScalarAsync(_options.Database, "SELECT count(*) FILTER (WHERE collation_name = 'C') + count(*) FILTER (WHERE data_type = 'bytea') FROM information_schema.columns WHERE table_name = 'openwebui_rows'"));
    }

    [Theory]
    [InlineData("CREATE TABLE openwebui_rows (theirs int)")]
    [InlineData("CREATE TABLE openwebui_rows (theirs int); COMMENT ON TABLE openwebui_rows IS 'OpenWebUi rows, schema 2'")]
    public async Task Table_OfAnotherProgramOrANewerVersion_IsRefusedAndLeftAlone(string sql)
    {
        await _server.ScalarAsync(_options.Database, sql);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(BackEnd(), Key("a")));

        Assert.Contains("another program's or a newer version's", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await _server.ScalarAsync(_options.Database, "SELECT count(*) FROM openwebui_rows"));
    }

    [Fact]
    public async Task Table_GoneWhileItIsUsed_IsMadeAnew()
    {
        var rows = BackEnd();
        await PutAsync(rows, Key("a"));
        await _server.ScalarAsync(_options.Database, "DROP TABLE openwebui_rows");

        Assert.Null(await ReadAsync(rows, "a"));
        Assert.IsType<PutOutcome.Stored>(await PutAsync(rows, Key("a"), condition: PutCondition.IfAbsent));
    }

    [Fact]
    public async Task Row_ThatCannotBeDecoded_IsOneSentence()
    {
        var rows = BackEnd();
        await PutAsync(rows, Key("a"));
        await _server.ScalarAsync(_options.Database, @"UPDATE openwebui_rows SET content = '\x01FF'");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => ReadAsync(rows, "a"));
        Assert.Contains("holds a damaged row", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_CrosswiseOnTheSameRows_AllCommit()
    {
        PostgreSqlRowBackEnd[] instances = [BackEnd(), BackEnd()];
        string[] names = ["a", "B", "c", "D", "e"];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => Task.Run(() => instances[i % 2].BatchAsync(
            Table, "p", [.. (i % 4 < 2 ? names : names.Reverse()).Select(name => new RowOperation.Put(name, Text($"{i}"), PutCondition.Always))], default))));

        Assert.All(outcomes, outcome => Assert.IsType<BatchOutcome.Committed>(outcome));
        var last = await instances[0].QueryAsync(Table, "p", RowRange.All, 10, null, default);
        Assert.Single(last.Rows.Select(row => row.Properties.GetText("Text")).Distinct());
        Assert.Equal(0L, await _server.ScalarAsync(_options.Database, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
    }

    [Fact]
    public async Task Batches_ThatMakeTheSameRow_OneWins()
    {
        var rows = BackEnd();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => rows.BatchAsync(
            Table, "p", [new RowOperation.Put($"own{i}", Text("x"), PutCondition.Always), new RowOperation.Put("same", Text($"{i}"), PutCondition.IfAbsent)], default))));

        var winner = Assert.Single(Enumerable.Range(0, 20), i => outcomes[i] is BatchOutcome.Committed);
        Assert.All(outcomes.Where((_, i) => i != winner), outcome => Assert.Equal(new BatchOutcome.Failed(1, RowFailure.Conflict), outcome));
        Assert.Equal(["own" + winner, "same"], (await rows.QueryAsync(Table, "p", RowRange.All, 100, null, default)).Rows.Select(row => row.Key.Row));
    }

    [Fact]
    public async Task Tables_AndScan_GiveEverythingByBytes()
    {
        var rows = BackEnd();
        Assert.Empty(await rows.TablesAsync(default));
        var keys = (from table in (string[])["Beta", "alpha", "gamma"] from partition in (string[])["p", "P", "p a"] from row in (string[])["z", "A", "a b"] select Key(row, partition, table)).ToList();
        foreach (var key in keys)
        {
            await PutAsync(rows, key, key.ToString());
        }

        Assert.Equal(["Beta", "alpha", "gamma"], await rows.TablesAsync(default));
        foreach (var size in (int[])[1, 4, 9, 1_000])
        {
            var found = new List<RowKey>();
            string? continuation = null;
            do
            {
                var page = await rows.ScanAsync("alpha", size, continuation, default);
                Assert.InRange(page.Rows.Count, 0, size);
                Assert.All(page.Rows, row => Assert.Equal(row.Key.ToString(), row.Properties.GetText("Text")));
                found.AddRange(page.Rows.Select(row => row.Key));
                continuation = page.Continuation;
            }
            while (continuation is not null);
            Assert.Equal(keys.Where(key => key.Table == "alpha").OrderBy(key => key.Partition, StringComparer.Ordinal).ThenBy(key => key.Row, StringComparer.Ordinal), found);
        }

        Assert.Empty((await rows.ScanAsync("none", 10, null, default)).Rows);
    }

    [Fact]
    public async Task Scan_OfMuch_ComesInPagesOfAFewMegabytes()
    {
        var rows = BackEnd();
        var half = new RowProperties();
        for (var i = 0; i < 8; i++)
        {
            half[$"Part{i}"] = Convert.ToHexString(Guid.NewGuid().ToByteArray()) + new string('x', 30_000);
        }

        for (var i = 0; i < 40; i++)
        {
            await rows.PutAsync(Key($"{i:D2}", $"p{i % 4}"), half, PutCondition.Always, default);
        }

        var pages = new List<int>();
        string? continuation = null;
        do
        {
            var page = await rows.ScanAsync(Table, 1_000, continuation, default);
            pages.Add(page.Rows.Count);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        Assert.Equal(40, pages.Sum());
        Assert.InRange(pages.Count, 2, 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_OfASingleChangeLost_TheOutcomeIsRightAllTheSame(bool deletesByTag)
    {
        await using var thief = new AnswerThief(_server.Port);
        var rows = BackEnd(_options with { Port = thief.Port, Tls = Npgsql.SslMode.Disable });
        await PutAsync(rows, Key("warm"));

        var made = Assert.IsType<PutOutcome.Stored>(await StealAsync(() => PutAsync(rows, Key("a"), "made", PutCondition.IfAbsent)));
        Assert.Equal(made.ETag, (await rows.GetAsync(Key("a"), default))!.ETag);
        var changed = Assert.IsType<PutOutcome.Stored>(await StealAsync(() => PutAsync(rows, Key("a"), "changed", PutCondition.IfMatch(made.ETag))));
        var written = Assert.IsType<PutOutcome.Stored>(await StealAsync(() => PutAsync(rows, Key("a"), "written")));
        Assert.NotEqual(changed.ETag, written.ETag);
        Assert.Equal("written", (await StealAsync(() => rows.GetAsync(Key("a"), default)))!.Properties.GetText("Text"));

        // What another has won stays lost, answer or not.
        Assert.IsType<PutOutcome.Conflict>(await StealAsync(() => PutAsync(rows, Key("a"), "late", PutCondition.IfAbsent)));
        Assert.IsType<PutOutcome.Conflict>(await StealAsync(() => PutAsync(rows, Key("a"), "late", PutCondition.IfMatch(made.ETag))));
        Assert.Equal(DeleteOutcome.Conflict, await StealAsync(() => rows.DeleteAsync(Key("a"), DeleteCondition.IfMatch(made.ETag), default)));
        Assert.Equal("written", await ReadAsync(rows, "a"));
        var condition = deletesByTag ? DeleteCondition.IfMatch(written.ETag) : DeleteCondition.Always;
        Assert.Equal(DeleteOutcome.Deleted, await StealAsync(() => rows.DeleteAsync(Key("a"), condition, default)));
        Assert.Equal(DeleteOutcome.Missing, await rows.DeleteAsync(Key("a"), condition, default));

        async Task<T> StealAsync<T>(Func<Task<T>> call)
        {
            thief.Steal(0);
            var outcome = await call();
            Assert.True(thief.HasStolen);
            return outcome;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Answer_OfABatchLostAnywhere_ItIsDoneOnce(int after)
    {
        await using var thief = new AnswerThief(_server.Port);
        var rows = BackEnd(_options with { Port = thief.Port, Tls = Npgsql.SslMode.Disable });
        await PutAsync(rows, Key("gone"));
        var old = Assert.IsType<PutOutcome.Stored>(await PutAsync(rows, Key("changed"), "0")).ETag;

        var committed = await StealAsync([
            new RowOperation.Put("made", Text("1"), PutCondition.IfAbsent), new RowOperation.Put("changed", Text("1"), PutCondition.IfMatch(old)), new RowOperation.Delete("gone", DeleteCondition.Always)]);
        Assert.Equal(committed.ETags[0], (await rows.GetAsync(Key("made"), default))!.ETag);
        Assert.Equal(committed.ETags[1], (await rows.GetAsync(Key("changed"), default))!.ETag);
        Assert.Null(committed.ETags[2]);
        Assert.Null(await ReadAsync(rows, "gone"));

        await StealAsync([new RowOperation.Delete("made", DeleteCondition.Always), new RowOperation.Delete("changed", DeleteCondition.IfMatch(committed.ETags[1]!.Value))]);
        Assert.Empty((await rows.QueryAsync(Table, "p", RowRange.All, 10, null, default)).Rows);

        async Task<BatchOutcome.Committed> StealAsync(RowOperation[] operations)
        {
            thief.Steal(after);
            var outcome = await rows.BatchAsync(Table, "p", operations, default);
            Assert.True(thief.HasStolen);
            return Assert.IsType<BatchOutcome.Committed>(outcome);
        }
    }
}
