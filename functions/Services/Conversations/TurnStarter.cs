using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Begins a turn:
/// <list type="number">
/// <item>The chat is read, its folder where it lies in one, and the answer that the request names, if it is there already.</item>
/// <item>The context is read: one query, from where the turn before began its own.</item>
/// <item>The files that the person's message names are looked up, then it, the empty answers, their leases and the chat with its new end are stored in one batch.</item>
/// <item>The runs begin.</item>
/// </list>
/// When somebody else changed the chat between 1 and 3, all begins anew. A request whose message is there already is one that
/// was sent again: its answers are found, nothing is stored. From 3 on the caller's going away ends nothing.
/// </summary>
internal sealed class TurnStarter(
    RowStore rows, ChatStore chats, MessageStore messages, MessageOverflow overflow, FolderStore folders, FolderOptions folderOptions, RunStore store, ContextWindow window, RepeatedTurns repeated,
    MessageFiles messageFiles, ContextFiles contextFiles, AnswerRuns runs, RunPlaces runPlaces, ChatTitles titles, TaskOptions tasks, RunOptions options, RealtimeNews news, TimeProvider time)
{
    private const int MaxAttempts = 8;

    /// <summary>Waits between tries to store a turn while the storage is away.</summary>
    private static readonly int[] StoreDelaysMs = [200, 500, 1_000];

    private static readonly ErrorReport Busy = new(
        409, "chat_busy", "This chat changes faster than the turn can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    private static readonly ErrorReport TooMany = new(
        429, "too_many_answers", "As many of your answers are being written as may be at once. Wait for one, or stop one.", RetryAfter: TimeSpan.FromSeconds(5));

    private static readonly ErrorReport NoFolder = new(404, "folder_not_found", "There is no such folder.", "folder_id");

    public async Task<TurnOutcome> BeginAsync(TurnRequest request, CancellationToken cancellation)
    {
        if (request.Message is { } message)
        {
            request = request with { Message = await messageFiles.LiftAsync(request.Owner, message, cancellation) };
        }

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
        var stored = request.Chat is { } id ? await chats.GetAsync(request.Owner, id, cancellation) : null;
        if (request.Chat is not null && stored is null)
        {
            return new TurnOutcome.Missing();
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var chat = stored ?? NewChat(request, now);
        var folder = folderOptions.AreOn && chat.Folder is { } folderId ? await folders.GetAsync(request.Owner, folderId, cancellation) : null;
        if (stored is null && request.Folder is not null && folder is null)
        {
            return new TurnOutcome.Refused(NoFolder);
        }

        Message? standing = null;
        if (stored is not null && request is { Message: null, Answers: [{ Asked: { } wanted }] })
        {
            (standing, var found) = await repeated.FindAsync(request, chat.Id, wanted, cancellation);
            if (found is not null)
            {
                return found;
            }
        }

        // 2
        var parentId = request.Message is not null ? request.Parent : standing is not null ? standing.ParentId : request.Parent ?? chat.CurrentId;
        var (parent, context, problem) = await ContextAsync(request, chat, parentId, cancellation);
        if (problem is not null)
        {
            return problem;
        }

        IReadOnlyList<StoredFile> files = [];
        if (request.Message is { } message)
        {
            (message, files, var missing) = await messageFiles.FindAsync(request.Owner, message, cancellation);
            request = request with { Message = message };
            if (missing is not null)
            {
                return new TurnOutcome.Refused(missing);
            }
        }

        TurnRows turn;
        BatchOutcome.Failed? failed;
        using (var places = runPlaces.Take(request.Owner, request.Answers.Count))
        {
            if (!places.IsWithinLimit && !await repeated.IsThereAsync(request, chat.Id, standing is not null, cancellation))
            {
                return new TurnOutcome.Refused(TooMany);
            }

            var user = await UserAsync(request, chat.Id, parent, now, cancellation);
            turn = new TurnRows(request, chat, isNew: stored is null, parent, context, user, standing, files, options, now);
            if (turn.Refusal() is { } refusal)
            {
                return new TurnOutcome.Refused(refusal);
            }

            // 3
            (var answers, failed) = await StoreAsync(request.Owner, chat.Id, turn, cancellation);
            if (answers is not null)
            {
                news.ChatChanged(new(request.Owner.Text), chat.Id.Text, stored is null ? ChatChange.Created : ChatChange.TurnBegun);
                return Start(request, chat, folder, turn, answers, places);
            }
        }

        if (turn.IsMessageThere(failed!))
        {
            return await repeated.OfMessageAsync(request, chat.Id, cancellation)
                ?? await TryAsync(request with { Chat = chat.Id, Message = null, Parent = request.Message!.Id }, cancellation);
        }

        return turn.IsAnswerThere(failed!) ? await repeated.OfAnswersAsync(request, chat.Id, turn.User?.Id ?? parentId, cancellation) : null;
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
        var settled = runs.Find(new(request.Owner, chat.Id, id)) is { } run ? run.Now : await store.SettleAsync(request.Owner, chat.Id, parent, cancellation);
        return settled.State == MessageState.Running
            ? (null, none, new TurnOutcome.Refused(new(409, "answer_running", "The answer before is still being written. Wait for it, or stop it.")))
            : (settled, context with { Messages = [.. context.Messages.SkipLast(1), settled] }, null);
    }

    /// <summary>The person's message, and its row: a long text is in a blob before the row is there.</summary>
    private async Task<(Message Whole, Message Row)?> UserAsync(
        TurnRequest request, ChatId chat, Message? parent, DateTimeOffset now, CancellationToken cancellation)
    {
        if (request.Message is not { } message)
        {
            return null;
        }

        var user = new Message(message.Id, parent?.Id, parent is null ? 0 : parent.Depth + 1, now.ToUnixTimeMilliseconds(), Message.UserRole, now)
        {
            Content = message.Content,
            Extra = message.Extra,
        };
        return (user, await overflow.StoreAsync(request.Owner, chat, user, cancellation));
    }

    /// <summary>Stores the batch, however often the store goes away meanwhile: its conditions let it happen once.</summary>
    private async Task<(IReadOnlyList<StoredAnswer>? Answers, BatchOutcome.Failed? Failed)> StoreAsync(
        OwnerId owner, ChatId chat, TurnRows turn, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await rows.BatchAsync(ChatRows.Table, owner.Text, turn.Operations, CancellationToken.None) switch
                {
                    BatchOutcome.Committed committed => (turn.Stored(committed), null),
                    var failed => (await LookAsync(owner, chat, turn), (BatchOutcome.Failed)failed),
                };
            }
            catch (StoreUnavailableException) when (attempt < StoreDelaysMs.Length)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(StoreDelaysMs[attempt]), time, cancellation);
            }
        }
    }

    /// <summary>The answers as stored, where the batch was done before though nobody said so: they bear the ids of this request's runs.</summary>
    private async Task<IReadOnlyList<StoredAnswer>?> LookAsync(OwnerId owner, ChatId chat, TurnRows turn)
    {
        var found = new List<StoredAnswer>();
        foreach (var answer in turn.Answers)
        {
            var stored = await messages.GetAsync(owner, chat, new BranchCursor(answer.Id, answer.Depth), CancellationToken.None);
            if (stored?.RunId != answer.RunId || await store.LeaseAsync(owner, chat, answer.Id, CancellationToken.None) is not { } lease)
            {
                return null;
            }

            found.Add(new(stored!, lease));
        }

        return found;
    }

    private TurnOutcome.Begun Start(
        TurnRequest request, Chat chat, Folder? folder, TurnRows turn, IReadOnlyList<StoredAnswer> answers, RunPlaces.Claim places)
    {
        // 4
        AnswerRun? first = null;
        foreach (var stored in answers)
        {
            var body = request.Parameters.DeepClone().AsObject();
            ChatParams.AddTo(body, ChatParams.Of(chat));
            body["model"] = stored.Answer.Model;
            body["stream"] = true;
            body["messages"] = PromptJson.Under(
                folder, request.Prompt?.DeepClone().AsArray() ?? PromptJson.Messages(chat, turn.History(stored.Answer), stored.Answer));
            var call = CallOf(request, stored.Answer.Model!, body);
            var run = runs.Start(new(request.Owner, chat.Id, stored.Answer.Id), stored, call, stored == answers[0] ? Titles(request, chat, turn) : null);
            first ??= run;
            places.Use();
        }

        return new(chat.Id, turn.User?.Id ?? answers[0].Answer.ParentId, [.. answers.Select(a => a.Answer)]) { Run = first };
    }

    /// <summary>The call, written now; or, where files go with it, when its run begins.</summary>
    private Func<CancellationToken, ValueTask<CompletionCall>> CallOf(TurnRequest request, string model, JsonObject body)
    {
        if (FileParts.AreIn(body["messages"]!.AsArray()))
        {
            return async cancellation => new(model, await contextFiles.WriteAsync(request.Owner, body, cancellation), request.OwnKey, request.Viewer);
        }

        var call = new CompletionCall(model, Encoding.UTF8.GetBytes(ExtraJson.Text(body)), request.OwnKey, request.Viewer);
        return _ => ValueTask.FromResult(call);
    }

    private Func<Message, CancellationToken, Task<string?>>? Titles(TurnRequest request, Chat chat, TurnRows turn) =>
        request.WantsTitle && tasks.WritesTitles && ChatTitles.Wants(chat) && turn.Question is { Length: > 0 } question
            ? (answer, cancellation) => titles.WriteAsync(request.Owner, chat.Id, question, answer, request.OwnKey, cancellation)
            : null;

    private static Chat NewChat(TurnRequest request, DateTimeOffset now) =>
        new(request.Message is { } first ? ChatId.Of(request.Owner, first.Id) : ChatId.New(), ChatTitles.FirstWords(request.Message?.Content ?? ""), now, now)
        {
            Folder = request.Folder,
            Extra = request.NewChatExtra,
        };
}
