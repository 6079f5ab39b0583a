using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Completion;

namespace OpenWebUi.Services.Conversations;

/// <summary>An answer's message as it grows: text goes into the log, everything else that is known of it at its end stays here.</summary>
internal sealed class AnswerDraft(Message begun, AnswerLog log, TimeProvider time)
{
    /// <summary>An answer longer than a book is a model that does not stop.</summary>
    private const int MaxUnits = 4_000_000;

    /// <summary>Whoever asks for more than that is not waited for.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Message _begun = begun;
    private Message _message = begun;
    private long? _reasoningSince;

    /// <summary>As it runs: with the text so far.</summary>
    public Message Running => _begun.WithText(log.Text);

    /// <returns>False where nothing more should be read.</returns>
    public bool Take(CompletionEvent said)
    {
        switch (said)
        {
            case CompletionEvent.Text text:
                EndReasoning();
                log.Append(new AnswerPiece(AnswerPart.Content, text.Value));
                break;
            case CompletionEvent.Reasoning reasoning:
                _reasoningSince ??= time.GetTimestamp();
                log.Append(new AnswerPiece(AnswerPart.Reasoning, reasoning.Value));
                break;
            case CompletionEvent.ToolCalls calls:
                _message = _message with { ToolCalls = calls.Json };
                break;
            case CompletionEvent.Usage usage:
                _message = _message with { Usage = usage.Json };
                break;
            case CompletionEvent.Finished finished:
                _message = _message with { State = MessageState.Done, FinishReason = finished.Reason };
                break;
            case CompletionEvent.Failed failed:
                Fail(failed.Report, failed.Connection);
                break;
        }

        if (log.Sequence > MaxUnits && _message.State == MessageState.Running)
        {
            Fail(new(502, "answer_too_long", "The model did not come to an end: the answer was closed at four million characters."), null);
            return false;
        }

        return true;
    }

    public void Fail(ErrorReport report, string? connection)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("content", report.Message);
            json.WriteNumber("status", report.Status);
            json.WriteString("type", report.Code);
            json.WriteString("connection", connection);
            if (report.RetryAfter is { } wait && wait <= LongestWait)
            {
                json.WriteNumber("retry_at", (time.GetUtcNow() + wait).ToUnixTimeSeconds());
            }

            json.WriteEndObject();
        }

        _message = _message with { State = MessageState.Failed, Error = Encoding.UTF8.GetString(buffer.WrittenSpan) };
    }

    /// <summary>The whole message.</summary>
    /// <param name="cause">Why it ended before its own end. An answer that was over already does not mind.</param>
    public Message End(MessageState cause)
    {
        EndReasoning();
        return _message.WithText(log.Text) with { State = _message.State == MessageState.Running ? cause : _message.State };
    }

    private void EndReasoning()
    {
        if (_reasoningSince is { } since && _message.ReasoningMs is null)
        {
            _message = _message with { ReasoningMs = (long)time.GetElapsedTime(since).TotalMilliseconds };
        }
    }
}
