using System.Text.Json;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>
/// The form of a connection as the doctor takes it: read like any other, but base URL and keys stay as they were typed, because what
/// is wrong with them is for the doctor to say.
/// </summary>
internal static class PatientForm
{
    private const int MaxKeys = 20;
    private const int MaxUrlCharacters = 2_000;
    private const int MaxKeyCharacters = 4_096;

    /// <param name="form">What was sent.</param>
    /// <param name="saved">The connection whose id was sent, or null. Its secrets count only while scheme, host and port stay.</param>
    /// <exception cref="Platform.Http.RefusedException">Another field cannot be read (422).</exception>
    public static Connection Read(JsonElement form, Connection? saved)
    {
        var filled = ConnectionForm.Fill(form, saved, "new");
        var url = form.Text("base_url");
        var hasUrl = url is null ? filled.Connection.BaseUrl.Length > 0 : url.Length <= MaxUrlCharacters;
        var keys = Keys(form, filled.IsMoved ? [] : saved?.Keys ?? []);
        var faults = filled.Faults.Where(fault => !(fault.Key == "base_url" && hasUrl) && !(fault.Key == "keys" && keys is not null)).ToDictionary();
        return faults.Count > 0 ? throw ConnectionRefusals.Invalid(faults)
            : filled.Connection with { BaseUrl = url ?? filled.Connection.BaseUrl, Keys = keys ?? filled.Connection.Keys };
    }

    /// <summary>Null where none were sent, or what was sent is no list of keys.</summary>
    private static IReadOnlyList<string>? Keys(JsonElement form, IReadOnlyList<string> before)
    {
        if (form.Member("keys") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() > MaxKeys)
        {
            return null;
        }

        var keys = list.EnumerateArray().Select((entry, i) => entry.ValueKind == JsonValueKind.String && FieldReader.TextOf(entry) is { Length: 0 } && i < before.Count
            ? before[i] : Raw(entry)).ToList();
        return keys.Any(key => key is null || key.Length > MaxKeyCharacters) ? null : [.. keys.OfType<string>().Where(key => key.Length > 0).Distinct()];
    }

    /// <summary>Empty for null, which takes a key away; null for what is no text.</summary>
    private static string? Raw(JsonElement entry)
    {
        try
        {
            return entry.ValueKind switch
            {
                JsonValueKind.String => entry.GetString(),
                JsonValueKind.Null => "",
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
