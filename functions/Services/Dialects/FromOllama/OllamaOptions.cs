using System.Text.Json;
using static OpenWebUi.Services.Dialects.RequestBody;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// What <c>/api/chat</c> and <c>/api/generate</c> have in common. Of <c>options</c>: <c>temperature, top_p, seed, stop, frequency_penalty, presence_penalty</c> by the same name,
/// <c>num_predict</c> as <c>max_tokens</c> (no limit where it is not above 0). Left out: <c>top_k, min_p, repeat_penalty, num_ctx</c> and everything about the machine.
/// <c>format</c> is <c>response_format</c>; <c>think</c> is <c>reasoning_effort</c> for models that take one (true: medium), and false hides thoughts.
/// </summary>
internal sealed record OllamaOptions(bool WantsStream, bool ShowsThinking, string? Effort)
{
    public static OllamaOptions Read(JsonElement root, bool takesEffort)
    {
        var think = RawJson.Member(root, "think"u8);
        var effort = think.ValueKind switch
        {
            JsonValueKind.True => "medium",
            JsonValueKind.String when Text(think, "think") is "low" or "medium" or "high" or "max" => Text(think, "think"),
            JsonValueKind.Undefined or JsonValueKind.False => null,
            _ => throw Refusal("think", "'think' must be true, false, \"low\", \"medium\" or \"high\"."),
        };
        return new(
            Flag(root, "stream"u8, "stream") ?? true,
            think.ValueKind != JsonValueKind.False,
            takesEffort ? effort == "max" ? "high" : effort : null);
    }

    public void Write(Utf8JsonWriter json, JsonElement root)
    {
        var options = RawJson.Member(root, "options"u8);
        if (options.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            throw Refusal("options", "'options' must be an object.");
        }

        json.Copy("temperature"u8, options, "temperature"u8);
        json.Copy("top_p"u8, options, "top_p"u8);
        json.Copy("seed"u8, options, "seed"u8);
        json.Copy("frequency_penalty"u8, options, "frequency_penalty"u8);
        json.Copy("presence_penalty"u8, options, "presence_penalty"u8);
        if (RawJson.Member(options, "stop"u8) is { ValueKind: JsonValueKind.String } || RawJson.Items(RawJson.Member(options, "stop"u8)).Any())
        {
            json.Copy("stop"u8, options, "stop"u8);
        }

        if (Number(options, "num_predict"u8, "options.num_predict") is >= 1 and <= int.MaxValue and var tokens)
        {
            json.WriteNumber("max_tokens"u8, (long)tokens);
        }

        WriteFormat(json, RawJson.Member(root, "format"u8));
        if (Effort is not null)
        {
            json.WriteString("reasoning_effort"u8, Effort);
        }

        if (WantsStream)
        {
            json.AskForStream();
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, JsonElement format)
    {
        if (format.ValueKind == JsonValueKind.Object)
        {
            json.AskForSchema(format);
        }
        else if (format.ValueKind == JsonValueKind.String && format.ValueEquals("json"u8))
        {
            json.WriteStartObject("response_format"u8);
            json.WriteString("type"u8, "json_object"u8);
            json.WriteEndObject();
        }
        else if (format.ValueKind != JsonValueKind.Undefined && !(format.ValueKind == JsonValueKind.String && format.ValueEquals(""u8)))
        {
            throw Refusal("format", "'format' must be \"json\" or a JSON schema.");
        }
    }
}
