using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Backup;
using OpenWebUi.Tests.Services.Conversations;

namespace OpenWebUi.Tests.Services.Backup;

/// <summary>A backup of each store goes into each other one, also when both ways are killed in the middle.</summary>
public sealed class StorePairTests : IDisposable
{
    private readonly string _first = BackupStore.NewPath();
    private readonly string _second = BackupStore.NewPath();

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var from in BackupStore.Kinds)
            {
                foreach (var to in BackupStore.Kinds)
                {
                    pairs.Add(from, to);
                }
            }

            return pairs;
        }
    }

    public void Dispose()
    {
        foreach (var folder in new[] { _first, _second }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Backup_OfEachStore_RestoredIntoEachOther_HasTheSameHashes(string from, string to)
    {
        await using var source = await BackupStore.OpenAsync(from);
        await using var target = await BackupStore.OpenAsync(to);
        await source.FillAsync();

        var made = await source.BackUpAsync(_first);
        Assert.Equal(["Accounts", "Chats", "Secrets"], made.Tables.Select(table => table.Table));
        Assert.Equal((1_218, 106), (made.Rows, made.Blobs.Count));

        var restored = await target.RestoreAsync(_first);
        var again = await target.BackUpAsync(_second);
        Assert.Equal(made.ContentSha256, restored.ContentSha256);
        Assert.Equal(made.ContentSha256, again.ContentSha256);
        Assert.Equal(made.Tables, again.Tables);
        var row = await target.Rows.GetAsync(new("Accounts", "accounts", "everything"), CancellationToken.None);
        Assert.Equal(BackupStore.Everything.OrderBy(p => p.Key, StringComparer.Ordinal), row!.Properties.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Null(await target.Rows.GetAsync(new("Attempts", "2026-11-22", "somebody"), CancellationToken.None));
        Assert.Null(await target.Schema.RefusalAsync(CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Backup_KilledInTheMiddleOfBothWays_GoesOnToTheSameHashes(string from, string to)
    {
        await using var source = await BackupStore.OpenAsync(from);
        await using var target = await BackupStore.OpenAsync(to);
        await source.FillAsync();
        var whole = await source.BackUpAsync(_second);

        // In the second page of rows; among the blobs.
        foreach (var at in new[] { 4, 60 })
        {
            await Assert.ThrowsAsync<KilledException>(() => source.BackUpAsync(_first, new(at, isDone: false)));
            Assert.False(File.Exists(Path.Combine(_first, BackupForm.Manifest)));
        }

        Assert.Equal(whole.ContentSha256, (await source.BackUpAsync(_first)).ContentSha256);
        Assert.False(File.Exists(Path.Combine(_first, BackupForm.Journal)));

        // Among the rows; among the blobs; while it reads back.
        foreach (var at in new[] { 12, 70, 115 })
        {
            await Assert.ThrowsAsync<KilledException>(() => target.RestoreAsync(_first, new(at, isDone: true)));
            Assert.Contains("interrupted", await target.Schema.RefusalAsync(CancellationToken.None), StringComparison.Ordinal);
        }

        await target.RestoreAsync(_first);
        Assert.Null(await target.Schema.RefusalAsync(CancellationToken.None));
        Directory.Delete(_second, recursive: true);
        Assert.Equal(whole.ContentSha256, (await target.BackUpAsync(_second)).ContentSha256);
    }
}
