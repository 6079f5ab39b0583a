using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenWebUi.Services.Guide;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Services.Completion;

/// <summary>Asks a model for a chat's title.</summary>
internal sealed partial class TitleClient(CompletionClient completions, TaskOptions tasks, TimeProvider time)
{
    /// <summary>A title that comes later finds nobody waiting. It bounds a reasoning model better than a number of tokens would.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>The beginning tells what a chat is about.</summary>
    private const int MaxShownCharacters = 2_000;

    /// <summary>Whoever writes more has not understood the task.</summary>
    private const int MaxReadCharacters = 8_000;

    private const string Prompt = """
        Write a title for this chat: 3 to 6 words, in the language of the chat.
        Answer with the title alone: no quotation marks, no formatting, no full stop at its end.

        <chat>
        {{MESSAGES:END:2}}
        </chat>
        """;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Asks once, 30 s at most, with <see cref="TaskOptions.Model"/> or the chat's own model.</summary>
    /// <param name="question">The first message; what is longer than 2,000 characters is cut.</param>
    /// <param name="answer">Its answer; likewise.</param>
    /// <param name="chatModel">The model that answered.</param>
    /// <param name="ownKey">The caller's own provider key, or null.</param>
    /// <returns>One line of at most 80 characters; null when titles are off, no language model is there, or it gave none.</returns>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancellation"/> was cancelled.</exception>
    public async Task<string?> WriteAsync(string question, string answer, string chatModel, string? ownKey, CancellationToken cancellation)
    {
        var model = tasks.Model ?? chatModel;
        if (!tasks.WritesTitles || model == GuideProvider.ModelId)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await ReadAsync(new CompletionCall(model, Body(model, PromptFor(question, answer)), ownKey, ModelViewer.Site), either.Token) is { } said
                ? TitleText.Of(said)
                : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>All that the model said; null when it failed.</summary>
    private async Task<string?> ReadAsync(CompletionCall call, CancellationToken cancellation)
    {
        var said = new StringBuilder();
        await foreach (var next in completions.AskAsync(call, cancellation))
        {
            switch (next)
            {
                case CompletionEvent.Text text:
                    said.Append(text.Value);
                    break;
                case CompletionEvent.Failed:
                    return null;
            }

            if (said.Length > MaxReadCharacters)
            {
                break;
            }
        }

        return said.ToString();
    }

    private string PromptFor(string question, string answer)
    {
        question = WholeCharacters.Cut(question, MaxShownCharacters);
        var messages = $"USER: {question}\nASSISTANT: {WholeCharacters.Cut(answer, MaxShownCharacters)}";
        // In one pass: a message that holds a placeholder keeps it.
        return Placeholder().Replace(tasks.TitlePrompt ?? Prompt, match => match.Value == "{{prompt}}" ? question : messages);
    }

    private static ReadOnlyMemory<byte> Body(string model, string prompt)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteBoolean("stream", true);
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteString("content", WholeCharacters.Mend(prompt));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    [GeneratedRegex(@"\{\{(MESSAGES:END:2|MESSAGES|prompt)\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Placeholder();
}
