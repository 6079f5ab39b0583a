using System.Text;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.LocalDisk;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>The contract on the local disk, and what only files can do wrong.</summary>
public sealed class LocalDiskTests : BlobStoreContract
{
    private readonly string parent = Directory.CreateTempSubdirectory("blobs-").FullName;
    private readonly ManualTime time = new();

    private string Root => Path.Combine(parent, "data", "blobs");

    private string Drafts => Path.Combine(Root, ".drafts");

    private protected override Task<IBlobBackEnd> CreateBackEndAsync() => Task.FromResult<IBlobBackEnd>(NewBackEnd());

    private LocalDiskBackEnd NewBackEnd() => new(new LocalDiskOptions(Root), time);

    protected override Task CleanUpAsync()
    {
        Directory.Delete(parent, recursive: true);
        return Task.CompletedTask;
    }

    private string FileOf(string path) => Path.Combine(Root, Folder.Text, path);

    [Fact]
    public void Construction_TouchesNothing() => Assert.Empty(Directory.EnumerateFileSystemEntries(parent));

    [Fact]
    public async Task ReadsOfAFolderThatWasNeverMade_FindNothingAndMakeNothing()
    {
        Assert.Null(await BytesAsync("a"));
        Assert.Empty(await NamesAsync());
        Assert.Equal(BlobDeleteOutcome.Missing, await Store.DeleteAsync(At("a"), None));
        Assert.Equal(0, await Store.SweepAsync(None));
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task Put_FoldersAndFiles_AreTheOwnersAlone()
    {
        await PutAsync("a/b", "x");

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(owner, File.GetUnixFileMode(FileOf("a/b+blob")));
            foreach (var folder in new[] { Root, Drafts, FileOf(""), FileOf("a") })
            {
                Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            }
        }
    }

