using System.Runtime.InteropServices;
using System.Text.Json;

namespace OpenWebUi.Services.Dialects;

/// <summary>Tokens of an answer, as OpenAI counts them: the prompt holds what came from the cache.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TokenUsage(long Prompt, long Cached, long Completion);

/// <summary>Takes an answer piece by piece. Texts are as in JSON, with their quotes, and never empty.</summary>
internal interface IChatSink
{
    void Reasoning(ReadOnlySpan<byte> text);

    void Text(ReadOnlySpan<byte> text);

    /// <param name="place">0 for the first call of the answer.</param>
    /// <param name="isNew">The call begins; then its id and name are there, unless the server has forgotten them.</param>
    /// <param name="arguments">A string with a piece of them, an object with all, or undefined.</param>
    void ToolCall(int place, bool isNew, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments);
}

/// <summary>
/// Reads chunks of a chat completion, or a whole one (OpenAI API reference), of every server that speaks the dialect: <c>reasoning_content</c> or
/// <c>reasoning</c>, content as a text or in parts. Only the first choice.
/// </summary>
internal sealed class ChatPieces(IChatSink sink)
{
    private readonly List<(long Index, string? Id)> _calls = [];

    /// <summary><c>stop</c>, <c>length</c>, <c>tool_calls</c>, <c>content_filter</c>; null while the answer goes on.</summary>
    public string? FinishReason { get; private set; }

    public TokenUsage Usage { get; private set; }

    public bool HasToolCalls => _calls.Count > 0;

    /// <summary>Whether it is an error, however it is told.</summary>
    public static bool IsError(JsonElement root) =>
        RawJson.Is(root, "object"u8, "error"u8)
        || RawJson.Member(root, "error"u8) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.False) };

    public void Read(JsonElement root)
    {
        if (RawJson.Member(root, "usage"u8) is { ValueKind: JsonValueKind.Object } usage)
        {
            Usage = new(
                RawJson.Number(usage, "prompt_tokens"u8),
                RawJson.Number(RawJson.Member(usage, "prompt_tokens_details"u8), "cached_tokens"u8),
                RawJson.Number(usage, "completion_tokens"u8));
        }

        foreach (var choice in RawJson.Items(RawJson.Member(root, "choices"u8)))
        {
            if (RawJson.Number(choice, "index"u8) == 0)
            {
                ReadSaid(RawJson.Member(choice, "delta"u8) is { ValueKind: JsonValueKind.Object } delta ? delta : RawJson.Member(choice, "message"u8));
                FinishReason = RawJson.TextOf(choice, "finish_reason"u8).IsEmpty ? FinishReason : choice.GetProperty("finish_reason"u8).GetString();
            }
        }
    }

    private void ReadSaid(JsonElement said)
    {
        var reasoning = RawJson.TextOf(said, "reasoning_content"u8);
        Reasoning(reasoning.IsEmpty ? RawJson.TextOf(said, "reasoning"u8) : reasoning);
        Text(RawJson.TextOf(said, "content"u8));
        foreach (var part in RawJson.Items(RawJson.Member(said, "content"u8)))
        {
            // Mistral's reasoning models: thoughts are parts with parts.
            Text(RawJson.TextOf(part, "text"u8));
            foreach (var thought in RawJson.Items(RawJson.Member(part, "thinking"u8)))
            {
                Reasoning(RawJson.TextOf(thought, "text"u8));
            }
        }

        Text(RawJson.TextOf(said, "refusal"u8));
        var place = 0;
        foreach (var call in RawJson.Items(RawJson.Member(said, "tool_calls"u8)))
        {
            ReadCall(call, place++);
        }
    }

    /// <summary>By index; by place where a whole answer has none. Gemini gives parallel calls one index and different ids.</summary>
    private void ReadCall(JsonElement call, int place)
    {
        var index = RawJson.Member(call, "index"u8).ValueKind == JsonValueKind.Number ? RawJson.Number(call, "index"u8) : place;
        var id = RawJson.TextOf(call, "id"u8);
        var idText = id.IsEmpty ? null : call.GetProperty("id"u8).GetString();
        var found = _calls.FindLastIndex(known => known.Index == index);
        var isNew = found < 0 || (idText is not null && _calls[found].Id is { } other && other != idText);
        if (isNew)
        {
            _calls.Add((index, idText));
            found = _calls.Count - 1;
        }

        var function = RawJson.Member(call, "function"u8);
        var arguments = RawJson.Member(function, "arguments"u8);
        sink.ToolCall(found, isNew, id, RawJson.TextOf(function, "name"u8), arguments.ValueKind is JsonValueKind.String or JsonValueKind.Object ? arguments : default);
    }

    private void Text(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
        {
            sink.Text(text);
        }
    }

    private void Reasoning(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
        {
            sink.Reasoning(text);
        }
    }
}
