using Azure.Core;
using OpenWebUi.Platform.Azure;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>Where each operation goes and with which headers, alone or inside a batch.</summary>
/// <remarks>"Table service REST API": Query Entities, Insert Entity, Insert Or Replace Entity, Update Entity, Delete Entity, Create Table (learn.microsoft.com, read 2026-11).</remarks>
internal sealed class TableRequests(StorageAccount account, AzureTablesOptions options)
{
    private const int MaxTableChars = 63;

    /// <summary>Types where they are not plain, and the tag of each entity; no links.</summary>
    private const string Accepted = "application/json;odata=minimalmetadata";

    /// <summary>A tag of the service's form that no row ever has: its oldest time.</summary>
    private const string NeverTag = "W/\"datetime'1601-01-01T00%3A00%3A00.0000000Z'\"";

    /// <summary>The table's name in the account.</summary>
    public string NameOf(string table)
    {
        var name = options.TablePrefix + table;
        return name.Length <= MaxTableChars ? name : throw new ArgumentException($"The table name \"{name}\" is longer than {MaxTableChars} characters.", nameof(table));
    }

    public Uri AddressOf(string table) => new($"{account.TableRoot}/{NameOf(table)}");

    public Uri AddressOf(RowKey key) =>
        new($"{account.TableRoot}/{NameOf(key.Table)}(PartitionKey='{Quoted(key.Partition)}',RowKey='{Quoted(key.Row)}')");

    public Uri AddressOfTables() => new($"{account.TableRoot}/Tables");

    public Uri AddressOfBatch() => new($"{account.TableRoot}/$batch");

    /// <param name="table">The table.</param>
    /// <param name="filter">The condition in the service's language, not yet encoded; null for all rows.</param>
    /// <param name="top">The most rows to send.</param>
    /// <param name="next">The continuation of the page before, or nulls.</param>
    public Uri AddressOfQuery(string table, string? filter, int top, (string? Partition, string? Row) next)
    {
        var address = $"{account.TableRoot}/{NameOf(table)}()?$top={top}";
        address += filter is null ? "" : $"&$filter={Uri.EscapeDataString(filter)}";
        address += next.Partition is null ? "" : $"&NextPartitionKey={Uri.EscapeDataString(next.Partition)}";
        address += next.Row is null ? "" : $"&NextRowKey={Uri.EscapeDataString(next.Row)}";
        return new Uri(address);
    }

    /// <summary>Our tables: their names begin with the prefix.</summary>
    /// <param name="next">The header x-ms-continuation-NextTableName of the page before, or null.</param>
    public Uri AddressOfTableNames(string? next)
    {
        var before = options.TablePrefix[..^1] + (char)(options.TablePrefix[^1] + 1);
        var filter = $"TableName ge {Literal(options.TablePrefix)} and TableName lt {Literal(before)}";
        return new($"{account.TableRoot}/Tables?$filter={Uri.EscapeDataString(filter)}" + (next is null ? "" : $"&NextTableName={Uri.EscapeDataString(next)}"));
    }

    /// <summary>
    /// The rows of a table behind a place: the rest of its partition, then the partitions behind it. One condition for both would be an
    /// "or", for which the service reads the table from its beginning.
    /// </summary>
    public static string? FilterOf(ScanPlace? place) => place switch
    {
        null => null,
        { Row: "" } after => $"PartitionKey gt {Literal(after.Partition)}",
        { } inside => $"PartitionKey eq {Literal(inside.Partition)} and RowKey gt {Literal(inside.Row)}",
    };

    /// <summary>The rows of the range that come after the continuation, or null where none can.</summary>
    public static string? FilterOf(string partition, RowRange range, string? continuation)
    {
        var resumes = continuation is not null && (range.From is null || string.CompareOrdinal(continuation, range.From) >= 0);
        var first = resumes ? continuation : range.From;
        if (first is not null && range.Before is not null && string.CompareOrdinal(first, range.Before) >= 0)
        {
            return null;
        }

        return $"PartitionKey eq {Literal(partition)}"
            + (first is null ? "" : $" and RowKey {(resumes ? "gt" : "ge")} {Literal(first)}")
            + (range.Before is null ? "" : $" and RowKey lt {Literal(range.Before)}");
    }

    /// <summary>
    /// Verb, address and If-Match of a change. An insert fails where a row is, a PUT without If-Match replaces or inserts,
    /// a PUT with it replaces that version, a DELETE always names a version or <c>*</c>.
    /// </summary>
    public (RequestMethod Method, Uri Address, string? IfMatch) Change(RowKey key, RowOperation operation) => operation switch
    {
        RowOperation.Put { Condition.Kind: ConditionKind.IfAbsent } => (RequestMethod.Post, AddressOf(key.Table), null),
        RowOperation.Put { Condition: { Kind: ConditionKind.IfMatch } condition } => (RequestMethod.Put, AddressOf(key), Tag(condition.ETag)),
        RowOperation.Put => (RequestMethod.Put, AddressOf(key), null),
        RowOperation.Delete { Condition: { Kind: ConditionKind.IfMatch } condition } => (RequestMethod.Delete, AddressOf(key), Tag(condition.ETag)),
        _ => (RequestMethod.Delete, AddressOf(key), "*"),
    };

    /// <summary>The headers that every request carries, alone or inside a batch.</summary>
    public static IEnumerable<(string Name, string Value)> Headers(string? ifMatch, bool hasBody)
    {
        yield return ("Accept", Accepted);
        yield return ("DataServiceVersion", "3.0");
        yield return ("MaxDataServiceVersion", "3.0;NetFx");
        if (hasBody)
        {
            yield return ("Content-Type", "application/json");
            yield return ("Prefer", "return-no-content");
        }

        if (ifMatch is not null)
        {
            yield return ("If-Match", ifMatch);
        }
    }

    /// <summary>A text that is no tag of the service would be refused as bad input; it shall just match nothing.</summary>
    private static string Tag(ETag etag) => IsOwnTag(etag.Value) ? etag.Value : NeverTag;

    private static bool IsOwnTag(string tag) =>
        tag.StartsWith("W/\"datetime'", StringComparison.Ordinal) && tag.EndsWith("'\"", StringComparison.Ordinal)
        && DateTimeOffset.TryParse(Uri.UnescapeDataString(tag["W/\"datetime'".Length..^2]), out _);

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Quoted(string text) => Uri.EscapeDataString(text.Replace("'", "''", StringComparison.Ordinal));
}
