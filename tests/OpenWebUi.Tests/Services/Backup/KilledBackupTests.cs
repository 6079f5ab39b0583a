using OpenWebUi.Tests.Services.Conversations;

namespace OpenWebUi.Tests.Services.Backup;

/// <summary>Killed at each of its storage operations, done or not, and run again.</summary>
public sealed class KilledBackupTests
{
    private const int Rows = 705;
    private const int Blobs = 5;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_KilledAnywhere_GoesOnToTheSameHashes(bool isDone)
    {
        await using var store = await BackupStore.OpenAsync(BackupStore.Sqlite);
        await store.FillAsync(Rows, Blobs);
        var folder = BackupStore.NewPath();
        var whole = await store.BackUpAsync(folder);
        Directory.Delete(folder, recursive: true);

        for (var at = 1; ; at++)
        {
            var fault = new FaultPoint(at, isDone);
            var first = await Record.ExceptionAsync(() => store.BackUpAsync(folder, fault));
            if (!fault.WasReached)
            {
                Assert.Null(first);
                Assert.True(at > 10, $"only {at} operations");
                Directory.Delete(folder, recursive: true);
                return;
            }

            Assert.IsType<KilledException>(first);
            Assert.Equal(whole.ContentSha256, (await store.BackUpAsync(folder)).ContentSha256);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_KilledAnywhere_GoesOnToTheSameHashes(bool isDone)
    {
        await using var store = await BackupStore.OpenAsync(BackupStore.Sqlite);
        await store.FillAsync(Rows, Blobs);
        var (folder, again) = (BackupStore.NewPath(), BackupStore.NewPath());
        var whole = await store.BackUpAsync(folder);

        for (var at = 1; ; at++)
        {
            await using var target = await BackupStore.OpenAsync(BackupStore.Sqlite);
            var fault = new FaultPoint(at, isDone);
            var first = await Record.ExceptionAsync(() => target.RestoreAsync(folder, fault));
            if (fault.WasReached)
            {
                Assert.IsType<KilledException>(first);
                // Dead behind its very last write it was done.
                if (await target.Schema.RefusalAsync(CancellationToken.None) is not null || await target.Content.FindRowsAsync(CancellationToken.None) is null)
                {
                    await target.RestoreAsync(folder);
                }
            }

            Assert.Null(await target.Schema.RefusalAsync(CancellationToken.None));
            Assert.Equal(whole.ContentSha256, (await target.BackUpAsync(again)).ContentSha256);
            Directory.Delete(again, recursive: true);
            if (!fault.WasReached)
            {
                Assert.True(at > 25, $"only {at} operations");
                Directory.Delete(folder, recursive: true);
                return;
            }
        }
    }
}
