using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Completion;

/// <summary>What becomes of a call, in the order in which it happens. No text holds half a character.</summary>
internal abstract record CompletionEvent
{
    private CompletionEvent()
    {
    }

    /// <summary>The provider answered with a success: once, first.</summary>
    /// <param name="Connection">Its name.</param>
    internal sealed record Opened(string Connection) : CompletionEvent;

    /// <summary>A piece of the answer, never empty.</summary>
    internal sealed record Text(string Value) : CompletionEvent;

    /// <summary>A piece of what the model thinks before it answers, never empty; from a field of its own or from a leading <c>&lt;think&gt;</c>.</summary>
    internal sealed record Reasoning(string Value) : CompletionEvent;

    /// <summary>The tools that the model asks for: once, before the end.</summary>
    /// <param name="Json">The whole array, as <c>message.tool_calls</c> has it.</param>
    internal sealed record ToolCalls(string Json) : CompletionEvent;

    /// <summary>What the call took: at most once, before the end.</summary>
    /// <param name="Json">The provider's last usage object, without blanks.</param>
    internal sealed record Usage(string Json) : CompletionEvent;

    /// <summary>The answer is complete: last.</summary>
    /// <param name="Reason">The provider's <c>finish_reason</c>: <c>stop</c>, <c>length</c>, <c>tool_calls</c>...</param>
    internal sealed record Finished(string Reason) : CompletionEvent;

    /// <summary>There is no answer, or no more of it: last.</summary>
    /// <param name="Report">The provider's own status and message, or the leg on which the call broke.</param>
    /// <param name="Connection">The connection that failed; null when none was chosen.</param>
    internal sealed record Failed(ErrorReport Report, string? Connection) : CompletionEvent;
}
