using System.Text.Json;
using Azure;
using Azure.Core;
using OpenWebUi.Platform.Azure;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>What the Table service answered, read to its end.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body; empty where there was none.</param>
/// <param name="ETag">The header, or null.</param>
/// <param name="NextPartition">The header x-ms-continuation-NextPartitionKey, or null: opaque, it goes back as it came.</param>
/// <param name="NextRow">The header x-ms-continuation-NextRowKey, or null.</param>
/// <param name="NextTable">The header x-ms-continuation-NextTableName, or null.</param>
/// <param name="RequestId">The x-ms-client-request-id that all tries of the request bore.</param>
/// <param name="MayHaveBeenDone">An earlier try of the same request may have been done, its answer lost.</param>
internal sealed record TableAnswer(int Status, ReadOnlyMemory<byte> Body, string? ETag, string? NextPartition, string? NextRow, string? NextTable, string RequestId, bool MayHaveBeenDone)
{
    /// <summary>The error's code and text; null where the body is none.</summary>
    public TableError? Error { get; } = Status >= 400 ? TableError.Read(Body) : null;

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>409, but only because the row is there; other conflicts are about the table.</summary>
    public bool IsRowThere => Status == 409 && Error?.Code is null or "EntityAlreadyExists";

    public bool IsTableMissing => Status == 404 && Error?.Code == "TableNotFound";

    /// <summary>404, of the row or of its table: both mean that there is no row.</summary>
    public bool IsRowMissing => Status == 404;

    public bool IsOtherVersion => Status == 412;

    public static TableAnswer Of(HttpMessage message)
    {
        var response = message.Response;
        return new TableAnswer(
            response.Status,
            response.Content.ToMemory(),
            Header(response, "ETag"),
            Header(response, "x-ms-continuation-NextPartitionKey"),
            Header(response, "x-ms-continuation-NextRowKey"),
            Header(response, "x-ms-continuation-NextTableName"),
            message.Request.ClientRequestId,
            StorageRetries.MayHaveBeenDone(message));
    }

    private static string? Header(Response response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;
}

/// <summary>An error of the Table service: <c>{"odata.error":{"code":"...","message":{"value":"..."}}}</c>.</summary>
/// <remarks>"Status and error codes", "Table service error codes" (learn.microsoft.com, read 2026-11).</remarks>
internal sealed record TableError(string Code, string Message)
{
    public static TableError? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var error = document.RootElement.GetProperty("odata.error");
            return new TableError(error.GetProperty("code").GetString() ?? "", error.GetProperty("message").GetProperty("value").GetString() ?? "");
        }
        // A proxy's page, or nothing at all: the status has to do.
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>In a batch the message begins with the index of the operation that failed: "2:The specified entity already exists."</summary>
    public int? Index => int.TryParse(Message.AsSpan(0, Math.Max(0, Message.IndexOf(':', StringComparison.Ordinal))), out var index) ? index : null;
}
