using System.Text;
using System.Text.Json;

namespace OpenWebUi.Platform.Security;

/// <summary>JSON that two readers cannot understand differently: a name stands once in an object, and the text is UTF-8.</summary>
internal static class StrictJson
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonDocumentOptions NamesOnce = new() { AllowDuplicateProperties = false };

    /// <summary>The value, which lives on without its document; null for anything else.</summary>
    public static JsonElement? Parse(byte[] text)
    {
        try
        {
            // JsonDocument looks at the encoding only when a string is read.
            _ = Utf8.GetCharCount(text);
            using var document = JsonDocument.Parse(text, NamesOnce);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The member's string; null where there is none, or half a surrogate pair in it.</summary>
    public static string? Text(this JsonElement owner, string name)
    {
        try
        {
            return owner.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static JsonElement? Member(this JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;
}
