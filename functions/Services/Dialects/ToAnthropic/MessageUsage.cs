using System.Text.Json;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>
/// Tokens of a message. There, what was read from the cache or written into it is counted beside the input; OpenAI's <c>prompt_tokens</c> hold all
/// three. In a stream numbers are cumulative: the last one of each counts.
/// </summary>
internal sealed class MessageUsage
{
    private long _input;
    private long _written;
    private long _cached;
    private long _output;

    public void Read(JsonElement usage)
    {
        _input = Latest(usage, "input_tokens"u8, _input);
        _written = Latest(usage, "cache_creation_input_tokens"u8, _written);
        _cached = Latest(usage, "cache_read_input_tokens"u8, _cached);
        _output = Latest(usage, "output_tokens"u8, _output);
    }

    public void Write(Utf8JsonWriter json)
    {
        var prompt = _input + _written + _cached;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, prompt);
        json.WriteNumber("completion_tokens"u8, _output);
        json.WriteNumber("total_tokens"u8, prompt + _output);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, _cached);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static long Latest(JsonElement usage, ReadOnlySpan<byte> name, long before) =>
        RawJson.Member(usage, name).ValueKind == JsonValueKind.Number ? RawJson.Number(usage, name) : before;
}
