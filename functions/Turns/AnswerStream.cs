using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Turns;

/// <summary>
/// Writes a followed answer as an SSE stream of OpenAI chunks. The <c>id</c> of an event is the sequence after it, so that a
/// reader goes on by <c>from</c>, or an EventSource by Last-Event-ID (WHATWG HTML, 9.2.6). Silence is filled with comments.
/// </summary>
internal sealed class AnswerStream(HttpContext context, ChatId chat, Message answer, MessageId? userMessage, TimeProvider time)
{
    /// <summary>Promise 2 of the product.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Below the 30 minutes of <c>functionTimeout</c> in host.json, at which the Functions host kills the whole process. A
    /// stream that ends without an end says nothing about the answer: its reader goes on where it was.
    /// </summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(20);

    private const int MaxUnflushedBytes = 64 * 1024;

    /// <summary>Of one event.</summary>
    private const int MaxUnits = 32 * 1024;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly PipeWriter _to = context.Response.BodyWriter;
    private readonly ArrayBufferWriter<byte> _json = new(1024);

    /// <param name="events">What the answer says, from a sequence on.</param>
    /// <param name="from">That sequence.</param>
    public async Task WriteAsync(IAsyncEnumerable<AnswerEvent> events, int from)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers.CacheControl = "no-cache, no-transform";
        WriteEvent(from, json => WriteChunk(json, WriteStart));
        await _to.FlushAsync(context.RequestAborted);

        using var limit = new CancellationTokenSource(MaxDuration, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            if (await WriteEventsAsync(events, end.Token))
            {
                _to.Write("data: [DONE]\n\n"u8);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // The reader follows again.
        }

        await _to.FlushAsync(context.RequestAborted);
    }

    /// <returns>True where the answer came to a good end.</returns>
    private async Task<bool> WriteEventsAsync(IAsyncEnumerable<AnswerEvent> events, CancellationToken cancellation)
    {
        await using var reading = events.GetAsyncEnumerator(cancellation);
        var isWhole = false;
        while (await NextAsync(reading))
        {
            foreach (var said in Parts(reading.Current))
            {
                isWhole |= Write(said);
                if (_to.CanGetUnflushedBytes && _to.UnflushedBytes > MaxUnflushedBytes)
                {
                    // A reader that was behind gets what it missed at its own pace: no copy of all of it lies here meanwhile.
                    await _to.FlushAsync(context.RequestAborted);
                }
            }
        }

        return isWhole;
    }

    /// <summary>A long piece as several, none of which ends with half a character.</summary>
    private static IEnumerable<AnswerEvent> Parts(AnswerEvent said)
    {
        if (said is not AnswerEvent.Piece { Text.Length: > MaxUnits } piece)
        {
            yield return said;
            yield break;
        }

        for (var start = 0; start < piece.Text.Length;)
        {
            var end = Math.Min(start + MaxUnits, piece.Text.Length);
            end -= end < piece.Text.Length && char.IsHighSurrogate(piece.Text[end - 1]) ? 1 : 0;
            yield return piece with { Text = piece.Text[start..end], Sequence = piece.Sequence - (piece.Text.Length - end) };
            start = end;
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<AnswerEvent> reading)
    {
        var next = reading.MoveNextAsync();
        if (next.IsCompletedSuccessfully)
        {
            return next.Result;
        }

        var waiting = next.AsTask();
        try
        {
            // What was written goes out before a wait, never later.
            await _to.FlushAsync(context.RequestAborted);
            using var beats = new CancellationTokenSource();
            while (await Task.WhenAny(waiting, Task.Delay(Beat, time, beats.Token)) != waiting)
            {
                _to.Write(": keep-alive\n\n"u8);
                await _to.FlushAsync(context.RequestAborted);
            }

            await beats.CancelAsync();
        }
        finally
        {
            // The reader is gone, and its wait ends with it; an enumerator that still waits cannot be closed.
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await waiting;
    }

    /// <returns>True for a good end of the answer.</returns>
    private bool Write(AnswerEvent said)
    {
        switch (said)
        {
            case AnswerEvent.Piece piece:
                WriteEvent(piece.Sequence, json => WriteChunk(json, j =>
                    WriteDelta(j, delta => delta.WriteString(piece.Part == AnswerPart.Reasoning ? "reasoning_content" : "content", piece.Text), null)));
                return false;
            case AnswerEvent.Titled titled:
                WriteEvent(null, json => WriteChunk(json, j =>
                {
                    j.WriteStartArray("choices");
                    j.WriteEndArray();
                    j.WriteStartObject("openwebui");
                    j.WriteString("title", titled.Title);
                    j.WriteEndObject();
                }));
                return false;
            case AnswerEvent.Ended { Message.State: MessageState.Failed or MessageState.Interrupted } failed:
                WriteEvent(failed.Message.Sequence, json => WriteFailure(json, failed.Message));
                return false;
            case AnswerEvent.Ended ended:
                WriteEvent(ended.Message.Sequence, json => WriteChunk(json, j => WriteEnd(j, ended.Message)));
                return true;
            default:
                return false;
        }
    }

    private void WriteStart(Utf8JsonWriter json)
    {
        WriteDelta(json, delta =>
        {
            delta.WriteString("role", "assistant");
            delta.WriteString("content", "");
        }, null);
        json.WriteStartObject("openwebui");
        json.WriteString("chat_id", chat.Text);
        json.WriteString("message_id", answer.Id.Text);
        json.WriteString("user_message_id", (userMessage ?? answer.ParentId)?.Text);
        json.WriteString("task_id", TaskId.Of(chat, answer.Id));
        json.WriteString("state", MessageJson.StateText(answer.State));
        json.WriteNumber("sequence", answer.Sequence);
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, Message message)
    {
        WriteDelta(json, delta =>
        {
            if (message.ToolCalls is { } calls)
            {
                delta.WritePropertyName("tool_calls");
                delta.WriteRawValue(calls);
            }
        }, message.FinishReason ?? "stop");
        if (message.Usage is { } usage)
        {
            json.WritePropertyName("usage");
            json.WriteRawValue(usage);
        }

        WriteState(json, message);
    }

    private static void WriteFailure(Utf8JsonWriter json, Message message)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        AnswerFailure.Of(message).WriteFields(json);
        json.WriteEndObject();
        WriteState(json, message);
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, Message message)
    {
        json.WriteStartObject("openwebui");
        json.WriteString("state", MessageJson.StateText(message.State));
        json.WriteNumber("sequence", message.Sequence);
        if (message.ReasoningMs is { } milliseconds)
        {
            json.WriteNumber("reasoning_ms", milliseconds);
        }

        json.WriteEndObject();
    }

    private static void WriteDelta(Utf8JsonWriter json, Action<Utf8JsonWriter> writeDelta, string? finish)
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
        writeDelta(json);
        json.WriteEndObject();
        json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteChunk(Utf8JsonWriter json, Action<Utf8JsonWriter> writeRest)
    {
        json.WriteStartObject();
        json.WriteString("id", "chatcmpl-" + answer.Id);
        json.WriteString("object", "chat.completion.chunk");
        json.WriteNumber("created", answer.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model", answer.Model);
        writeRest(json);
        json.WriteEndObject();
    }

    private void WriteEvent(int? id, Action<Utf8JsonWriter> write)
    {
        if (id is { } sequence)
        {
            _to.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {sequence}\n")));
        }

        _json.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_json, Relaxed))
        {
            write(json);
        }

        _to.Write("data: "u8);
        _to.Write(_json.WrittenSpan);
        _to.Write("\n\n"u8);
    }
}
