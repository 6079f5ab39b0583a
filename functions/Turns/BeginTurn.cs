using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Turns;

/// <summary><c>POST /api/chat/completions</c> with a chat: stores the turn, lets it run, and is its first follower.</summary>
internal sealed class BeginTurn(TurnStarter turns, AnswerFollower follower, PlainChats plain, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, TurnCaller caller, ReadOnlyMemory<byte> bytes, bool isKept)
    {
        var (body, refusal) = TurnBody.Read(bytes, caller, isKept);
        if (body is null)
        {
            await ErrorWriter.WriteAsync(context, refusal!);
            return;
        }

        var request = body.Request;
        if (body.Plain is { } messages)
        {
            (request, refusal) = await plain.KeepAsync(request, messages, context.RequestAborted);
            if (refusal is not null)
            {
                await ErrorWriter.WriteAsync(context, refusal);
                return;
            }
        }

        switch (await turns.BeginAsync(request, context.RequestAborted))
        {
            case TurnOutcome.Refused refused:
                await ErrorWriter.WriteAsync(context, refused.Report);
                break;
            case TurnOutcome.Begun begun:
                context.Response.Headers["x-openwebui-chat-id"] = begun.Chat.Text;
                await AnswerAsync(context, caller.Owner, body, begun);
                break;
            default:
                await ErrorWriter.WriteAsync(context, new(404, "chat_not_found", "There is no such chat, or no such message in it.", "chat_id"));
                break;
        }
    }

    private Task AnswerAsync(HttpContext context, OwnerId owner, TurnBody body, TurnOutcome.Begun begun)
    {
        if (body.AnswersAtOnce)
        {
            return JsonAnswer.WriteAsync(context, json => WriteTasks(json, begun));
        }

        var answer = begun.Answers[0];
        // Going on begins where the caller stands, or else the text; anything else is told from its first word.
        var from = body.Request.Continues ? body.Request.ContinuesFrom ?? answer.Sequence : 0;
        var events = follower.FollowAsync(owner, begun.Chat, answer, from, body.AwaitsTitle, begun.Run, context.RequestAborted);
        return body.Streams
            ? new AnswerStream(context, begun.Chat, answer, begun.UserMessage, time).WriteAsync(events, from)
            : WriteWholeAsync(context, events);
    }

    private static void WriteTasks(Utf8JsonWriter json, TurnOutcome.Begun begun)
    {
        json.WriteStartObject();
        json.WriteBoolean("status", true);
        json.WriteString("chat_id", begun.Chat.Text);
        json.WriteString("user_message_id", begun.UserMessage?.Text);
        json.WriteString("task_id", TaskId.Of(begun.Chat, begun.Answers[0].Id));
        json.WriteStartArray("task_ids");
        foreach (var answer in begun.Answers)
        {
            json.WriteStringValue(TaskId.Of(begun.Chat, answer.Id));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task WriteWholeAsync(HttpContext context, IAsyncEnumerable<AnswerEvent> events)
    {
        Message? ended = null;
        await foreach (var said in events)
        {
            ended = (said as AnswerEvent.Ended)?.Message ?? ended;
        }

        if (ended is null or { State: MessageState.Failed or MessageState.Interrupted })
        {
            var failure = ended is null ? new(502, "The chat was removed meanwhile.", "interrupted", null) : AnswerFailure.Of(ended);
            await JsonAnswer.WriteAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteStartObject("error");
                failure.WriteFields(json);
                json.WriteEndObject();
                json.WriteEndObject();
            }, failure.Status is >= 400 and < 600 ? failure.Status : 502);
            return;
        }

        await JsonAnswer.WriteAsync(context, json => WriteCompletion(json, ended));
    }

    private static void WriteCompletion(Utf8JsonWriter json, Message message)
    {
        json.WriteStartObject();
        json.WriteString("id", "chatcmpl-" + message.Id);
        json.WriteString("object", "chat.completion");
        json.WriteNumber("created", message.CreatedAt.ToUnixTimeSeconds());
        json.WriteString("model", message.Model);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        json.WriteString("content", message.Content);
        if (message.Reasoning.Length > 0)
        {
            json.WriteString("reasoning_content", message.Reasoning);
        }

        if (message.ToolCalls is { } calls)
        {
            json.WritePropertyName("tool_calls");
            json.WriteRawValue(calls);
        }

        json.WriteEndObject();
        json.WriteString("finish_reason", message.FinishReason ?? "stop");
        json.WriteEndObject();
        json.WriteEndArray();
        if (message.Usage is { } usage)
        {
            json.WritePropertyName("usage");
            json.WriteRawValue(usage);
        }

        json.WriteEndObject();
    }
}
