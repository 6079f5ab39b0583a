using System.Buffers;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects.FromAnthropic;

/// <summary>
/// A chat completion's stream as a message's (Anthropic, "Streaming messages", version 2023-06-01):
/// <list type="number">
/// <item>The first chunk: <c>message_start</c>. Its usage is 0, the true one comes last, as for OpenAI's clients.</item>
/// <item>Thoughts, text and each call of a tool: a block of its own, begun by its first piece and ended by the next block's.</item>
/// <item>The end: the block's, <c>message_delta</c> with the reason and the usage, <c>message_stop</c>.</item>
/// </list>
/// </summary>
internal sealed class MessageStream(Stream provider, string model) : ChatStream(provider, ErrorDialect.Anthropic)
{
    private const int NoTool = -1;

    private Block _block = Block.None;
    private int _index = -1;
    private int _tool = NoTool;
    private bool _hasStarted;

    private enum Block
    {
        None,
        Thinking,
        Text,
        Tool,
    }

    public override void Reasoning(ReadOnlySpan<byte> text)
    {
        if (_block != Block.Thinking)
        {
            BeginBlock(Block.Thinking, "thinking"u8);
            Json.WriteString("thinking"u8, ""u8);
            Json.WriteString("signature"u8, ""u8);
            EndBlockStart();
        }

        WriteDelta("thinking_delta"u8, "thinking"u8, text);
    }

    public override void Text(ReadOnlySpan<byte> text)
    {
        if (_block != Block.Text)
        {
            BeginBlock(Block.Text, "text"u8);
            Json.WriteString("text"u8, ""u8);
            EndBlockStart();
        }

        WriteDelta("text_delta"u8, "text"u8, text);
    }

    public override void ToolCall(int place, bool isNew, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments)
    {
        if (isNew)
        {
            BeginBlock(Block.Tool, "tool_use"u8);
            Json.Write("id"u8, MessageId.OfTool(id));
            Json.Write("name"u8, name.IsEmpty ? "\"\""u8 : name);
            Json.WriteStartObject("input"u8);
            Json.WriteEndObject();
            EndBlockStart();
            _tool = place;
        }
        else if (_block != Block.Tool || place != _tool)
        {
            // No server is known that does it, and a client could not be told any more.
            throw new JsonException("A tool's arguments go on after the next block has begun.");
        }

        if (arguments.ValueKind == JsonValueKind.String && RawJson.Of(arguments).Length > 2)
        {
            WriteDelta("input_json_delta"u8, "partial_json"u8, RawJson.Of(arguments));
        }
        else if (arguments.ValueKind == JsonValueKind.Object)
        {
            Begin("content_block_delta"u8);
            Json.WriteNumber("index"u8, _index);
            Json.WriteStartObject("delta"u8);
            Json.WriteString("type"u8, "input_json_delta"u8);
            Json.WriteString("partial_json"u8, RawJson.Of(arguments));
            Json.WriteEndObject();
            Finish();
        }
    }

    protected override void OnChunk(JsonElement chunk)
    {
        if (!_hasStarted)
        {
            Start(MessageId.Of(chunk));
        }
    }

    protected override void OnComplete()
    {
        // 3
        if (!_hasStarted)
        {
            Start(MessageId.Of(default));
        }

        EndBlock();
        Begin("message_delta"u8);
        Json.WriteStartObject("delta"u8);
        Json.WriteString("stop_reason"u8, MessageUsage.StopReasonOf(Pieces));
        Json.WriteNull("stop_sequence"u8);
        Json.WriteEndObject();
        Json.WriteUsage(Pieces.Usage);
        Finish();
        Begin("message_stop"u8);
        Finish();
    }

    private void Start(string id)
    {
        // 1
        _hasStarted = true;
        Begin("message_start"u8);
        Json.WriteStartObject("message"u8);
        Json.WriteString("id"u8, id);
        Json.WriteString("type"u8, "message"u8);
        Json.WriteString("role"u8, "assistant"u8);
        Json.WriteString("model"u8, model);
        Json.WriteStartArray("content"u8);
        Json.WriteEndArray();
        Json.WriteNull("stop_reason"u8);
        Json.WriteNull("stop_sequence"u8);
        Json.WriteUsage(default);
        Json.WriteEndObject();
        Finish();
    }

    private void BeginBlock(Block block, ReadOnlySpan<byte> type)
    {
        // 2
        EndBlock();
        (_block, _tool) = (block, NoTool);
        _index++;
        Begin("content_block_start"u8);
        Json.WriteNumber("index"u8, _index);
        Json.WriteStartObject("content_block"u8);
        Json.WriteString("type"u8, type);
    }

    private void EndBlockStart()
    {
        Json.WriteEndObject();
        Finish();
    }

    private void EndBlock()
    {
        if (_block == Block.None)
        {
            return;
        }

        Begin("content_block_stop"u8);
        Json.WriteNumber("index"u8, _index);
        Finish();
        _block = Block.None;
    }

    private void WriteDelta(ReadOnlySpan<byte> type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        Begin("content_block_delta"u8);
        Json.WriteNumber("index"u8, _index);
        Json.WriteStartObject("delta"u8);
        Json.WriteString("type"u8, type);
        Json.Write(name, text);
        Json.WriteEndObject();
        Finish();
    }

    private void Begin(ReadOnlySpan<byte> name)
    {
        Output.Write("event: "u8);
        Output.Write(name);
        Output.Write("\ndata: "u8);
        Json.Reset();
        Json.WriteStartObject();
        Json.WriteString("type"u8, name);
    }

    private void Finish()
    {
        Json.WriteEndObject();
        Json.Flush();
        Output.Write("\n\n"u8);
    }
}
