using Microsoft.Data.Sqlite;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.Sqlite;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>The contract on SQLite, and what only a file can do: be shared, damaged, locked, unwritable, or left open by a killed process.</summary>
public sealed class SqliteRowStoreTests : RowStoreContract
{
    private readonly string directory = Path.Combine(Path.GetTempPath(), $"openwebui-{Guid.NewGuid():N}");

    private string DatabasePath => Path.Combine(directory, "data", "openwebui.db");

    private protected override Task<IRowBackEnd> CreateBackEndAsync() =>
        Task.FromResult<IRowBackEnd>(new SqliteRowBackEnd(new SqliteRowOptions(DatabasePath)));

    protected override Task CleanUpAsync()
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }

        return Task.CompletedTask;
    }

    private static RowStore Open(string path, TimeSpan? busyTimeout = null) =>
        new(new SqliteRowBackEnd(new SqliteRowOptions(path) { BusyTimeout = busyTimeout ?? TimeSpan.FromSeconds(5) }));

    private SqliteConnection Raw()
    {
        SqliteLibrary.Bind();
        var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private async Task<string> FailureAsync(string path)
    {
        using var broken = Open(path);
        var get = await Assert.ThrowsAsync<StoreUnavailableException>(() => broken.GetAsync(Key("a"), None));
        var put = await Assert.ThrowsAsync<StoreUnavailableException>(() => broken.PutAsync(Key("a"), Text("x"), PutCondition.Always, None));
        Assert.Equal(get.Message, put.Message);
        Assert.Contains(path, get.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', get.Message);
        return get.Message;
    }

    [Fact]
    public void Store_Made_TouchesNoFile() => Assert.False(Directory.Exists(directory));

    [Fact]
    public async Task Store_FirstUse_MakesFilesForTheOwnerAlone()
    {
        await PutAsync("a");

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode ownerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(ownerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(DatabasePath)!));
            Assert.Equal(ownerFile, File.GetUnixFileMode(DatabasePath));
            Assert.Equal(ownerFile, File.GetUnixFileMode(DatabasePath + "-wal"));
        }
    }

    [Fact]
    public async Task Store_Open_KeepsWalAndOneTableWithoutRowIds()
    {
        await PutAsync("a");

        using var raw = Raw();
        Assert.Equal("wal", Scalar(raw, "PRAGMA journal_mode"));
        Assert.Equal(1L, Scalar(raw, "PRAGMA user_version"));
        Assert.Equal("rows", Scalar(raw, "SELECT group_concat(name) FROM sqlite_master"));
        Assert.Contains("WITHOUT ROWID", (string)Scalar(raw, "SELECT sql FROM sqlite_master")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ClosedAndOpened_RowsAndTagsRemain()
    {
        var etag = await PutAsync("a", "kept");
        Store.Dispose();

        using var again = Open(DatabasePath);

        Assert.Equal(etag, (await again.GetAsync(Key("a"), None))!.ETag);
        Assert.False(File.Exists(DatabasePath + "-journal"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Store.GetAsync(Key("a"), None));
    }

    [Fact]
    public async Task Store_KilledWithATornWriteAheadLog_EveryAnsweredWriteRemains()
    {
        for (var n = 0; n < 50; n++)
        {
            await PutAsync($"{n:D2}");
        }

        // What the disk holds when the process dies now: the files as they are, with half a frame at the log's end.
        var copy = Path.Combine(directory, "copy.db");
        File.Copy(DatabasePath, copy);
        File.Copy(DatabasePath + "-wal", copy + "-wal");
        await File.AppendAllTextAsync(copy + "-wal", new string('\u0007', 1_000));
        using var reopened = Open(copy);

        Assert.Equal(50, await reopened.QueryAllAsync(Table, Partition, RowRange.All, None).CountAsync());
        Assert.IsType<PutOutcome.Stored>(await reopened.PutAsync(Key("new"), Text("x"), PutCondition.IfAbsent, None));
    }

    [Fact]
    public async Task Store_KilledInMidTransaction_NothingOfItRemainsAndTheLockIsFree()
    {
        await PutAsync("a", "kept");
        using (var dying = Raw())
        {
            Scalar(dying, "BEGIN IMMEDIATE");
            Scalar(dying, "DELETE FROM rows");
        }

        Assert.Equal("kept", await ReadAsync("a"));
        await PutAsync("a", "again");
    }

    [Fact]
    public async Task TwoStores_FirstUseOfANewFileAtOnce_BothWork()
    {
        using var first = Open(DatabasePath);
        using var second = Open(DatabasePath);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() =>
            (n % 2 == 0 ? first : second).PutAsync(Key("name"), Text($"{n}"), PutCondition.IfAbsent, None))));

        Assert.Single(outcomes, outcome => outcome is PutOutcome.Stored);
    }

    [Fact]
    public async Task TwoStores_WritingOneFileAtOnce_NothingIsLostAndEachSeesTheOther()
    {
        using var other = Open(DatabasePath);
        var stores = new[] { Store, other };

        await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(() =>
            stores[n % 2].PutAsync(Key($"{n:D3}"), Text($"{n}"), PutCondition.IfAbsent, None))));

        foreach (var store in stores)
        {
            Assert.Equal(200, await store.QueryAllAsync(Table, Partition, RowRange.All, None).CountAsync());
        }
    }

    [Fact]
    public async Task OtherProcess_HoldsTheWriteLock_ReadsGoOnAndWritesAreUnavailableThenWorkAgain()
    {
        await PutAsync("a", "kept");
        using var hasty = Open(DatabasePath, busyTimeout: TimeSpan.FromMilliseconds(20));
        using (var holder = Raw())
        {
            Scalar(holder, "BEGIN IMMEDIATE");

            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => hasty.PutAsync(Key("a"), Text("x"), PutCondition.Always, None));
            Assert.Contains("locked by another process", failure.Message, StringComparison.Ordinal);
            Assert.Equal("kept", (await hasty.GetAsync(Key("a"), None))!.Properties.GetText("Text"));
        }

        Assert.IsType<PutOutcome.Stored>(await hasty.PutAsync(Key("a"), Text("x"), PutCondition.Always, None));
    }

    [Fact]
    public async Task OtherProcess_ReleasesTheWriteLockInTime_TheWaitingWriteIsStored()
    {
        await PutAsync("a");
        using var holder = Raw();
        Scalar(holder, "BEGIN IMMEDIATE");

        var put = Store.PutAsync(Key("a"), Text("waited"), PutCondition.Always, None);
        Assert.Equal("x", await ReadAsync("a"));
        Scalar(holder, "COMMIT");
        await put;

        Assert.Equal("waited", await ReadAsync("a"));
    }

    [Fact]
    public async Task Write_CancelledWhileItWaitsForItsTurn_ThrowsAndIsNotStored()
    {
        await PutAsync("a");
        using var holder = Raw();
        Scalar(holder, "BEGIN IMMEDIATE");
        using var source = new CancellationTokenSource();

        var running = Store.PutAsync(Key("a"), Text("running"), PutCondition.Always, None);
        var waiting = Store.PutAsync(Key("a"), Text("waiting"), PutCondition.Always, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Scalar(holder, "COMMIT");
        await running;

        Assert.Equal("running", await ReadAsync("a"));
    }

    [Fact]
    public async Task File_NoDatabase_IsOneSentenceThatNamesIt()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath)!);
        await File.WriteAllTextAsync(DatabasePath, new string('x', 8_192));

        Assert.Contains("damaged", await FailureAsync(DatabasePath), StringComparison.Ordinal);
        Assert.Equal(new string('x', 8_192), await File.ReadAllTextAsync(DatabasePath));
    }

    [Fact]
    public async Task File_PagesOverwritten_IsOneSentenceThatNamesIt()
    {
        for (var n = 0; n < 200; n++)
        {
            await PutAsync($"{n:D3}", new string('x', 500));
        }

        Store.Dispose();
        var bytes = await File.ReadAllBytesAsync(DatabasePath);
        bytes.AsSpan(4_096).Fill(0xA5);
        await File.WriteAllBytesAsync(DatabasePath, bytes);

        Assert.Contains("damaged", await FailureAsync(DatabasePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_RowThatCannotBeDecoded_IsOneSentenceThatNamesIt()
    {
        await PutAsync("a");
        using (var raw = Raw())
        {
            Scalar(raw, "UPDATE rows SET properties = x'01FF'");
        }

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));
        Assert.Contains($"{DatabasePath} holds a damaged row", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 2")]
    [InlineData("CREATE TABLE theirs (id)")]
    public async Task File_OfANewerVersionOrAnotherProgram_IsRefusedAndLeftAlone(string sql)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath)!);
        using (var raw = Raw())
        {
            Scalar(raw, sql);
        }

        Assert.Contains("another program's or a newer version's", await FailureAsync(DatabasePath), StringComparison.Ordinal);
        using var after = Raw();
        Assert.Equal(0L, Scalar(after, "SELECT count(*) FROM sqlite_master WHERE name = 'rows'"));
    }

    [Fact]
    public async Task Path_InsideAFile_IsOneSentenceThatNamesIt()
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "file");
        await File.WriteAllTextAsync(file, "");

        Assert.Contains("cannot be made or opened", await FailureAsync(Path.Combine(file, "openwebui.db")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_IsADirectory_IsOneSentenceThatNamesIt()
    {
        Directory.CreateDirectory(DatabasePath);

        Assert.Contains("opened", await FailureAsync(DatabasePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_InADirectoryThatCannotBeWritten_IsOneSentenceThatNamesIt()
    {
        // /sys refuses new files even to root, as whom tests often run; permissions would not.
        var path = OperatingSystem.IsLinux() ? "/sys/openwebui.db" : Path.Combine(directory, "\0", "openwebui.db");

        Assert.Contains("check the path and its permissions", await FailureAsync(path), StringComparison.Ordinal);
    }
}
