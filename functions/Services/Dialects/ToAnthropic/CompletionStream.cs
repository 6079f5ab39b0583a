using System.Buffers;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>
/// A message's stream (Anthropic, "Streaming messages", version 2023-06-01) as chunks of a chat completion:
/// <list type="number">
/// <item><c>message_start</c>: a chunk with the role.</item>
/// <item>Blocks of text and thought: <c>content</c> and <c>reasoning_content</c>. A tool's: an entry of <c>tool_calls</c> with the next index, then its arguments in pieces.</item>
/// <item><c>message_delta</c>: kept, because there may be several.</item>
/// <item><c>message_stop</c>: the finish reason, the usage (in a chunk of its own if it was asked for, else with the finish reason), <c>[DONE]</c>.</item>
/// <item><c>error</c>: one error event, and no <c>[DONE]</c>.</item>
/// </list>
/// Pings, signatures, citations and events that are not known yet say nothing here.
/// </summary>
internal sealed class CompletionStream(Stream provider, bool wantsUsage, DateTimeOffset now) : TranslatedStream(provider)
{
    private readonly MessageUsage _usage = new();
    private readonly List<Tool> _tools = [];
    private readonly long _created = now.ToUnixTimeSeconds();
    private byte[] _id = [.. "\"\""u8];
    private byte[] _model = [.. "\"\""u8];
    private string _finishReason = "stop";

    protected override void OnEvent(JsonElement data, bool isError)
    {
        var type = RawJson.Member(data, "type"u8);
        if (isError || (type.ValueKind == JsonValueKind.String && type.ValueEquals("error"u8)))
        {
            // 5
            Output.Write(ErrorWriter.StreamEvent(ProviderError.Read(null, data), ErrorDialect.OpenAi));
            End();
        }
        else if (type.ValueKind != JsonValueKind.String)
        {
            throw new JsonException("No type.");
        }
        else if (type.ValueEquals("content_block_delta"u8))
        {
            OnDelta(RawJson.Number(data, "index"u8), RawJson.Member(data, "delta"u8));
        }
        else if (type.ValueEquals("content_block_start"u8))
        {
            OnBlock(RawJson.Number(data, "index"u8), RawJson.Member(data, "content_block"u8));
        }
        else if (type.ValueEquals("content_block_stop"u8))
        {
            OnBlockEnd(RawJson.Number(data, "index"u8));
        }
        else if (type.ValueEquals("message_start"u8))
        {
            OnStart(RawJson.Member(data, "message"u8));
        }
        else if (type.ValueEquals("message_delta"u8))
        {
            // 3
            _usage.Read(RawJson.Member(data, "usage"u8));
            var reason = RawJson.Member(RawJson.Member(data, "delta"u8), "stop_reason"u8);
            _finishReason = reason.ValueKind == JsonValueKind.String ? StopReason.ToFinishReason(reason) : _finishReason;
        }
        else if (type.ValueEquals("message_stop"u8))
        {
            OnEnd();
        }
    }

    private void OnStart(JsonElement message)
    {
        // 1
        _id = RawJson.TextOf(message, "id"u8) is { Length: > 0 } id ? id.ToArray() : _id;
        _model = RawJson.TextOf(message, "model"u8) is { Length: > 0 } model ? model.ToArray() : _model;
        _usage.Read(RawJson.Member(message, "usage"u8));
        BeginDelta();
        Json.WriteString("role"u8, "assistant"u8);
        Json.WriteString("content"u8, ""u8);
        EndDelta();
    }

    private void OnBlock(long index, JsonElement block)
    {
        // 2
        if (RawJson.Is(block, "type"u8, "tool_use"u8))
        {
            var input = RawJson.Member(block, "input"u8);
            _tools.Add(new Tool(index, input.ValueKind == JsonValueKind.Object ? RawJson.Of(input).ToArray() : [.. "{}"u8]));
            BeginDelta();
            BeginTool(_tools.Count - 1);
            Json.Copy("id"u8, block, "id"u8);
            Json.WriteString("type"u8, "function"u8);
            Json.WriteStartObject("function"u8);
            Json.Copy("name"u8, block, "name"u8);
            Json.WriteString("arguments"u8, ""u8);
            EndTool();
            EndDelta();
            return;
        }

        // Empty in Anthropic's own API.
        WritePiece("content"u8, RawJson.TextOf(block, "text"u8));
        WritePiece("reasoning_content"u8, RawJson.TextOf(block, "thinking"u8));
    }

