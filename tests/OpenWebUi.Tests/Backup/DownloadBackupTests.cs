using System.IO.Compression;
using System.Net;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Backup;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Services.Backup;

namespace OpenWebUi.Tests.Backup;

/// <summary>The backup that an administrator downloads. Who may is asked of every route (EndpointMatrixTests).</summary>
public sealed class DownloadBackupTests
{
    private const string Address = "/api/v1/utils/db/download";

    [Fact]
    public async Task Download_ByAnAdministrator_IsAZipThatARestoreTakes()
    {
        await using var site = await AccountSite.StartAsync();
        var (store, blobs) = (site.Get<RowStore>(), site.Get<BlobStore>());
        for (var n = 0; n < 1_100; n++)
        {
            await store.PutAsync(new("Chats", $"u-{n % 3}", $"x.{n:D5}.c"), new() { ["Title"] = $"Übung {n}" }, PutCondition.Always, CancellationToken.None);
        }

        for (var n = 0; n < 3; n++)
        {
            await blobs.PutAsync(new($"files/a/{n}"), new byte[n * 100_000], "image/png", BlobPutMode.Always, CancellationToken.None);
        }

        var path = BackupStore.NewPath() + ".zip";
        using (var answer = await site.Admin.Bearer.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/zip", answer.Content.Headers.ContentType!.MediaType);
            Assert.Matches("^openwebui-backup-[0-9-]+\\.zip$", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition.DispositionType);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.Null(answer.Content.Headers.ContentLength);
            await using var file = File.Create(path);
            await answer.Content.CopyToAsync(file);
        }

        await using (var zip = await ZipFile.OpenReadAsync(path))
        {
            Assert.Equal("manifest.json", zip.Entries[^1].FullName);
        }

        await using var target = await BackupStore.OpenAsync(BackupStore.Sqlite);
        var restored = await target.RestoreAsync(path);
        var folder = BackupStore.NewPath();
        var again = await new FolderBackup(site.Get<StoreContent>(), "site", TimeProvider.System, BackupStore.Silent).RunAsync(folder, CancellationToken.None);
        Assert.Equal(again.ContentSha256, restored.ContentSha256);
        Assert.Equal(3, restored.Blobs.Count);
        Assert.Contains(restored.Tables, table => table is { Table: "Chats", Rows: 1_100 });
        Assert.Contains(restored.Tables, table => table.Table == "Secrets");
        File.Delete(path);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Download_OfAStoreThatFailsOnTheWay_IsCutOff_AndTheNextOneWorks()
    {
        FaultyRows? rows = null;
        await using var site = await AccountSite.StartAsync(TimeProvider.System, inner => rows = new(inner));
        var scans = 0;
        rows!.Plan = (verb, _) => verb == "scan" && ++scans == 2 ? RowFault.Unavailable : RowFault.None;
        await Assert.ThrowsAsync<HttpRequestException>(() => site.Admin.Bearer.GetByteArrayAsync(Address));
        rows.Plan = (verb, _) => verb == "tables" ? RowFault.Unavailable : RowFault.None;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await site.Admin.Bearer.StatusAsync(Address));
        rows.Plan = null;
        Assert.NotEmpty(await site.Admin.Bearer.GetByteArrayAsync(Address));
    }

    [Fact]
    public async Task Download_WhereItIsSwitchedOff_SaysWhatToDo()
    {
        await using var site = await AccountSite.StartAsync(("ENABLE_ADMIN_EXPORT", "false"));
        using var answer = await site.Admin.Bearer.CallAsync("GET", Address, null);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("ENABLE_ADMIN_EXPORT", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False((await (await site.Admin.Bearer.CallAsync("GET", "/api/config", null)).JsonAsync()).GetProperty("features").GetProperty("enable_admin_export").GetBoolean());
    }

    [Fact]
    public async Task Config_TellsAdministratorsOnly()
    {
        await using var site = await AccountSite.StartAsync();
        foreach (var (who, isOffered) in new[] { ("stranger", false), ("user", false), ("admin", true) })
        {
            using var answer = await site.ClientOf(who).CallAsync("GET", "/api/config", null);
            Assert.Equal(isOffered, (await answer.JsonAsync()).GetProperty("features").GetProperty("enable_admin_export").GetBoolean());
        }
    }
}
