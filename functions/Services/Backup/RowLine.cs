using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// A row as a line of JSON in the canonical form of RFC 8785, so that the same row is always the same bytes:
/// <c>{"partition":"u-1","properties":{"At":{"time":"2026-11-22T03:04:05.0000000Z"},"Title":"x"},"row":"x.1.c"}</c>. Text and booleans stand
/// for themselves; all else is an object of its kind and a text: <c>int64</c>, <c>double</c>, <c>time</c> (UTC), <c>bytes</c> (base64). Tags are not in it.
/// </summary>
internal static class RowLine
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>The line with its end, in UTF-8.</summary>
    public static byte[] Write(StoredRow row)
    {
        var json = new StringBuilder("{\"partition\":").AppendQuoted(row.Key.Partition).Append(",\"properties\":{");
        var isFirst = true;
        foreach (var (name, value) in row.Properties.OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            json.Append(isFirst ? "" : ",").AppendQuoted(name).Append(':');
            AppendValue(json, value);
            isFirst = false;
        }

        json.Append("},\"row\":").AppendQuoted(row.Key.Row).Append("}\n");
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <exception cref="FormatException">The line is no row.</exception>
    public static (RowKey Key, RowProperties Properties) Read(string table, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var properties = new RowProperties();
            foreach (var property in document.RootElement.GetProperty("properties").EnumerateObject())
            {
                properties[property.Name] = ReadValue(property.Value);
            }

            var key = new RowKey(table, document.RootElement.GetProperty("partition").GetString()!, document.RootElement.GetProperty("row").GetString()!);
            RowLimits.CheckRow(key, properties);
            return (key, properties);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static void AppendValue(StringBuilder json, PropertyValue value)
    {
        _ = value.Kind switch
        {
            PropertyKind.Text => json.AppendQuoted(value.AsText()),
            PropertyKind.Boolean => json.Append(value.AsBoolean() ? "true" : "false"),
            PropertyKind.Int64 => Typed("int64", value.AsInt64().ToString(CultureInfo.InvariantCulture)),
            PropertyKind.Double => Typed("double", value.AsDouble().ToString("R", CultureInfo.InvariantCulture)),
            PropertyKind.Time => Typed("time", value.AsTime().ToString(TimeFormat, CultureInfo.InvariantCulture)),
            PropertyKind.Bytes => Typed("bytes", Convert.ToBase64String(value.AsBytes().Span)),
            _ => throw new InvalidOperationException($"A property of kind {value.Kind} cannot be stored."),
        };

        StringBuilder Typed(string kind, string text) => json.Append("{\"").Append(kind).Append("\":\"").Append(text).Append("\"}");
    }

    private static PropertyValue ReadValue(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.String)
        {
            return value.GetString();
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        var kind = value.EnumerateObject().Single();
        var text = kind.Value.GetString()!;
        return kind.Name switch
        {
            "int64" => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
            "double" => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
            "time" => DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            "bytes" => Convert.FromBase64String(text),
            var name => throw new FormatException($"a property has the unknown kind {name}"),
        };
    }
}
