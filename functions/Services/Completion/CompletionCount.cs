using System.Text.Json;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Services.Completion;

/// <summary>What an answer used, by its events: what the provider says, else by the length of its texts.</summary>
internal sealed class CompletionCount
{
    private long _characters;
    private TokenUsage? _said;

    public void Take(CompletionEvent next)
    {
        switch (next)
        {
            case CompletionEvent.Text text:
                _characters += text.Value.Length;
                break;
            case CompletionEvent.Reasoning reasoning:
                _characters += reasoning.Value.Length;
                break;
            case CompletionEvent.Usage usage:
                using (var json = JsonDocument.Parse(usage.Json))
                {
                    _said = TokenUsage.Read(json.RootElement);
                }

                break;
        }
    }

    /// <summary>Null where nothing came.</summary>
    public TokenUsage? Result(long promptBytes) => _said ?? (_characters > 0 ? TokenUsage.Estimate(promptBytes, _characters) : null);
}
