using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Completion;

/// <summary>Strings of a provider's JSON, also those that hold half a surrogate pair, which <see cref="JsonElement.GetString"/> refuses.</summary>
internal static class JsonText
{
    /// <summary>The member's string; null where there is none.</summary>
    public static string? Of(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? Of(value) : null;

    /// <summary>The string; null for every other value.</summary>
    public static string? Of(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return Unescape(value.GetRawText());
        }
    }

    public static bool IsBlank(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined || (value.ValueKind == JsonValueKind.String && value.GetRawText().Length == 2);

    /// <summary>The value without blanks.</summary>
    public static string Compact(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            value.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <param name="raw">A valid JSON string with its quotes.</param>
    private static string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 1; i < raw.Length - 1; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            text.Append(raw[i] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'b' => '\b',
                'f' => '\f',
                'u' => (char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var plain => plain,
            });
            i += raw[i] == 'u' ? 4 : 0;
        }

        return text.ToString();
    }
}
