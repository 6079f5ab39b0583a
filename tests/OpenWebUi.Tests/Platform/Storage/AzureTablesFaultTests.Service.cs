using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Storage;

public sealed partial class AzureTablesFaultTests
{
    [Fact]
    public async Task Put_Throttled_IsRepeatedUntilItIsDone()
    {
        Proxy.Order(Fault.Busy, "PUT", 2);
        Proxy.Order(Fault.TooMany, "PUT", 2);

        await PutAsync("a");

        Assert.Equal([503, 503, 429, 429, 204], Proxy.Seen.Where(request => request.Method == "PUT").Select(request => request.Status));
        Assert.Single(Proxy.Seen.Select(request => request.Id).Distinct());
    }

    [Fact]
    public async Task Delete_ConnectionClosedInOrderAfterItWasDone_Deleted()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync();
        using var raw = new StoragePipeline(
            AzuriteServer.AccountOf(AzuriteServer.ConnectionStringOf(new Uri($"http://{listener.LocalEndpoint}/devstoreaccount1"), Proxy.Address)), Hasty);
        using var rows = new RowStore(new AzureTablesBackEnd(raw, new AzureTablesOptions("tests")));

        Assert.Null(await rows.GetAsync(Key("a"), None));
        // The client of .NET itself would repeat a request without a body over a connection that was used before.
        Assert.Equal(DeleteOutcome.Deleted, await rows.DeleteAsync(Key("a"), DeleteCondition.Always, None));
        await serving;

