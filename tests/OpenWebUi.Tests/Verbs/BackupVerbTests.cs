using System.Diagnostics;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.LocalDisk;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.Sqlite;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Services.Backup;

namespace OpenWebUi.Tests.Verbs;

/// <summary>Moving from one store to another as an operator does it: with processes of the program, which are killed on the way.</summary>
[Collection(PackageGroup.Name)]
public sealed class BackupVerbTests(PublishedPackage package) : IDisposable
{
    /// <summary>Enough that a copy takes some seconds, so that it can be killed in its middle: 80 MB.</summary>
    private const int Rows = 20_000;

    private const int TitleChars = 4_000;

    private readonly string _data = Directory.CreateDirectory(BackupStore.NewPath()).FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task BackupAndRestore_KilledOnTheWayAndRunAgain_BringEverythingToAnotherStore()
    {
        await FillAsync(In("old"));
        var backup = Path.Combine(_data, "backup");

        var killed = await RunAsync("old", ["backup", backup], killAt: "rows of Chats");
        Assert.NotEqual(0, killed.ExitCode);
        Assert.False(File.Exists(Path.Combine(backup, "manifest.json")));
        var unfinished = await RunAsync("new", ["restore", backup]);
        Assert.Equal(1, unfinished.ExitCode);
        Assert.Contains("was not finished", unfinished.Errors, StringComparison.Ordinal);

        var made = await RunAsync("old", ["backup", backup]);
        Assert.True(made.ExitCode == 0, made.Errors);
        Assert.Contains("Going on with the backup", made.Errors, StringComparison.Ordinal);
        Assert.Contains("The site's secret is in it", made.Output, StringComparison.Ordinal);
        Assert.Contains($"{Rows + 1:N0} rows, 1 blobs", made.Output, StringComparison.Ordinal);

        killed = await RunAsync("new", ["restore", backup], killAt: "Writing rows of Chats");
        Assert.NotEqual(0, killed.ExitCode);
        var refused = await RunAsync("new", []);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Run restore with the same backup again", refused.Errors, StringComparison.Ordinal);

        var restored = await RunAsync("new", ["restore", backup]);
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Contains("Going on with the restore", restored.Errors, StringComparison.Ordinal);
        Assert.Equal(Content(made.Output), Content(restored.Output));

        // A second restore would write over what is there.
        var second = await RunAsync("new", ["restore", backup]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("is not empty", second.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BackupAndRestore_ByWayOfAStorageAccount_KeepTheContent()
    {
        await FillAsync(In("old"), rows: 300);
        var backup = Path.Combine(_data, "backup");
        var made = await RunAsync("old", ["backup", backup]);
        using var azurite = await AzuriteServer.StartAsync();
        (string, string)[] azure = [("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", azurite.ConnectionString)];
        var moved = await RunAsync("azure", ["restore", backup], more: azure);
        Assert.True(moved.ExitCode == 0, moved.Errors);
        var again = await RunAsync("azure", ["backup", Path.Combine(_data, "again")], more: [.. azure, ("WEBUI_SECRET_KEY", "a secret of the site's own")]);
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Equal(Content(made.Output), Content(again.Output));
        Assert.Contains("WEBUI_SECRET_KEY and not in it", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no folder", "restore", "nowhere")]
    [InlineData("cannot be made or written", "backup", "/proc/backup")]
    [InlineData("backup <folder>", "backup")]
    [InlineData("restore <folder or zip>", "restore", "a", "b")]
    public async Task Verb_ThatCannotBeDone_SaysWhyInOneLine(string words, params string[] arguments)
    {
        var run = await RunAsync("data", arguments);
        Assert.InRange(run.ExitCode, 1, 2);
        Assert.Equal("", run.Output);
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnANewerStore_IsRefused()
    {
        using (var rows = Open(In("newer")))
        {
            await rows.PutAsync(new("Settings", "store", "schema"), new() { ["Version"] = 2 }, PutCondition.Always, CancellationToken.None);
        }

        foreach (var arguments in new string[][] { [], ["backup", Path.Combine(_data, "b")], ["rotate-key"] })
        {
            var run = await RunAsync("newer", arguments);
            Assert.Equal((1, ""), (run.ExitCode, run.Output));
            Assert.Contains("newer version of this program (schema 2", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_OnAnEmptyStoreBesideAFullOne_SaysSo()
    {
        await FillAsync(In("data"), rows: 10);
        await using (var site = await PackageProcess.StartAsync(package, [.. Environment("data"), ("DATABASE_URL", $"sqlite:///{In("other")}/mine.db")]))
        {
            var watch = Stopwatch.StartNew();
            while (!site.Output.Contains("is empty, and the SQLite file", StringComparison.Ordinal))
            {
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), site.Output);
                await Task.Delay(50);
            }

            Assert.Contains("'backup <folder>'", site.Output, StringComparison.Ordinal);
        }

        await using var usual = await PackageProcess.StartAsync(package, [.. Environment("data")]);
        using var client = new HttpClient { BaseAddress = usual.Address };
        await client.GetStringAsync("/health");
        Assert.DoesNotContain("is empty", usual.Output, StringComparison.Ordinal);
    }

    private static string Content(string output) => output[output.IndexOf("content ", StringComparison.Ordinal)..].Split('.')[0];

    private static RowStore Open(string folder) => new(new SqliteRowBackEnd(new(Path.Combine(folder, "openwebui.db"))));

    private static async Task FillAsync(string folder, int rows = Rows)
    {
        using var store = Open(folder);
        var filling = new string('x', TitleChars);
        await store.PutAsync(new("Secrets", "site", "signing-key"), new() { ["Value"] = new byte[32] }, PutCondition.Always, CancellationToken.None);
        foreach (var chunk in Enumerable.Range(0, rows).Chunk(RowLimits.MaxBatchOperations))
        {
            await store.BatchAsync("Chats", "u-1", [.. chunk.Select(n => new RowOperation.Put($"x.{n:D6}.c", new() { ["Title"] = $"Chat {n} {filling}", ["Turns"] = n }, PutCondition.Always))], CancellationToken.None);
        }

        using var blobs = new BlobStore(new LocalDiskBackEnd(new(Path.Combine(folder, "blobs")), TimeProvider.System));
        await blobs.PutAsync(new("files/a/b"), new byte[100_000], "image/png", BlobPutMode.Always, CancellationToken.None);
    }

    private string In(string folder) => Path.Combine(_data, folder);

    private (string, string)[] Environment(string folder) => [("DATA_DIR", In(folder)), ("WEBUI_AUTH", "false"), ("ENABLE_OLLAMA_API", "false"), ("PORT", "0")];

    private Task<VerbRun> RunAsync(string folder, string[] arguments, string? killAt = null, (string, string)[]? more = null) =>
        VerbRun.RunAsync(package, [.. Environment(folder), .. more ?? []], "", arguments, killAt);
}
