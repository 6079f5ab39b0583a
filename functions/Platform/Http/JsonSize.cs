using System.Text.Json;

namespace OpenWebUi.Platform.Http;

/// <summary>
/// How much there is to hold of a JSON body. A value may take two bytes on the wire and more than a hundred as a node, so that
/// a limit in bytes alone lets a small body fill the memory.
/// </summary>
internal static class JsonSize
{
    /// <summary>Whether a body has more values (objects, arrays and what stands in them) than so many. What is no JSON has none.</summary>
    public static bool HasMoreValuesThan(int limit, ReadOnlySpan<byte> json)
    {
        // Each value but the first follows one of these; in an ordinary body, texts included, there are fewer, and no second look is needed.
        if ((long)json.Count((byte)',') + json.Count((byte)'[') + json.Count((byte)'{') < limit)
        {
            return false;
        }

        var values = 0;
        try
        {
            var reader = new Utf8JsonReader(json);
            while (values <= limit && reader.Read())
            {
                values += reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray ? 0 : 1;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return values > limit;
    }

    public static ErrorReport TooMany(int limit) =>
        new(413, "too_many_values", $"The request body has more than {limit} values (objects, lists and what stands in them).");
}