        async Task ServeAsync()
        {
            using (var first = await listener.AcceptTcpClientAsync())
            {
                await AnswerAsync(first, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                await AnswerAsync(first, "");
                first.Client.Shutdown(SocketShutdown.Send);
            }

            using var second = await listener.AcceptTcpClientAsync();
            await AnswerAsync(second, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        }

        static async Task AnswerAsync(TcpClient client, string answer)
        {
            var buffer = new byte[8_192];
            var length = 0;
            do
            {
                var read = await client.GetStream().ReadAsync(buffer.AsMemory(length));
                Assert.NotEqual(0, read);
                length += read;
            }
            while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8));
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        }
    }

    [Fact]
    public async Task Get_StaysBusy_UnavailableAfterFourRepetitions()
    {
        Proxy.Order(Fault.Busy, "GET", 5);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));

        Assert.Contains("stayed too busy", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, Proxy.Count("GET"));
    }

    [Fact]
    public async Task Get_BusyForAnHour_UnavailableAtOnce()
    {
        Proxy.Order(Fault.LongBusy, "GET");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));

        Assert.Equal(1, Proxy.Count("GET"));
    }

    [Fact]
    public async Task QueryAll_FailuresAndEmptyPagesInTheMiddle_EveryRowOnce()
    {
        var rows = Enumerable.Range(0, 30).Select(n => $"{n:D2}").ToArray();
        await Store.BatchAsync(Table, partition, [.. rows.Select(row => new RowOperation.Put(row, Text(row), PutCondition.Always))], None);
        foreach (var fault in new[] { Fault.ShortPage, Fault.CutBefore, Fault.ShortPage, Fault.EmptyPage, Fault.EmptyPage, Fault.Busy, Fault.ShortPage })
        {
            Proxy.Order(fault, "GET");
        }

        Assert.Equal(rows, await Store.QueryAllAsync(Table, partition, RowRange.All, None).Select(row => row.Key.Row).ToListAsync());
    }

    [Fact]
    public async Task Query_EmptyPagesWithoutEnd_Unavailable()
    {
        Proxy.Order(Fault.EmptyPage, "GET", 200);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.QueryAsync(Table, partition, RowRange.All, 10, null, None));

        Assert.Contains("empty page", failure.Message, StringComparison.Ordinal);
        Assert.Equal(100, Proxy.Count("GET"));
    }

    [Fact]
    public async Task EveryVerb_InTheNormalCase_IsOneRequest()
    {
        var etag = await PutAsync("warm");
        var before = Proxy.Seen.Count;

        await Store.GetAsync(Key("warm"), None);
        await PutAsync("warm", "y", PutCondition.IfMatch(etag));
        await PutAsync("a", "x", PutCondition.IfAbsent);
        await PutAsync("a", "x", PutCondition.IfAbsent);
        await Store.QueryAsync(Table, partition, RowRange.All, 10, null, None);
        await Store.BatchAsync(Table, partition, [new RowOperation.Delete("a", DeleteCondition.Always)], None);
        await Store.DeleteAsync(Key("warm"), DeleteCondition.Always, None);

        Assert.Equal(7, Proxy.Seen.Count - before);
    }

    [Fact]
    public async Task Table_NotThere_IsMadeByTheFirstWriteOnly()
    {
        var (fresh, rows) = Open(Hasty, $"t{Guid.NewGuid():N}");
        using var _ = fresh;

        Assert.Null(await rows.GetAsync(Key("a"), None));
        Assert.Empty((await rows.QueryAsync(Table, partition, RowRange.All, 10, null, None)).Rows);
        Assert.Equal(DeleteOutcome.Missing, await rows.DeleteAsync(Key("a"), DeleteCondition.Always, None));
        Assert.IsType<PutOutcome.Missing>(await rows.PutAsync(Key("a"), Text("x"), PutCondition.IfMatch(new ETag("none")), None));
        Assert.Equal(0, Proxy.Count("POST"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => rows.PutAsync(Key("a"), Text($"{n}"), PutCondition.IfAbsent, None)));

        Assert.Single(outcomes, outcome => outcome is PutOutcome.Stored);
        Assert.Equal(9, outcomes.Count(outcome => outcome is PutOutcome.Conflict));
    }

    [Fact]
    public async Task Batch_TableNotThere_IsMade()
    {
        var (fresh, rows) = Open(Hasty, $"t{Guid.NewGuid():N}");
        using var _ = fresh;

        Assert.IsType<BatchOutcome.Committed>(await rows.BatchAsync(Table, partition, [new RowOperation.Put("a", Text("x"), PutCondition.IfAbsent)], None));
    }

    [Fact]
    public async Task Get_Cancelled_PassesThrough()
    {
        Proxy.Order(Fault.Hang, "GET");
        using var source = new CancellationTokenSource();

        var get = Store.GetAsync(Key("a"), source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
    }

    [Fact]
    public async Task Get_NoAnswer_UnavailableAfterTheTimeout()
    {
        Proxy.Order(Fault.Hang, "GET", 2);
        var (patient, rows) = Open(Hasty with { MaxRetries = 1, NetworkTimeout = TimeSpan.FromMilliseconds(50) });
        using var _ = patient;

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.GetAsync(Key("a"), None));

        Assert.Contains("did not answer in time", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AnswerOfAnotherProgram_Unavailable()
    {
        Proxy.Order(Fault.EmptyPage, "GET");

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store.GetAsync(Key("a"), None));

        Assert.Contains("cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/devstoreaccount1", "AAAA", "start Azurite")]
    [InlineData("http://no-such-account.invalid", "AAAA", "check the account's name")]
    [InlineData(null, "bm90IHRoZSBrZXk=", "check AccountKey in AzureWebJobsStorage")]
    public async Task Account_CannotBeUsed_IsOneSentenceThatSaysWhatToDo(string? endpoint, string key, string expected)
    {
        endpoint ??= (await AzuriteServer.GetAsync()).TableEndpoint.ToString();
        using var broken = new StoragePipeline(
            AzuriteServer.AccountOf($"AccountName=devstoreaccount1;AccountKey={key};TableEndpoint={endpoint}"), Hasty);
        using var rows = new RowStore(new AzureTablesBackEnd(broken, new AzureTablesOptions("tests")));

        var get = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.GetAsync(Key("a"), None));
        var put = await Assert.ThrowsAsync<StoreUnavailableException>(() => rows.PutAsync(Key("a"), Text("x"), PutCondition.Always, None));

        Assert.Contains(expected, get.Message, StringComparison.Ordinal);
        Assert.Contains(expected, put.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', get.Message);
        Assert.DoesNotContain(key, get.Message, StringComparison.Ordinal);
    }
}
