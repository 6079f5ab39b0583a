using System.Text.Json;

namespace OpenWebUi.Platform.Http;

/// <summary>JSON written by hand, as bytes.</summary>
internal static class JsonBytes
{
    /// <param name="members">Writes what stands between the braces.</param>
    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
