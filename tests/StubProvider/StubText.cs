using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>What the stub says: texts, tool calls and vectors, the same for the same request.</summary>
internal static class StubText
{
    /// <summary>The answer in the pieces in which it is streamed: at least three for an echo, exactly <c>Count</c> for stepped and paced.</summary>
    /// <param name="reply">What the test wants to be said; null, the default, lets stepped and paced count, and all others echo.</param>
    public static IEnumerable<string> Pieces(string? reply, string echo, StubBehavior behavior)
    {
        var text = reply ?? echo;
        var isCounted = behavior.Kind is StubBehaviorKind.Stepped or StubBehaviorKind.Paced;
        for (var i = 0; isCounted && i < behavior.Count; i++)
        {
            yield return reply is null
                ? string.Create(CultureInfo.InvariantCulture, $"w{i + 1} ")
                : reply[Cut(reply, i, behavior.Count)..Cut(reply, i + 1, behavior.Count)];
        }

        if (isCounted)
        {
            yield break;
        }

        var start = 0;
        while (start < text.Length)
        {
            var blank = text.IndexOf(' ', start);
            var end = blank < 0 ? text.Length : blank + 1;
            yield return text[start..end];
            start = end;
        }
    }

    /// <summary>Where one of so many even pieces begins; never within a surrogate pair.</summary>
    private static int Cut(string text, int piece, int pieces)
    {
        var at = (int)((long)text.Length * piece / pieces);
        return at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }

    /// <summary>The last message with that role as plain text; parts of type text are joined.</summary>
    public static string? LastMessage(JsonObject? request, string role) =>
        (request?["messages"] as JsonArray)?.LastOrDefault(m => String(m?["role"]) == role) is { } message ? Content(message["content"]) : null;

    /// <summary>The role of the last message, null where there is none.</summary>
    public static string? LastRole(JsonObject? request) => String((request?["messages"] as JsonArray)?.LastOrDefault()?["role"]);

    public static string Content(JsonNode? content) => content switch
    {
        JsonArray parts => string.Concat(parts.Select(p => String(p?["text"]) ?? Content(p?["content"]))),
        _ => String(content) ?? "",
    };

    public static string? String(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool? Bool(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public static int Tokens(string text) => Math.Max(1, text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    /// <summary>The first tool of the request with an argument for each of its properties; null where none is offered, forbidden, or just answered.</summary>
    public static (string Name, JsonObject Arguments)? ToolCall(JsonObject? request)
    {
        if (request?["tools"] is not JsonArray { Count: > 0 } tools || LastRole(request) == "tool" || String(request["tool_choice"]) == "none")
        {
            return null;
        }

        var function = tools[0]?["function"] ?? tools[0];
        var arguments = new JsonObject();
        foreach (var (name, schema) in (function?["parameters"] ?? function?["input_schema"])?["properties"] as JsonObject ?? [])
        {
            arguments[name] = String(schema?["type"]) switch
            {
                "number" or "integer" => (JsonNode)1,
                "boolean" => true,
                "array" => new JsonArray(),
                "object" => new JsonObject(),
                _ => "stub",
            };
        }

        return (String(function?["name"]) ?? "unnamed", arguments);
    }

    /// <summary>The texts of <c>input</c> (or <c>prompt</c>): one string, or an array of strings.</summary>
    public static IReadOnlyList<string> Inputs(JsonNode? input) => input switch
    {
        JsonArray many when many.All(i => String(i) is not null) => [.. many.Select(i => String(i)!)],
        JsonArray tokens => [tokens.ToJsonString()],
        _ => [String(input) ?? ""],
    };

    /// <summary>A vector of unit length made from the text's hash.</summary>
    public static float[] Vector(string text, int dimensions)
    {
        var vector = new float[dimensions];
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] = (hash[i % hash.Length] - 127.5f) / (1 + (i / hash.Length));
        }

        var length = MathF.Sqrt(vector.Sum(x => x * x));
        return Array.ConvertAll(vector, x => x / length);
    }

    public static JsonArray Numbers(float[] vector) => new([.. vector.Select(x => (JsonNode)x)]);
}
