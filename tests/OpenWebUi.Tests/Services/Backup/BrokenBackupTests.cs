using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Backup;
using OpenWebUi.Tests.Services.Conversations;

namespace OpenWebUi.Tests.Services.Backup;

/// <summary>What is broken, newer, or not a backup is refused in one sentence, and nothing is written.</summary>
public sealed class BrokenBackupTests : IAsyncLifetime
{
    private readonly string _folder = BackupStore.NewPath();
    private BackupStore? _source;
    private BackupStore? _target;

    private BackupStore Source => _source!;

    private BackupStore Target => _target!;

    public async Task InitializeAsync()
    {
        (_source, _target) = (await BackupStore.OpenAsync(BackupStore.Sqlite), await BackupStore.OpenAsync(BackupStore.Sqlite));
        await Source.FillAsync(20, 3);
        await Source.BackUpAsync(_folder);
    }

    public async Task DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("rows/Chats.jsonl")]
    [InlineData("rows/Accounts.jsonl")]
    [InlineData("blobs.jsonl")]
    [InlineData("blobs/0000/0000002")]
    public async Task File_ThatWasChangedOrIsMissing_IsNamed(string file)
    {
        var path = Path.Combine(_folder, file);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        await RefusedAsync(file, "hash");

        await File.WriteAllBytesAsync(path, bytes[..^1]);
        await RefusedAsync(file, "broken");

        File.Delete(path);
        await RefusedAsync(file, "missing");
    }

    [Fact]
    public async Task Manifest_ThatIsMissingBrokenOrNewer_IsRefused()
    {
        var path = Path.Combine(_folder, BackupForm.Manifest);
        var whole = await File.ReadAllTextAsync(path);
        await ManifestAsync(json => json["schema"] = 2, "newer", "schema 2");
        await ManifestAsync(json => json["version"] = 2, "newer", "form 2");
        await ManifestAsync(json => json["format"] = "another", "no manifest of a backup of this program");
        await ManifestAsync(json => json["tables"]![0]!["sha256"] = new string('0', 64), "do not fit together");
        await ManifestAsync(json => json["tables"]![0]!["table"] = "../../etc", "cannot be read");
        await ManifestAsync(json => json.AsObject().Remove("blobs"), "cannot be read");
        await File.WriteAllTextAsync(path, whole[..20]);
        await RefusedAsync("cannot be read");
        File.Delete(path);
        await RefusedAsync("holds no manifest.json");

        async Task ManifestAsync(Action<JsonNode> change, params string[] words)
        {
            var json = JsonNode.Parse(whole)!;
            change(json);
            await File.WriteAllTextAsync(path, json.ToJsonString());
            await RefusedAsync(words);
        }
    }

    [Fact]
    public async Task Backup_ThatWasNotFinished_SaysHowToGoOn()
    {
        var begun = BackupStore.NewPath();
        await Assert.ThrowsAsync<KilledException>(() => Source.BackUpAsync(begun, new(4, isDone: false)));
        var refused = await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(begun));
        Assert.Contains("was not finished", refused.Message, StringComparison.Ordinal);

        // Another store must not go on in it.
        await using var other = await BackupStore.OpenAsync(BackupStore.Azurite);
        Assert.Contains("Use an empty folder", (await Assert.ThrowsAsync<BackupException>(() => other.BackUpAsync(begun))).Message, StringComparison.Ordinal);
        Directory.Delete(begun, recursive: true);
    }

    [Fact]
    public async Task Path_ThatIsNoBackup_IsRefused()
    {
        await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(Path.Combine(_folder, "nowhere")));
        var file = Path.Combine(_folder, "cut.zip");
        await ZipFile.CreateFromDirectoryAsync(Path.Combine(_folder, "rows"), file);
        Assert.Contains("holds no manifest.json", (await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(file))).Message, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..^30]);
        Assert.Contains("cut off", (await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_ThatHoldsSomethingElse_TakesNoBackup()
    {
        Assert.Contains("finished backup", (await Assert.ThrowsAsync<BackupException>(() => Source.BackUpAsync(_folder))).Message, StringComparison.Ordinal);
        var other = Directory.CreateDirectory(BackupStore.NewPath()).FullName;
        await File.WriteAllTextAsync(Path.Combine(other, "mine.txt"), "x");
        Assert.Contains("not empty", (await Assert.ThrowsAsync<BackupException>(() => Source.BackUpAsync(other))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be made", (await Assert.ThrowsAsync<BackupException>(() => Source.BackUpAsync(Path.Combine(other, "mine.txt", "in")))).Message, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(other).Select(Path.GetFileName));
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public async Task Store_ThatIsNotEmpty_TakesNoBackup()
    {
        await Target.PutRowsAsync("Chats", "u-local", [("f", new() { ["Any"] = true })]);
        await RefusedAsync("not empty", "Chats");
        await Target.Rows.DeleteAsync(new("Chats", "u-local", "f"), DeleteCondition.Always, CancellationToken.None);
        await Target.PutBlobAsync("files/a", [1], "text/plain");
        await RefusedAsync("not empty", "the blob files/a");
    }

    [Fact]
    public async Task Store_ThatHasTheBlobsOfTheBackupAlready_TakesIt()
    {
        // As when rows move into a database and files stay in their folder.
        await Target.PutBlobAsync("files/1/Blob-1", [.. Enumerable.Range(0, 11).Select(at => (byte)at)], "text/plain; charset=utf-8");
        await Target.PutBlobAsync("long/text", [1, 2, 3], "text/plain");
        var restored = await Target.RestoreAsync(_folder);
        Assert.Equal(4, restored.Blobs.Count);
    }

    [Fact]
    public async Task Store_ThatOnlyAStartHasTouched_TakesABackupAndItsSecret()
    {
        Assert.Null(await Target.Schema.ClaimAsync(CancellationToken.None));
        await Target.PutRowsAsync("Secrets", "site", [("signing-key", new() { ["Value"] = new byte[] { 9 } })]);
        await Target.PutRowsAsync("Attempts", "2026-11-22", [("somebody", new() { ["Count"] = 1d })]);
        await Target.RestoreAsync(_folder);
        var key = await Target.Rows.GetAsync(new("Secrets", "site", "signing-key"), CancellationToken.None);
        Assert.Equal([1, 2, 3], key!.Properties.GetBytes("Value")!.Value.ToArray());
    }

    [Fact]
    public async Task Store_WhereAnotherRestoreWasInterrupted_FinishesThatOneFirst()
    {
        await Assert.ThrowsAsync<KilledException>(() => Target.RestoreAsync(_folder, new(8, isDone: true)));
        await Source.PutRowsAsync("Chats", "u-new", [("f", new() { ["Any"] = true })]);
        var other = BackupStore.NewPath();
        await Source.BackUpAsync(other);
        Assert.Contains("another backup", (await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(other))).Message, StringComparison.Ordinal);
        Assert.Contains("interrupted", (await Assert.ThrowsAsync<BackupException>(async () => throw new BackupException((await Target.Schema.RefusalAsync(CancellationToken.None))!))).Message, StringComparison.Ordinal);
        await Target.RestoreAsync(_folder);
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public async Task RowsThatASiteWroteMeanwhile_AreFoundWhenItIsReadBack()
    {
        await Assert.ThrowsAsync<KilledException>(() => Target.RestoreAsync(_folder, new(8, isDone: true)));
        await Target.PutRowsAsync("Usage", "2026", [("x", new() { ["Tokens"] = 1 })]);
        var refused = await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(_folder));
        Assert.Contains("Usage", refused.Message, StringComparison.Ordinal);
        await Target.Rows.DeleteAsync(new("Usage", "2026", "x"), DeleteCondition.Always, CancellationToken.None);
        await Target.RestoreAsync(_folder);
    }

    [Fact]
    public async Task Schema_OfANewerVersion_IsRefusedAndLeftAlone()
    {
        await Target.PutRowsAsync("Settings", "store", [("schema", new() { ["Version"] = 2 })]);
        Assert.Contains("newer version", await Target.Schema.ClaimAsync(CancellationToken.None), StringComparison.Ordinal);
        await RefusedAsync("newer version");
        Assert.Equal(2, (await Target.Schema.ReadAsync(CancellationToken.None)).Schema);
    }

    [Fact]
    public void RowLine_OfEveryKind_ComesBackAndIsCanonical()
    {
        var key = new RowKey("Accounts", "p \"q'", "r.~");
        var line = RowLine.Write(new(key, BackupStore.Everything, new("tag")));
        var (read, properties) = RowLine.Read("Accounts", line);
        Assert.Equal(key, read);
        Assert.Equal(BackupStore.Everything.OrderBy(p => p.Key, StringComparer.Ordinal), properties.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.StartsWith("""{"partition":"p \"q'","properties":{"At":{"time":"2026-11-22T03:04:05.1234567Z"},"Bytes":{"bytes":"AAH+/w=="},"Early":""", Encoding.UTF8.GetString(line), StringComparison.Ordinal);
        Assert.Contains("""{"double":"0.3333333333333333"}""", Encoding.UTF8.GetString(line), StringComparison.Ordinal);
        Assert.EndsWith("\"row\":\"r.~\"}\n", Encoding.UTF8.GetString(line), StringComparison.Ordinal);
    }

    private async Task RefusedAsync(params string[] words)
    {
        var before = await Target.Content.FindRowsAsync(CancellationToken.None);
        var refused = await Assert.ThrowsAsync<BackupException>(() => Target.RestoreAsync(_folder));
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(before, await Target.Content.FindRowsAsync(CancellationToken.None));
    }
}
