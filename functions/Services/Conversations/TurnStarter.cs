using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Begins a turn:
/// <list type="number">
/// <item>The chat is read, and the answer that the request names, if it is there already.</item>
/// <item>The context is read: one query, from where the turn before began its own.</item>
/// <item>The person's message, the empty answers, their leases and the chat with its new end are stored in one batch.</item>
/// <item>The runs begin.</item>
/// </list>
/// When somebody else changed the chat between 1 and 3, all begins anew. A request whose message is there already is one that
/// was sent again: its answers are found, nothing is stored.
/// </summary>
internal sealed class TurnStarter(
    RowStore rows, ChatStore chats, MessageStore messages, RunStore store, ContextWindow window, AnswerRuns runs, ChatTitles titles,
    TaskOptions tasks, RunOptions options, TimeProvider time)
{
    private const int MaxAttempts = 8;

    private static readonly ErrorReport Busy = new(
        409, "chat_busy", "This chat changes faster than the turn can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    public async Task<TurnOutcome> BeginAsync(TurnRequest request, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await TryAsync(request, cancellation) is { } outcome)
            {
                return outcome;
            }
        }

        return new TurnOutcome.Refused(Busy);
    }

    /// <summary>Null: somebody else was first.</summary>
    private async Task<TurnOutcome?> TryAsync(TurnRequest request, CancellationToken cancellation)
    {
        // 1
        var chat = request.Chat is { } id ? await chats.GetAsync(request.Owner, id, cancellation) : null;
        if (request.Chat is not null && chat is null)
        {
            return new TurnOutcome.Missing();
        }

        Message? standing = null;
        if (chat is not null && request is { Message: null, Answers: [{ Id: { } wanted }] })
        {
            standing = await messages.GetAsync(request.Owner, chat.Id, wanted, cancellation);
            if (standing is not null && await ReuseAsync(request, chat, standing, cancellation) is { } reused)
            {
                return reused;
            }

            standing = standing is null ? null : await store.SettleAsync(request.Owner, chat.Id, standing, cancellation);
        }

        if (request.Continues && standing is null)
        {
            return new TurnOutcome.Missing();
        }

        // 2
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var begun = chat ?? NewChat(request, now);
        var parentId = request.Message is not null ? request.Parent : standing is not null ? standing.ParentId : request.Parent ?? begun.CurrentId;
        var (parent, context, problem) = await ContextAsync(request, begun, parentId, cancellation);
        if (problem is not null)
        {
            return problem;
        }

        var turn = new TurnRows(request, begun, isNew: chat is null, parent, context, standing, options, now);
        if (turn.Refusal() is { } refusal)
        {
            return new TurnOutcome.Refused(refusal);
        }

        // 3
        switch (await rows.BatchAsync(ChatRows.Table, request.Owner.Text, turn.Operations, cancellation))
        {
            case BatchOutcome.Committed committed:
                return Start(request, begun, turn, committed);
            case BatchOutcome.Failed failed when turn.IsMessageThere(failed):
                return await RepeatAsync(request, begun, cancellation);
            default:
                return null;
        }
    }

    /// <summary>The answer that the request names is there: it is followed, unless it is to be written, or gone on with.</summary>
    private async Task<TurnOutcome?> ReuseAsync(TurnRequest request, Chat chat, Message standing, CancellationToken cancellation)
    {
        if (standing.Role != Message.AssistantRole)
        {
            return new TurnOutcome.Refused(new(409, "not_an_answer", "The message with this id is no answer.", "id"));
        }

        if (!request.Continues)
        {
            return standing.RunId is null && standing.Sequence == 0 ? null : new TurnOutcome.Begun(chat.Id, standing.ParentId, [standing]);
        }

        var now = runs.Find(new(request.Owner, chat.Id, standing.Id))?.Now ?? await store.SettleAsync(request.Owner, chat.Id, standing, cancellation);
        var isOver = now.State != MessageState.Running && (request.ContinuesFrom is null || request.ContinuesFrom == now.Sequence);
        return isOver ? null : new TurnOutcome.Begun(chat.Id, standing.ParentId, [standing]);
    }

    private async Task<(Message? Parent, Context Context, TurnOutcome? Problem)> ContextAsync(
        TurnRequest request, Chat chat, MessageId? parentId, CancellationToken cancellation)
    {
        var none = new Context([], 0);
        if (parentId is not { } id)
        {
            return (null, none, null);
        }

        var at = id == chat.CurrentId ? new BranchCursor(id, chat.CurrentDepth) : await messages.FindAsync(request.Owner, chat.Id, id, cancellation);
        var tokens = request.Message is null ? 0 : ContextWindow.TokensOf(request.Message.Content);
        if (at is null || await window.ReadAsync(request.Owner, chat, at, tokens, cancellation) is not { } context)
        {
            return (null, none, new TurnOutcome.Missing());
        }

        var parent = context.Messages[^1];
        if (parent.State != MessageState.Running)
        {
            return (parent, context, null);
        }

        // Its instance may be gone; then what it left is the context.
        var settled = runs.Find(new(request.Owner, chat.Id, id)) is null ? await store.SettleAsync(request.Owner, chat.Id, parent, cancellation) : parent;
        return settled.State == MessageState.Running
            ? (null, none, new TurnOutcome.Refused(new(409, "answer_running", "The answer before is still being written. Wait for it, or stop it.")))
            : (settled, context with { Messages = [.. context.Messages.SkipLast(1), settled] }, null);
    }

    private TurnOutcome.Begun Start(TurnRequest request, Chat chat, TurnRows turn, BatchOutcome.Committed committed)
    {
        // 4
        var answers = turn.Stored(committed);
        foreach (var (answer, lease) in answers)
        {
            var prompt = request.Prompt?.DeepClone() ?? PromptJson.Messages(chat, turn.History(answer));
            var body = request.Parameters.DeepClone().AsObject();
            body["model"] = answer.Model;
            body["stream"] = true;
            body["messages"] = prompt;
            var call = new CompletionCall(answer.Model!, System.Text.Encoding.UTF8.GetBytes(ExtraJson.Text(body)), request.OwnKey);
            runs.Start(new(request.Owner, chat.Id, answer.Id), answer, lease, call, answer == answers[0].Answer ? Titles(request, chat, turn) : null);
        }

        return new(chat.Id, turn.User?.Id ?? answers[0].Answer.ParentId, [.. answers.Select(a => a.Answer)]);
    }

    private Func<Message, CancellationToken, Task<string?>>? Titles(TurnRequest request, Chat chat, TurnRows turn) =>
        request.WantsTitle && tasks.WritesTitles && ChatTitles.Wants(chat) && turn.Question is { Length: > 0 } question
            ? (answer, cancellation) => titles.WriteAsync(request.Owner, chat.Id, question, answer, request.OwnKey, cancellation)
            : null;

    private static Chat NewChat(TurnRequest request, DateTimeOffset now) =>
        new(request.Message is { } first ? ChatId.Of(request.Owner, first.Id) : ChatId.New(), ChatTitles.FirstWords(request.Message?.Content ?? ""), now, now);

    /// <summary>The message is stored already: the same request came again, or another one took its id.</summary>
    private async Task<TurnOutcome?> RepeatAsync(TurnRequest request, Chat chat, CancellationToken cancellation)
    {
        var message = request.Message!;
        if (await chats.GetAsync(request.Owner, chat.Id, cancellation) is null)
        {
            return new TurnOutcome.Refused(new(409, "chat_deleted", "This message began a chat that was deleted. Send it under a new id."));
        }

        if (await messages.GetAsync(request.Owner, chat.Id, message.Id, cancellation) is not { } stored)
        {
            return null;
        }

        if (!stored.IsUser || stored.Content != message.Content || stored.ParentId != request.Parent)
        {
            return new TurnOutcome.Refused(new(409, "id_taken", "Another message of this chat has this id.", "user_message"));
        }

        // Answers with these ids, or, where the request names none, whatever answers there are.
        var level = await messages.ReadLevelAsync(request.Owner, chat.Id, stored.Depth + 1, cancellation);
        var wanted = request.Answers.Select(a => a.Id).OfType<MessageId>().ToList();
        var answers = level.Where(m => m.ParentId == stored.Id && (wanted.Count == 0 || wanted.Contains(m.Id))).ToList();
        return answers.Count > 0
            ? new TurnOutcome.Begun(chat.Id, stored.Id, answers)
            : await TryAsync(request with { Chat = chat.Id, Message = null, Parent = stored.Id }, cancellation);
    }
}
