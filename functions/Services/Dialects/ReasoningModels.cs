using System.Buffers;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects;

/// <summary>
/// OpenAI's reasoning models (o1, o3, o4, gpt-5 and later) refuse two words of the chat dialect that every other model knows (OpenAI's guide
/// "Reasoning models"). Only for hosts of OpenAI's and Azure's: elsewhere a name says nothing.
/// </summary>
internal static class ReasoningModels
{
    /// <summary>Azure's name of 3.5 is gpt-35-turbo.</summary>
    private const int LegacyTurbo = 35;

    /// <param name="model">As the provider names it; in Azure the model behind the deployment. A vendor before a slash does not count.</param>
    public static bool Includes(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        return name.StartsWith("gpt-", StringComparison.OrdinalIgnoreCase) ? Generation(name[4..]) is >= 5 and < LegacyTurbo
            : name.StartsWith("o", StringComparison.OrdinalIgnoreCase) && Generation(name[1..]) > 0;
    }

    /// <summary>Whether a model takes <c>reasoning_effort</c> on whatever OpenAI-compatible server. Others refuse the word.</summary>
    public static bool TakesEffort(string model) =>
        (Includes(model) && !IsFirst(model) && !model.Contains("chat", StringComparison.OrdinalIgnoreCase)) || model.Contains("gpt-oss", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// <c>max_tokens</c> becomes <c>max_completion_tokens</c> (dropped where both are there); the role <c>system</c> becomes <c>developer</c>,
    /// and <c>user</c> for o1-mini and o1-preview. Everything else stays as it is, byte for byte of its values.
    /// </summary>
    /// <param name="body">A chat completion request.</param>
    /// <returns>Null where nothing has to change: another model, no such words, or no JSON object.</returns>
    public static byte[]? Adapt(ReadOnlyMemory<byte> body, string model) => Includes(model) ? Rewrite(body, IsFirst(model) ? "user" : "developer") : null;

    private static byte[]? Rewrite(ReadOnlyMemory<byte> body, string systemRole)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var hasSystem = RawJson.Items(RawJson.Member(root, "messages"u8)).Any(message => RawJson.Is(message, "role"u8, "system"u8));
            return RawJson.Member(root, "max_tokens"u8).ValueKind != JsonValueKind.Undefined || hasSystem ? Write(root, systemRole) : null;
        }
        catch (JsonException)
        {
            // The provider says what is wrong with it.
            return null;
        }
    }

    private static byte[] Write(JsonElement root, string systemRole)
    {
        var buffer = new ArrayBufferWriter<byte>(RawJson.Of(root).Length + 64);
        using var json = new Utf8JsonWriter(buffer, TranslatedStream.Plain);
        var hasNewName = RawJson.Member(root, "max_completion_tokens"u8).ValueKind != JsonValueKind.Undefined;
        json.WriteStartObject();
        foreach (var member in root.EnumerateObject())
        {
            if (member.NameEquals("max_tokens"u8))
            {
                if (!hasNewName)
                {
                    json.Write("max_completion_tokens"u8, RawJson.Of(member.Value));
                }
            }
            else if (member.NameEquals("messages"u8) && member.Value.ValueKind == JsonValueKind.Array)
            {
                WriteMessages(json, member.Value, systemRole);
            }
            else if (hasNewName || !member.NameEquals("max_completion_tokens"u8))
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(RawJson.Of(member.Value), skipInputValidation: true);
            }
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMessages(Utf8JsonWriter json, JsonElement messages, string systemRole)
    {
        json.WriteStartArray("messages"u8);
        foreach (var message in messages.EnumerateArray())
        {
            if (!RawJson.Is(message, "role"u8, "system"u8))
            {
                json.WriteRawValue(RawJson.Of(message), skipInputValidation: true);
                continue;
            }

            json.WriteStartObject();
            foreach (var member in message.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (member.NameEquals("role"u8))
                {
                    json.WriteStringValue(systemRole);
                }
                else
                {
                    json.WriteRawValue(RawJson.Of(member.Value), skipInputValidation: true);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static bool IsFirst(string model) =>
        model.Contains("o1-mini", StringComparison.OrdinalIgnoreCase) || model.Contains("o1-preview", StringComparison.OrdinalIgnoreCase);

    /// <summary>The number in front, where it ends there: 5 of <c>5.1-mini</c>, 3 of <c>3-mini</c>; 0 of <c>4o</c> and of <c>wen</c>.</summary>
    private static int Generation(ReadOnlySpan<char> name)
    {
        var end = name.IndexOfAnyExceptInRange('0', '9') is var found and >= 0 ? found : name.Length;
        return (end == name.Length || name[end] is '-' or '.' or ':') && int.TryParse(name[..end], out var generation) ? generation : 0;
    }
}
