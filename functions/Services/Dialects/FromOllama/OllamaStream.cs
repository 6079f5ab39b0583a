using System.Buffers;
using System.Text.Json;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Dialects.FromOllama;

/// <summary>
/// A chat completion's stream as Ollama's lines of JSON: one for each piece of text or thought, one with all calls of tools, and the last one with the numbers.
/// </summary>
internal sealed class OllamaStream(Stream provider, OllamaLines lines) : ChatStream(provider, ErrorDialect.Ollama)
{
    private readonly List<OllamaToolCall> _tools = [];

    public override void Reasoning(ReadOnlySpan<byte> text)
    {
        if (lines.ShowsThinking)
        {
            WriteLine(default, text, []);
        }
    }

    public override void Text(ReadOnlySpan<byte> text) => WriteLine(text, default, []);

    public override void ToolCall(int place, bool isNew, ReadOnlySpan<byte> id, ReadOnlySpan<byte> name, JsonElement arguments) =>
        OllamaToolCall.Add(_tools, isNew, place, id, name, arguments);

    protected override void OnComplete()
    {
        if (_tools.Count > 0)
        {
            WriteLine(default, default, _tools);
        }

        Json.Reset();
        lines.Begin(Json);
        lines.WriteMessage(Json, default, default, []);
        lines.EndDone(Json, Pieces);
        Json.Flush();
        Output.Write("\n"u8);
    }

    private void WriteLine(ReadOnlySpan<byte> text, ReadOnlySpan<byte> thinking, IReadOnlyList<OllamaToolCall> tools)
    {
        lines.Heard();
        Json.Reset();
        lines.Begin(Json);
        lines.WriteMessage(Json, text, thinking, tools);
        OllamaLines.EndOpen(Json);
        Json.Flush();
        Output.Write("\n"u8);
    }
}
