using System.Globalization;
using System.Text;

namespace OpenWebUi.Platform.Storage;

/// <summary>What a row and a batch may be, on every back end alike: the limits of Azure Tables, the strictest one.</summary>
/// <remarks>
/// Sources: "Understanding the Table service data model" and "Performing entity group transactions" (learn.microsoft.com,
/// read 2026-11); a row's size is computed as the storage team published it ("Understanding Windows Azure Storage
/// Billing", 2010), which is what the service counts. A breach is an <see cref="ArgumentException"/> that names the key
/// and the property: bigger content belongs into a blob.
/// </remarks>
internal static class RowLimits
{
    /// <summary>255 of Azure, less PartitionKey, RowKey and Timestamp.</summary>
    public const int MaxProperties = 252;
    public const int MaxNameChars = 255;

    /// <summary>A property that a back end may add to a row for itself; no caller can name it or see it.</summary>
    public const string WriteIdName = "_write";

    /// <summary>UTF-16 units of a text: 64 KiB.</summary>
    public const int MaxTextChars = 32_767;
    public const int MaxPropertyBytes = 64 * 1024;
    public const int MaxRowBytes = 1024 * 1024;
    public const int MaxBatchOperations = 100;
    public const int MaxBatchBytes = 4 * 1024 * 1024;
    public const int MaxPageRows = 1_000;

    /// <summary>What stands around one operation in Azure's multipart body: boundaries, headers, the address.</summary>
    private const int OperationEnvelopeBytes = 1024;

    /// <summary>What stands around one value in JSON: quotes, the type annotation, or a number or time itself.</summary>
    private const int ValueEnvelopeBytes = 64;

    /// <summary>Azure keeps no earlier time, and <c>default(DateTimeOffset)</c> is a forgotten value more often than a date.</summary>
    public static readonly DateTimeOffset MinTime = new(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>4 + 2 x (partition + row characters) + for each property 8 + 2 x name characters + the value.</summary>
    public static long RowBytes(RowKey key, RowProperties properties) =>
        4L + (2L * (key.Partition.Length + key.Row.Length)) + properties.Sum(property => 8L + (2L * property.Key.Length) + ValueBytes(property.Value));

    public static void CheckRow(RowKey key, RowProperties properties)
    {
        if (properties.Count > MaxProperties)
        {
            throw new ArgumentException($"{key} has {properties.Count} properties; a row has at most {MaxProperties}.", nameof(properties));
        }

        foreach (var (name, value) in properties)
        {
            if (Refusal(name, value) is { } refusal)
            {
                throw new ArgumentException($"{key}: the property \"{name}\" {refusal}.", nameof(properties));
            }
        }

        var bytes = RowBytes(key, properties);
        if (bytes > MaxRowBytes)
        {
            var largest = properties.MaxBy(property => ValueBytes(property.Value)).Key;
            throw new ArgumentException(
                $"{key} has {Number(bytes)} bytes, most of them in the property \"{largest}\"; a row has at most {Number(MaxRowBytes)}.", nameof(properties));
        }
    }

    public static void CheckBatch(string table, string partition, IReadOnlyList<RowOperation> operations)
    {
        if (operations.Count is < 1 or > MaxBatchOperations)
        {
            throw new ArgumentException(
                $"The batch on {table}/{partition} has {operations.Count} operations; a batch has 1 to {MaxBatchOperations}.", nameof(operations));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var operation in operations)
        {
            var key = new RowKey(table, partition, operation.Row);
            if (!seen.Add(operation.Row))
            {
                throw new ArgumentException($"{key} stands twice in one batch; a batch touches each row once.", nameof(operations));
            }

            var properties = (operation as RowOperation.Put)?.Properties;
            if (properties is not null)
            {
                CheckRow(key, properties);
            }

            bytes += OperationBytes(key, properties);
            if (bytes > MaxBatchBytes)
            {
                throw new ArgumentException(
                    $"The batch exceeds {Number(MaxBatchBytes)} bytes at {key}; write it in several batches or put long text into blobs.", nameof(operations));
            }
        }
    }

    /// <summary>
    /// An upper bound of what an operation takes in Azure's request body, which is what its 4 MiB count: JSON with the
    /// text in ASCII, binary as base64, the key in the body and in the address (where a quote takes six bytes). A row at
    /// its own limit always fits into a batch alone.
    /// </summary>
    internal static long OperationBytes(RowKey key, RowProperties? properties) =>
        OperationEnvelopeBytes + (7L * (key.Table.Length + key.Partition.Length + key.Row.Length))
        + (properties?.Sum(property => ValueEnvelopeBytes + (2L * property.Key.Length) + WireBytes(property.Value)) ?? 0);

    private static long ValueBytes(PropertyValue value) => value.Kind switch
    {
        PropertyKind.Text => 4L + (2L * value.AsText().Length),
        PropertyKind.Bytes => 4L + value.AsBytes().Length,
        PropertyKind.Boolean => 1,
        _ => 8,
    };

    private static long WireBytes(PropertyValue value) => value.Kind switch
    {
        PropertyKind.Text => value.AsText().Sum(c => c switch
        {
            '"' or '\\' => 2L,
            >= ' ' and <= '~' => 1L,
            _ => 6L,
        }),
        PropertyKind.Bytes => (value.AsBytes().Length + 2L) / 3 * 4,
        _ => 0,
    };

    private static string? Refusal(string name, PropertyValue value)
    {
        if (name is "PartitionKey" or "RowKey" or "Timestamp")
        {
            return "has a name that Azure Tables keeps for itself";
        }

        if (name is WriteIdName)
        {
            return "has a name that the store keeps for itself";
        }

        if (!IsName(name))
        {
            return $"must be named by 1 to {MaxNameChars} ASCII letters, digits and underscores, and not begin with a digit";
        }

        return value.Kind switch
        {
            PropertyKind.Text when value.AsText().Length > MaxTextChars =>
                $"has {Number(value.AsText().Length)} UTF-16 units; a text has at most {Number(MaxTextChars)}",
            PropertyKind.Text when !IsWellFormed(value.AsText()) =>
                "holds half a surrogate pair, which UTF-8 cannot carry: it was cut inside a character",
            PropertyKind.Bytes when value.AsBytes().Length > MaxPropertyBytes =>
                $"has {Number(value.AsBytes().Length)} bytes; a property has at most {Number(MaxPropertyBytes)}",
            PropertyKind.Time when value.AsTime() < MinTime => "is before 1601-01-01, the first day that Azure Tables keeps",
            _ => null,
        };
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameChars && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static bool IsWellFormed(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is var index and >= 0)
        {
            if (Rune.DecodeFromUtf16(rest[index..], out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[(index + consumed)..];
        }

        return true;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
