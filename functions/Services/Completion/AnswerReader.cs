using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Completion;

/// <summary>
/// Understands a provider's answer, chunk by chunk (OpenAI API reference, chat completion chunk) or whole (chat completion). What
/// may stand in more than one chunk (a tag, a character, a tool call) is held until it is whole.
/// </summary>
/// <param name="connection">Whose answer it is, with every key that must not be told.</param>
internal sealed class AnswerReader(Connection connection)
{
    private readonly ThinkTags _think = new();
    private readonly WholeCharacters _text = new();
    private readonly WholeCharacters _reasoning = new();
    private readonly ToolCallList _tools = new();
    private string? _usage;
    private string? _reason;

    /// <summary>Why there is no more, where that is known.</summary>
    public ErrorReport? Failure { get; private set; }

    /// <summary>The provider said that its answer is complete; its usage may still come.</summary>
    public bool IsFinished => _reason is not null || IsDone;

    /// <summary>The provider said that nothing more comes.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Something of a completion was there.</summary>
    public bool HasChoices { get; private set; }

    /// <summary>What is new in a chunk, or in a whole completion.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="isError">The event is labelled as an error.</param>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public IReadOnlyList<CompletionEvent> Read(ReadOnlyMemory<byte> json, bool isError = false)
    {
        // A server that cuts raw text anywhere sends half characters.
        using var document = JsonDocument.Parse(Utf8.IsValid(json.Span) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span)));
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("Not an object.");
        }

        if (isError || JsonText.Of(root, "object") == "error" || (root.TryGetProperty("error", out var error) && IsTrue(error)))
        {
            Failure = ProviderMessage.OfEvent(root, connection);
            return [];
        }

        if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            _usage = JsonText.Compact(usage);
        }

        if (!root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() == 0)
        {
            return [];
        }

        HasChoices = true;
        return ReadChoice(choices[0]);
    }

    /// <summary><c>[DONE]</c>, or the end of a whole completion.</summary>
    public void Done() => IsDone = true;

    /// <summary>The provider's answer with an error status, as a report.</summary>
    public async Task<ErrorReport> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        ProviderMessage.Of(response, await UpstreamError.ReadAsync(response, connection, cancellation), connection);

    public void Fail(ErrorReport report) => Failure ??= report;

    /// <summary>What was still held, and the last event.</summary>
    public IEnumerable<CompletionEvent> End()
    {
        var reasoning = _reasoning.Rest();
        List<CompletionEvent> events = [.. Reasoning(reasoning), .. _think.Split(_text.Rest()), .. _think.Rest()];
        if (Failure is not null)
        {
            return [.. events, new CompletionEvent.Failed(Failure, connection.Name)];
        }

        if (!_tools.IsEmpty)
        {
            events.Add(new CompletionEvent.ToolCalls(_tools.ToJson()));
        }

        if (_usage is not null)
        {
            events.Add(new CompletionEvent.Usage(_usage));
        }

        return [.. events, new CompletionEvent.Finished(_reason ?? (_tools.IsEmpty ? "stop" : "tool_calls"))];
    }

    private List<CompletionEvent> ReadChoice(JsonElement choice)
    {
        // A second answer (n > 1) has index 1.
        if (choice.ValueKind != JsonValueKind.Object || (choice.TryGetProperty("index", out var index) && index.ValueKind == JsonValueKind.Number && index.GetDouble() > 0))
        {
            return [];
        }

        List<CompletionEvent> events = [];
        if ((choice.TryGetProperty("delta", out var said) || choice.TryGetProperty("message", out said)) && said.ValueKind == JsonValueKind.Object)
        {
            // Some servers send both fields, with the same text.
            events.AddRange(Reasoning(_reasoning.Pass(JsonText.Of(said, "reasoning_content") ?? JsonText.Of(said, "reasoning") ?? "")));
            if (said.TryGetProperty("content", out var content))
            {
                events.AddRange(Content(content));
            }

            events.AddRange(Text(JsonText.Of(said, "refusal")));
            if (said.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
            {
                _tools.Add(calls);
            }
        }

        _reason = JsonText.Of(choice, "finish_reason") is { Length: > 0 } reason ? reason : _reason;
        return events;
    }

    /// <summary>A string, or parts: Mistral's reasoning models send <c>text</c> and <c>thinking</c>, which holds parts again.</summary>
    private IEnumerable<CompletionEvent> Content(JsonElement content)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            return Text(JsonText.Of(content));
        }

        List<CompletionEvent> events = [];
        foreach (var part in content.EnumerateArray())
        {
            events.AddRange(Text(JsonText.Of(part, "text")));
            if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("thinking", out var thinking) && thinking.ValueKind == JsonValueKind.Array)
            {
                events.AddRange(thinking.EnumerateArray().SelectMany(thought => Reasoning(_reasoning.Pass(JsonText.Of(thought, "text") ?? ""))).ToList());
            }
        }

        return events;
    }

    private IEnumerable<CompletionEvent> Text(string? piece) => string.IsNullOrEmpty(piece) ? [] : _think.Split(_text.Pass(piece));

    private static IEnumerable<CompletionEvent> Reasoning(string piece) => piece.Length == 0 ? [] : [new CompletionEvent.Reasoning(piece)];

    private static bool IsTrue(JsonElement error) => !JsonText.IsBlank(error) && error.ValueKind != JsonValueKind.False;
}
