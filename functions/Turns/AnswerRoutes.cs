using System.Globalization;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Turns;

/// <summary>Answers while they are written, and after: follow one, stop one, ask which run.</summary>
internal sealed class AnswerRoutes(ChatStore chats, AnswerFollower follower, AnswerRuns runs, RunStore store, TimeProvider time)
{
    /// <summary>How long a stop waits for the answer to be stored as stopped. In another instance it takes up to its next checkpoint, and is not waited for.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private static readonly ErrorReport NotFound = new(404, "not_found", "There is no such answer.");

    /// <summary><c>GET /api/v1/chats/{id}/messages/{mid}/stream?from=</c></summary>
    public async Task FollowAsync(HttpContext context, string id, string mid)
    {
        if (!TryFrom(context.Request, out var from))
        {
            await ErrorWriter.WriteAsync(context, new(422, "invalid_query", "'from' must be a whole number that is not negative.", "from"));
            return;
        }

        if (await FindAsync(context, id, mid) is not var (chat, answer))
        {
            await ErrorWriter.WriteAsync(context, NotFound);
            return;
        }

        var events = follower.FollowAsync(OwnerOf(context), chat, answer, from, awaitTitle: context.Request.Query["title"] == "true", begun: null, context.RequestAborted);
        await new AnswerStream(context, chat, answer, null, time).WriteAsync(events, from);
    }

    /// <summary><c>POST /api/v1/chats/{id}/messages/{mid}/stop</c></summary>
    public async Task StopAsync(HttpContext context, string id, string mid)
    {
        if (await FindAsync(context, id, mid) is not var (chat, answer))
        {
            await ErrorWriter.WriteAsync(context, NotFound);
            return;
        }

        var now = await StopAsync(OwnerOf(context), chat, answer, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => MessageJson.Write(json, now));
    }

    /// <summary><c>POST /api/tasks/stop/{task}</c></summary>
    public async Task StopTaskAsync(HttpContext context, string task)
    {
        if (!TaskId.TryParse(task, out var chatId, out var answerId) || await FindAsync(context, chatId.Text, answerId.Text) is not var (chat, answer))
        {
            await ErrorWriter.WriteAsync(context, new(404, "not_found", "There is no such task."));
            return;
        }

        var before = answer.State;
        await StopAsync(OwnerOf(context), chat, answer, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            json.WriteString("message", before == MessageState.Running ? $"Task {task} is stopped." : $"Task {task} was over already.");
            json.WriteEndObject();
        });
    }

    /// <summary><c>GET /api/tasks/chat/{id}</c></summary>
    public async Task ListTasksAsync(HttpContext context, string id)
    {
        var owner = OwnerOf(context);
        if (!ChatId.TryParse(id, out var chatId) || await chats.GetAsync(owner, chatId, context.RequestAborted) is null)
        {
            await ErrorWriter.WriteAsync(context, new(404, "not_found", "There is no such chat."));
            return;
        }

        var running = await store.RunningAsync(owner, chatId, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("task_ids");
            foreach (var lease in running)
            {
                json.WriteStringValue(TaskId.Of(chatId, lease.Answer));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task<Message> StopAsync(OwnerId owner, ChatId chat, Message answer, CancellationToken cancellation)
    {
        if (runs.Find(new(owner, chat, answer.Id)) is { } run)
        {
            run.Stop();
            await Task.WhenAny(run.Ended, Task.Delay(StopPatience, time, cancellation));
            return run.Now;
        }

        if (answer.State == MessageState.Running && !await store.AskToStopAsync(owner, chat, answer.Id, cancellation))
        {
            return await store.SettleAsync(owner, chat, answer, cancellation);
        }

        return answer;
    }

    private async Task<(ChatId Chat, Message Answer)?> FindAsync(HttpContext context, string id, string mid)
    {
        var owner = OwnerOf(context);
        if (!ChatId.TryParse(id, out var chat) || !MessageId.TryParse(mid, out var answer))
        {
            return null;
        }

        // A running answer of this process is its owner's by its key; a deleted chat's answers are nobody's.
        if (await chats.GetAsync(owner, chat, context.RequestAborted) is null)
        {
            return null;
        }

        return await follower.FindAsync(owner, chat, answer, null, context.RequestAborted) is { IsUser: false } found ? (chat, found) : null;
    }

    private static OwnerId OwnerOf(HttpContext context) => AccessGate.CallerOf(context).Owner!.Value;

    /// <summary>Where to go on: the query, else what an EventSource sends when it connects again, else the beginning.</summary>
    private static bool TryFrom(HttpRequest request, out int from)
    {
        var text = request.Query["from"].ToString() is { Length: > 0 } query ? query : request.Headers["Last-Event-ID"].ToString();
        from = 0;
        return text.Length == 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out from);
    }
}
