using System.Text.Json;

namespace OpenWebUi.Platform.Configuration;

/// <summary>Reads <c>Values</c> of a <c>local.settings.json</c>, as Azure Functions Core Tools does; other sections are theirs.</summary>
internal static class LocalSettingsFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static IReadOnlyList<KeyValuePair<string, string>> Read(string path, FaultList faults)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            if (document.RootElement.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
            {
                faults.Add("local.settings.json", "IsEncrypted: true", "plain values: run `func settings decrypt`");
                return [];
            }

            if (!document.RootElement.TryGetProperty("Values", out var section))
            {
                return [];
            }

            return [.. section.EnumerateObject().Select(p => KeyValuePair.Create(
                p.Name, p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText()))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException)
        {
            faults.Add("local.settings.json", e.Message, "an object with Values, as Azure Functions Core Tools reads it");
            return [];
        }
    }
}
