using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>An entity as it was read: the row, and the mark of the conditional write that made it, if one did.</summary>
internal sealed record Entity(StoredRow Row, long? WriteId)
{
    /// <summary>Whether the write of this mark, or without one of this content, made the row.</summary>
    public bool IsOf(EntityBody body) => body.WriteId is { } id
        ? WriteId == id
        : Row.Properties.Count == body.Properties.Count && body.Properties.All(property => Row.Properties[property.Key] == property.Value);
}

/// <summary>A row that is ready to be written.</summary>
internal sealed record EntityBody(ReadOnlyMemory<byte> Json, long? WriteId, RowProperties Properties);

/// <summary>Rows in the JSON of the Table service.</summary>
/// <remarks>
/// "Payload format for Table service operations" (learn.microsoft.com, read 2026-11): Int64, DateTime and binary are
/// texts with an annotation of their type, doubles are numbers with one ("NaN", "Infinity" and "-Infinity" are texts),
/// text and booleans need none. Text is written in ASCII, as <see cref="RowLimits.OperationBytes"/> counts it: Azurite
/// breaks a character of several bytes where a packet ends inside it, and no proxy can.
/// </remarks>
internal static class EntityJson
{
    private const string TypeSuffix = "@odata.type";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>The body of an insert or a replace. The properties are copied: later changes of the caller's do not count.</summary>
    public static EntityBody Write(RowKey key, RowProperties properties, long? writeId)
    {
        var copy = new RowProperties();
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        WriteText(json, "PartitionKey", key.Partition);
        WriteText(json, "RowKey", key.Row);
        foreach (var (name, value) in properties)
        {
            copy[name] = value;
            WriteValue(json, name, value);
        }

        if (writeId is { } id)
        {
            WriteValue(json, RowLimits.WriteIdName, id);
        }

        json.WriteEndObject();
        json.Flush();
        return new EntityBody(buffer.WrittenMemory, writeId, copy);
    }

    /// <param name="table">The table's name in the seam, without the prefix.</param>
    /// <param name="json">The entity.</param>
    /// <param name="etag">The tag of the answer; null takes the one in the entity, as in a page of a query.</param>
    /// <exception cref="FormatException">A value is not what its type says, or a row of another program has a type that we do not know.</exception>
    public static Entity Read(string table, JsonElement json, string? etag)
    {
        string partition = "", row = "";
        long? writeId = null;
        var properties = new RowProperties();
        foreach (var property in json.EnumerateObject())
        {
            switch (property.Name)
            {
                case "PartitionKey":
                    partition = property.Value.GetString()!;
                    break;
                case "RowKey":
                    row = property.Value.GetString()!;
                    break;
                case "odata.etag":
                    etag ??= property.Value.GetString();
                    break;
                case RowLimits.WriteIdName:
                    writeId = ReadValue(property.Value, "Edm.Int64").AsInt64();
                    break;
                case "Timestamp":
                    break;
                // A dot or an at sign: the service's own, such as odata.metadata and the types.
                case var name when name.AsSpan().ContainsAny('.', '@'):
                    break;
                case var name:
                    properties[name] = ReadValue(property.Value, json.TryGetProperty(name + TypeSuffix, out var type) ? type.GetString() : null);
                    break;
            }
        }

        return new Entity(new StoredRow(new RowKey(table, partition, row), properties, new ETag(etag ?? "")), writeId);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, PropertyValue value)
    {
        switch (value.Kind)
        {
            case PropertyKind.Text:
                WriteText(json, name, value.AsText());
                break;
            case PropertyKind.Boolean:
                json.WriteBoolean(name, value.AsBoolean());
                break;
            case PropertyKind.Int64:
                WriteType(json, name, "Edm.Int64");
                json.WriteString(name, value.AsInt64().ToString(CultureInfo.InvariantCulture));
                break;
            case PropertyKind.Double:
                WriteType(json, name, "Edm.Double");
                WriteDouble(json, name, value.AsDouble());
                break;
            case PropertyKind.Time:
                WriteType(json, name, "Edm.DateTime");
                json.WriteString(name, value.AsTime().ToString(TimeFormat, CultureInfo.InvariantCulture));
                break;
            case PropertyKind.Bytes:
                WriteType(json, name, "Edm.Binary");
                json.WriteBase64String(name, value.AsBytes().Span);
                break;
            default:
                throw new InvalidOperationException($"A property of kind {value.Kind} cannot be stored.");
        }
    }

    /// <summary>Escapes what JSON needs and what is not ASCII, and nothing else: the writer's own encoders escape quotes and angle brackets too, or leave the rest of Unicode as it is.</summary>
    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                >= ' ' and <= '~' => quoted.Append(c),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
            };
        }

        json.WritePropertyName(name);
        json.WriteRawValue(quoted.Append('"').ToString(), skipInputValidation: true);
    }

    private static void WriteType(Utf8JsonWriter json, string name, string type) => json.WriteString(name + TypeSuffix, type);

    private static void WriteDouble(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteString(name, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    /// <summary>The types that the seam has; Int32 and Guid come from other programs only and are read as Int64 and text.</summary>
    private static PropertyValue ReadValue(JsonElement value, string? type) => (type, value.ValueKind) switch
    {
        (_, JsonValueKind.Null) => default,
        (null or "Edm.String" or "Edm.Guid", JsonValueKind.String) => value.GetString(),
        (_, JsonValueKind.True or JsonValueKind.False) => value.GetBoolean(),
        ("Edm.Int64" or "Edm.Int32", JsonValueKind.String) => long.Parse(value.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        ("Edm.Int64" or "Edm.Int32", JsonValueKind.Number) => value.GetInt64(),
        ("Edm.Double", JsonValueKind.String) => double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture),
        ("Edm.Double", JsonValueKind.Number) => value.GetDouble(),
        // Without a type a whole number is an Int32; a double has a point or an exponent.
        (null, JsonValueKind.Number) when value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') => value.GetDouble(),
        (null, JsonValueKind.Number) => value.GetInt64(),
        ("Edm.DateTime", JsonValueKind.String) => DateTimeOffset.Parse(value.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
        ("Edm.Binary", JsonValueKind.String) => value.GetBytesFromBase64(),
        _ => throw new FormatException($"a property has the unknown type {type} ({value.ValueKind})"),
    };
}
