using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects;

/// <summary>
/// Values that pass from one dialect into another as they were written: no string is made of them, and what their escapes mean
/// (half characters too) is not our business.
/// </summary>
internal static class RawJson
{
    /// <summary>The value as it stands in the document, a string with its quotes.</summary>
    public static ReadOnlySpan<byte> Of(JsonElement value) => JsonMarshal.GetRawUtf8Value(value);

    /// <summary>The member's string with its quotes; empty where there is none, and where it is empty.</summary>
    public static ReadOnlySpan<byte> TextOf(JsonElement owner, ReadOnlySpan<byte> name) =>
        Member(owner, name) is { ValueKind: JsonValueKind.String } value && Of(value) is { Length: > 2 } raw ? raw : default;

    /// <summary>The member; <see cref="JsonValueKind.Undefined"/> where it is not there, or null.</summary>
    public static JsonElement Member(JsonElement owner, ReadOnlySpan<byte> name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>The elements of a list; none of everything else.</summary>
    public static JsonElement.ArrayEnumerator Items(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    /// <summary>The member as a whole number; 0 where there is none.</summary>
    public static long Number(JsonElement owner, ReadOnlySpan<byte> name) =>
        Member(owner, name) is { ValueKind: JsonValueKind.Number } value ? value.TryGetInt64(out var whole) ? whole : (long)value.GetDouble() : 0;

    /// <summary>The member is this string.</summary>
    public static bool Is(JsonElement owner, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text) =>
        Member(owner, name) is { ValueKind: JsonValueKind.String } value && value.ValueEquals(text);

    public static bool IsTrue(JsonElement owner, ReadOnlySpan<byte> name) => Member(owner, name).ValueKind == JsonValueKind.True;

    /// <summary>Nothing but blanks: a string of spaces, tabs and line ends, written in whatever way.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> text) => text.Length <= 2 || string.IsNullOrWhiteSpace(IsShort(text) ? JsonText(text) : "x");

    public static void Write(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> raw)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(raw, skipInputValidation: true);
    }

    /// <summary>The member as it stands there; nothing where it is not there, or null.</summary>
    public static void Copy(this Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonElement owner, ReadOnlySpan<byte> from)
    {
        if (Member(owner, from) is { ValueKind: not JsonValueKind.Undefined } value)
        {
            json.Write(name, Of(value));
        }
    }

    // Only a short text can be all blanks; a long one is not looked at.
    private static bool IsShort(ReadOnlySpan<byte> text) => text.Length <= 512;

    private static string? JsonText(ReadOnlySpan<byte> raw)
    {
        var reader = new Utf8JsonReader(raw);
        try
        {
            reader.Read();
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return "x";
        }
    }
}

/// <summary>Strings of a document, put together into one, without being read.</summary>
internal sealed class RawText
{
    private readonly ArrayBufferWriter<byte> _inside = new();

    public RawText() => _inside.Write("\""u8);

    public bool IsEmpty => _inside.WrittenCount == 1;

    /// <param name="text">With its quotes, or empty.</param>
    /// <param name="separator">Escaped as in JSON; stands between two texts that are not empty.</param>
    public void Add(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator = default)
    {
        if (text.Length <= 2)
        {
            return;
        }

        if (!IsEmpty)
        {
            _inside.Write(separator);
        }

        _inside.Write(text[1..^1]);
    }

    /// <summary>All of it, with its quotes; empty where it has no text.</summary>
    public byte[] ToJson() => IsEmpty ? [] : [.. _inside.WrittenSpan, (byte)'"'];

    public void WriteTo(Utf8JsonWriter json) => json.WriteRawValue(IsEmpty ? "\"\""u8 : ToJson().AsSpan(), skipInputValidation: true);
}