    [Fact]
    public async Task Put_OnTheDisk_IsOneFileOfAHeaderAndTheBytes()
    {
        await PutAsync("Aa/B.txt", "hello");

        var file = await File.ReadAllTextAsync(FileOf("=aa/=b.txt+blob"));

        Assert.Matches("^blob1 5 [0-9a-f]{32} text/plain +\n$", file[..512]);
        Assert.Equal("hello", file[512..]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Drafts));
    }

    [Fact]
    public async Task PutsThatFailConflictOrAreTooLarge_LeaveNoDraft()
    {
        await PutAsync("a", "x");
        await PutAsync("a", "x", BlobPutMode.IfAbsent);
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() =>
            Store.PutAsync(At("b"), new SourceStream(Pattern(10_000), breakAfter: 5_000), "text/plain", BlobPutMode.Always, None));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Drafts));
    }

    [Fact]
    public async Task Delete_LastBlobOfItsFolders_RemovesTheFolders()
    {
        await PutAsync("a/b/c/d", "x");
        await PutAsync("a/e", "x");

        await Store.DeleteAsync(At("a/b/c/d"), None);

        Assert.False(Directory.Exists(FileOf("a/b")));
        Assert.True(File.Exists(FileOf("a/e+blob")));
        await Store.DeleteAsync(At("a/e"), None);
        Assert.Equal([Drafts], Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public async Task IfAbsent_TwoStoresOnOneFolder_OneWinsEveryRace()
    {
        using var other = new BlobStore(NewBackEnd());
        for (var race = 0; race < 100; race++)
        {
            var path = At($"race/{race}");
            var outcomes = await Task.WhenAll(
                Task.Run(() => Store.PutAsync(path, "a"u8.ToArray(), "text/plain", BlobPutMode.IfAbsent, None)),
                Task.Run(() => other.PutAsync(path, "b"u8.ToArray(), "text/plain", BlobPutMode.IfAbsent, None)));

            Assert.Single(outcomes, BlobPutOutcome.Stored);
            Assert.Equal(outcomes[0] == BlobPutOutcome.Stored ? "a" : "b", await TextAsync($"race/{race}"));
        }
    }

    [Fact]
    public async Task PutAndDelete_OfTheOnlyBlobOfAFolder_NeverMissEachOther()
    {
        using var other = new BlobStore(NewBackEnd());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (var n = 0; n < 100; n++)
            {
                Assert.Equal(BlobPutOutcome.Stored, await (worker % 2 == 0 ? Store : other).PutAsync(At($"deep/er/{worker}"), "x"u8.ToArray(), "text/plain", BlobPutMode.Always, None));
                Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(At($"deep/er/{worker}"), None));
            }
        })));
    }

    [Fact]
    public async Task Sweep_DraftsOfAKill_GoAfterAnHourAndNothingElse()
    {
        await PutAsync("a", "x");
        var old = Path.Combine(Drafts, "old");
        var young = Path.Combine(Drafts, "young");
        await File.WriteAllTextAsync(old, "half");
        await File.WriteAllTextAsync(young, "half");
        File.SetLastWriteTimeUtc(old, (time.GetUtcNow() - TimeSpan.FromMinutes(61)).UtcDateTime);
        File.SetLastWriteTimeUtc(young, (time.GetUtcNow() - TimeSpan.FromMinutes(59)).UtcDateTime);
        File.SetLastWriteTimeUtc(FileOf("a+blob"), (time.GetUtcNow() - TimeSpan.FromDays(1)).UtcDateTime);

        Assert.Equal(1, await Store.SweepAsync(None));
        Assert.Equal(0, await Store.SweepAsync(None));

        Assert.Equal([young], Directory.EnumerateFileSystemEntries(Drafts));
        Assert.Equal("x", await TextAsync("a"));
    }

    [Fact]
    public async Task List_DraftsAndStrangersFiles_AreNotSeen()
    {
        await PutAsync("a", "x");
        await File.WriteAllTextAsync(FileOf("stray.txt"), "x");
        await File.WriteAllTextAsync(FileOf("A+blob"), new string('x', 600));
        await File.WriteAllTextAsync(Path.Combine(Drafts, "half+blob"), new string('x', 600));
        Directory.CreateDirectory(FileOf("Strange Folder"));

        Assert.Equal(["a"], await NamesAsync());
        Assert.Equal([At("a")], (await Store.ListAsync(BlobPrefix.All, 10, null, None)).Blobs.Select(blob => blob.Path));
    }

    [Fact]
    public async Task SymbolicLinks_LeadNowhere()
    {
        await PutAsync("a", "x");
        var outside = Directory.CreateDirectory(Path.Combine(parent, "outside")).FullName;
        var secret = Path.Combine(outside, "secret+blob");
        await File.WriteAllTextAsync(secret, new LocalDiskHeaderText("secret").Text);
        Directory.CreateSymbolicLink(FileOf("folder"), outside);
        File.CreateSymbolicLink(FileOf("file+blob"), secret);
        File.CreateSymbolicLink(FileOf("dangling+blob"), Path.Combine(outside, "new"));

        foreach (var path in new[] { "folder/secret", "folder/new", "file", "dangling" })
        {
            foreach (var call in new Func<Task>[]
            {
                () => BytesAsync(path), () => Store.DeleteAsync(At(path), None), () => PutAsync(path, "y"), () => PutAsync(path, "y", BlobPutMode.IfAbsent),
            })
            {
                Assert.Contains("symbolic link", (await Assert.ThrowsAsync<StoreUnavailableException>(call)).Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(["a"], await NamesAsync());
        Assert.Equal([secret], Directory.EnumerateFileSystemEntries(outside));
        Assert.EndsWith("secret", await File.ReadAllTextAsync(secret), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_ThatIsASymbolicLink_IsTheOperatorsChoice()
    {
        var volume = Directory.CreateDirectory(Path.Combine(parent, "volume")).FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(Root)!);
        Directory.CreateSymbolicLink(Root, volume);

        await PutAsync("a", "x");

        Assert.Equal("x", await TextAsync("a"));
        Assert.True(File.Exists(Path.Combine(volume, Folder.Text, "a+blob")));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(700)]
    public async Task Open_FileThatWasCut_OneSentenceAndNeverShortBytes(int length)
    {
        await PutAsync("a", Pattern(1_000));
        await using (var file = File.OpenWrite(FileOf("a+blob")))
        {
            file.SetLength(length);
        }

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => BytesAsync("a"));
        Assert.Matches("^The blob folder .*a\\+blob.* restore a backup.*\\.$", failure.Message);
    }

    [Fact]
    public async Task Read_FileThatIsCutWhileItIsRead_Throws()
    {
        await PutAsync("a", Pattern(ManyBytes));
        await using var read = await Store.OpenReadAsync(At("a"), null, None);
        await read!.Content.ReadExactlyAsync(new byte[1_000]);
        await using (var file = new FileStream(FileOf("a+blob"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(10_000);
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => read.Content.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Read_BlobThatIsReplacedAndDeletedMeanwhile_GoesOnWithItsVersion()
    {
        await PutAsync("a", Pattern(ManyBytes));
        await using var read = await Store.OpenReadAsync(At("a"), null, None);
        await PutAsync("a", "other");
        await Store.DeleteAsync(At("a"), None);

        using var bytes = new MemoryStream();
        await read!.Content.CopyToAsync(bytes);
        Assert.Equal(Pattern(ManyBytes), bytes.ToArray());
    }

    [Fact]
    public async Task Root_ThatCannotBeMade_OneSentenceThatNamesIt()
    {
        var file = Path.Combine(parent, "file");
        await File.WriteAllTextAsync(file, "x");
        foreach (var root in OperatingSystem.IsLinux() ? new[] { Path.Combine(file, "blobs"), "/proc/blobs" } : [Path.Combine(file, "blobs")])
        {
            using var store = new BlobStore(new LocalDiskBackEnd(new LocalDiskOptions(root), time));
            var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync(new BlobPath("a"), "x"u8.ToArray(), "text/plain", BlobPutMode.Always, None));
            Assert.StartsWith($"The blob folder {root} ", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(28, "disk is full")]
    [InlineData(122, "disk is full")]
    [InlineData(30, "read-only")]
    [InlineData(1, "hard links")]
    [InlineData(5, "cannot be made or used (Input/output error)")]
    public void Failure_OfTheSystem_SaysWhatToDo(int error, string expected) =>
        Assert.Contains(expected, LocalDiskFailure.Describe("/data", new IOException("Input/output error", error)).Message, StringComparison.Ordinal);

    /// <summary>A whole blob file, made by hand.</summary>
    private sealed record LocalDiskHeaderText(string Content)
    {
        public string Text => Encoding.ASCII.GetString(new LocalDiskHeader(Content.Length, new ETag("x"), "text/plain").Write()) + Content;
    }
}