    private void OnDelta(long index, JsonElement delta)
    {
        WritePiece("content"u8, RawJson.Is(delta, "type"u8, "text_delta"u8) ? RawJson.TextOf(delta, "text"u8) : default);
        WritePiece("reasoning_content"u8, RawJson.Is(delta, "type"u8, "thinking_delta"u8) ? RawJson.TextOf(delta, "thinking"u8) : default);
        var place = _tools.FindIndex(tool => tool.Block == index);
        if (place >= 0 && RawJson.TextOf(delta, "partial_json"u8) is { Length: > 0 } piece)
        {
            _tools[place].HasArguments = true;
            WriteArguments(place, piece, isRaw: true);
        }
    }

    /// <summary>A tool without arguments has none in pieces, and its client parses a JSON object: it gets the one that the block began with.</summary>
    private void OnBlockEnd(long index)
    {
        var place = _tools.FindIndex(tool => tool.Block == index);
        if (place >= 0 && !_tools[place].HasArguments)
        {
            WriteArguments(place, _tools[place].Input, isRaw: false);
        }
    }

    private void OnEnd()
    {
        // 4
        Begin();
        Json.WriteStartArray("choices"u8);
        Json.WriteStartObject();
        Json.WriteNumber("index"u8, 0);
        Json.WriteStartObject("delta"u8);
        Json.WriteEndObject();
        Json.WriteString("finish_reason"u8, _finishReason);
        Json.WriteEndObject();
        Json.WriteEndArray();
        if (wantsUsage)
        {
            Finish();
            Begin();
            Json.WriteStartArray("choices"u8);
            Json.WriteEndArray();
        }

        _usage.Write(Json);
        Finish();
        Output.Write("data: [DONE]\n\n"u8);
        End();
    }

    private void WritePiece(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
        {
            BeginDelta();
            Json.Write(name, text);
            EndDelta();
        }
    }

    private void WriteArguments(int place, ReadOnlySpan<byte> piece, bool isRaw)
    {
        BeginDelta();
        BeginTool(place);
        Json.WriteStartObject("function"u8);
        if (isRaw)
        {
            Json.Write("arguments"u8, piece);
        }
        else
        {
            Json.WriteString("arguments"u8, piece);
        }

        EndTool();
        EndDelta();
    }

    private void BeginTool(int place)
    {
        Json.WriteStartArray("tool_calls"u8);
        Json.WriteStartObject();
        Json.WriteNumber("index"u8, place);
    }

    private void EndTool()
    {
        Json.WriteEndObject();
        Json.WriteEndObject();
        Json.WriteEndArray();
    }

    private void BeginDelta()
    {
        Begin();
        Json.WriteStartArray("choices"u8);
        Json.WriteStartObject();
        Json.WriteNumber("index"u8, 0);
        Json.WriteStartObject("delta"u8);
    }

    private void EndDelta()
    {
        Json.WriteEndObject();
        Json.WriteNull("finish_reason"u8);
        Json.WriteEndObject();
        Json.WriteEndArray();
        Finish();
    }

    private void Begin()
    {
        Output.Write("data: "u8);
        Json.Reset();
        Json.WriteStartObject();
        Json.Write("id"u8, _id);
        Json.WriteString("object"u8, "chat.completion.chunk"u8);
        Json.WriteNumber("created"u8, _created);
        Json.Write("model"u8, _model);
    }

    private void Finish()
    {
        Json.WriteEndObject();
        Json.Flush();
        Output.Write("\n\n"u8);
    }

    private sealed class Tool(long block, byte[] input)
    {
        public long Block => block;

        public byte[] Input => input;

        public bool HasArguments { get; set; }
    }
}
