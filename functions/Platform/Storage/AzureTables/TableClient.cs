using System.Text;
using Azure.Core;
using OpenWebUi.Platform.Azure;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>Sends requests to the Table service and makes tables that are not there yet.</summary>
internal sealed class TableClient(StoragePipeline pipeline, AzureTablesOptions options)
{
    private readonly TableRequests requests = new(pipeline.Account, options);

    public StorageAccount Account => pipeline.Account;

    public TableRequests Requests => requests;

    /// <param name="address">What to read.</param>
    /// <param name="about">The write that this read settles: it bears the same id in the service's log. Else null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<TableAnswer> GetAsync(Uri address, TableAnswer? about, CancellationToken cancellationToken) =>
        SendAsync(RequestMethod.Get, address, body: null, TableRequests.Headers(ifMatch: null, hasBody: false), cancellationToken, about?.RequestId);

    /// <param name="change">The write.</param>
    /// <param name="makesTable">Whether to make the table where it is missing and to try once more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<TableAnswer> ChangeAsync(EntityChange change, bool makesTable, CancellationToken cancellationToken)
    {
        var (method, address, ifMatch) = requests.Change(change.Key, change.Operation);
        // An empty body for a DELETE too: without one the handler would itself repeat it over a connection that broke, unseen.
        var body = change.Body?.Json ?? ReadOnlyMemory<byte>.Empty;
        return WithTableAsync(change.Key.Table, makesTable, async () =>
        {
            var answer = await SendAsync(method, address, body, TableRequests.Headers(ifMatch, hasBody: change.Body is not null), cancellationToken);
            return (answer, answer.IsTableMissing);
        }, cancellationToken);
    }

    /// <summary>The whole answer and the embedded ones: one for each operation, or one with the error.</summary>
    public async Task<(TableAnswer Whole, IReadOnlyList<PartAnswer> Parts)> BatchAsync(
        string table, IReadOnlyList<EntityChange> changes, CancellationToken cancellationToken)
    {
        var boundary = Guid.NewGuid();
        var body = EntityBatch.Write(changes, requests, boundary);
        (string, string)[] headers = [("Content-Type", $"multipart/mixed; boundary={EntityBatch.Name(boundary)}"), ("Accept", "application/json"), ("DataServiceVersion", "3.0"), ("MaxDataServiceVersion", "3.0;NetFx")];
        return await WithTableAsync(table, makesTable: true, async () =>
        {
            var whole = await SendAsync(RequestMethod.Post, requests.AddressOfBatch(), body, headers, cancellationToken);
            var parts = whole.IsSuccess ? Understand(table, () => EntityBatch.Read(whole.Body)) : [new PartAnswer(whole.Status, null, whole.Error)];
            return ((whole, parts), parts is [{ Status: 404, Error.Code: "TableNotFound" }]);
        }, cancellationToken);
    }

    public StoreUnavailableException Failure(string table, TableAnswer answer) => TableFailure.Of(pipeline.Account, requests.NameOf(table), answer.Status, answer.Error);

    /// <summary>Runs what reads an answer; what cannot be read is the service's fault.</summary>
    public T Understand<T>(string table, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (TableFailure.IsUnreadable(exception))
        {
            throw TableFailure.Unreadable(pipeline.Account, requests.NameOf(table), exception);
        }
    }

    private async Task<T> WithTableAsync<T>(string table, bool makesTable, Func<Task<(T Answer, bool IsTableMissing)>> send, CancellationToken cancellationToken)
    {
        var (answer, isTableMissing) = await send();
        if (!isTableMissing || !makesTable)
        {
            return answer;
        }

        await MakeTableAsync(table, cancellationToken);
        return (await send()).Answer;
    }

    private async Task MakeTableAsync(string table, CancellationToken cancellationToken)
    {
        var body = Encoding.ASCII.GetBytes($$"""{"TableName":"{{requests.NameOf(table)}}"}""");
        var answer = await SendAsync(RequestMethod.Post, requests.AddressOfTables(), body, TableRequests.Headers(ifMatch: null, hasBody: true), cancellationToken);
        if (!answer.IsSuccess && answer.Error?.Code != "TableAlreadyExists")
        {
            throw Failure(table, answer);
        }
    }

    private async Task<TableAnswer> SendAsync(
        RequestMethod method, Uri address, ReadOnlyMemory<byte>? body, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken, string? requestId = null)
    {
        using var message = pipeline.Tables.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(address);
        message.Request.ClientRequestId = requestId ?? message.Request.ClientRequestId;
        foreach (var (name, value) in headers)
        {
            message.Request.Headers.SetValue(name, value);
        }

        if (body is { } content)
        {
            message.Request.Content = RequestContent.Create(content);
        }

        try
        {
            await pipeline.Tables.SendAsync(message, cancellationToken);
            return TableAnswer.Of(message);
        }
        catch (Exception exception) when (StorageFailure.Is(exception, cancellationToken))
        {
            throw TableFailure.Of(pipeline.Account, exception);
        }
    }
}
