using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Housekeeping;

public sealed class AwakeHousekeepingTests
{
    [Fact]
    public async Task TwoLocalProcesses_OnOneStore_RemoveWhatIsDue()
    {
        var data = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        try
        {
            var time = new ManualTime();
            await using var one = await TestSite.StartAsync(time, ("DATA_DIR", data));
            await using var two = await TestSite.StartAsync(time, ("DATA_DIR", data));
            var rows = one.Services.GetRequiredService<RowStore>();
            var now = time.GetUtcNow();
            var chat = await one.Services.GetRequiredService<ChatWriter>().CreateAsync(OwnerId.Local, new(ChatId.New(), "x", now, now), [], default);
            using var deleted = await one.Client.DeleteAsync($"/api/v1/chats/{chat.Id}");
            Assert.Equal("true", await deleted.Content.ReadAsStringAsync());
            await time.AdvanceUntilAsync(EmptyAsync(rows, ChatRows.Table, OwnerId.Local.Text), TimeSpan.FromMinutes(10));
            await time.AdvanceUntilAsync(EmptyAsync(rows, Leftover.Table, Leftover.Partition), TimeSpan.FromMinutes(10));
            Assert.Empty((await rows.QueryAsync(ChatRows.Table, OwnerId.Local.Text, RowRange.All, 10, null, default)).Rows);
            Assert.True(time.GetUtcNow() - now >= Leftover.Grace);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task EmptyAsync(RowStore rows, string table, string partition)
    {
        while ((await rows.QueryAsync(table, partition, RowRange.All, 1, null, default)).Rows.Count > 0)
        {
            await Task.Yield();
        }
    }
}
