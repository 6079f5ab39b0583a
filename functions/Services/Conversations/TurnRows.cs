using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>The rows of one turn, all in one batch: the chat with its new end first, then the person's message, then each answer with its lease.</summary>
internal sealed class TurnRows
{
    private readonly TurnRequest _request;
    private readonly Context _context;
    private readonly Message? _parent;
    private readonly List<(Message Answer, int RowIndex, RunLease Lease, int LeaseIndex)> _answers = [];
    private readonly HashSet<int> _newAnswerIndices = [];
    private readonly List<RowOperation> _operations;
    private readonly int _userIndex = -1;
    private readonly bool _isNew;

    /// <param name="request">What is asked.</param>
    /// <param name="chat">As it was read, or as it begins.</param>
    /// <param name="isNew">It is not stored yet.</param>
    /// <param name="parent">What the turn follows.</param>
    /// <param name="context">What goes to the model before it.</param>
    /// <param name="user">The person's new message with its text, and as its row is; or null.</param>
    /// <param name="standing">The answer that is stored already and is written, or gone on with.</param>
    /// <param name="files">Those that the new message names, as they were read.</param>
    /// <param name="options">For the lease.</param>
    /// <param name="now">Whole milliseconds.</param>
    public TurnRows(
        TurnRequest request, Chat chat, bool isNew, Message? parent, Context context, (Message Whole, Message Row)? user, Message? standing,
        IReadOnlyList<StoredFile> files, RunOptions options, DateTimeOffset now)
    {
        (_request, _parent, _context, _isNew, User) = (request, parent, context, isNew, user?.Whole);
        var above = User ?? parent;
        var rank = now.ToUnixTimeMilliseconds();
        var answers = standing is not null ? [standing] : request.Answers.Select(asked => new Message(
            asked.Id, above?.Id, above is null ? 0 : above.Depth + 1, rank++, Message.AssistantRole, now) { Extra = AnswerInstruction.Extra(request.Instruction) }).ToList();
        var ended = chat with
        {
            UpdatedAt = now > chat.UpdatedAt ? now : chat.UpdatedAt,
            CurrentId = answers[0].Id,
            CurrentDepth = answers[0].Depth,
            WindowDepth = context.TopDepth,
            Extra = WithModels(chat.Extra, request.Answers),
        };
        _operations = ChatStore.Operations(isNew ? null : chat, ended);
        if (user is { Row: { } row })
        {
            _userIndex = _operations.Count;
            _operations.AddRange(MessageStore.Insert(chat.Id, row));
        }

        for (var i = 0; i < answers.Count; i++)
        {
            Add(chat.Id, answers[i], request.Answers[i], isStanding: standing is not null, now + options.Lease);
        }

        _operations.AddRange([.. FileStore.Hold(files), .. FileStore.Name(chat.Id, files.Select(file => file.Id))]);
    }

    /// <summary>The person's new message; null where there is none.</summary>
    public Message? User { get; }

    public IReadOnlyList<RowOperation> Operations => _operations;

    public IEnumerable<Message> Answers => _answers.Select(a => a.Answer);

    /// <summary>What was asked, for a title.</summary>
    public string? Question => User?.Content ?? (_parent is { IsUser: true } ? _parent.Content : null);

    /// <summary>Why this is no turn.</summary>
    public ErrorReport? Refusal()
    {
        if (User is not null && _parent is { IsUser: true })
        {
            return new(422, "invalid_body", "'parent_id' of a new message names an answer, or is null. To answer a message again, leave 'user_message' out.", "parent_id");
        }

        return User is null && !_request.Continues && _request.Prompt is null && _parent is not { IsUser: true }
            ? new(422, "invalid_body", "'parent_id' of another answer names the message that it answers.", "parent_id")
            : null;
    }

    /// <summary>Whether the batch failed because the person's message, or the chat that it begins, is there already.</summary>
    public bool IsMessageThere(BatchOutcome.Failed failed) =>
        User is not null && failed.Failure == RowFailure.Conflict && ((_isNew && failed.Index == 0) || failed.Index == _userIndex);

    /// <summary>Whether the batch failed because a message with an answer's id is there already.</summary>
    public bool IsAnswerThere(BatchOutcome.Failed failed) => failed.Failure == RowFailure.Conflict && _newAnswerIndices.Contains(failed.Index);

    /// <summary>What goes to the model for an answer: the context, the new message, and, where the answer goes on, what it says so far.</summary>
    public IEnumerable<Message> History(Message answer)
    {
        foreach (var message in _context.Messages)
        {
            yield return message;
        }

        if (User is not null)
        {
            yield return User;
        }

        if (_request.Continues)
        {
            yield return answer;
        }
    }

    /// <summary>The answers and their leases with the tags under which they were stored.</summary>
    public IReadOnlyList<StoredAnswer> Stored(BatchOutcome.Committed committed) =>
        [.. _answers.Select(a => new StoredAnswer(a.Answer with { ETag = committed.ETags[a.RowIndex]!.Value }, a.Lease with { ETag = committed.ETags[a.LeaseIndex]!.Value }))];

    private void Add(ChatId chat, Message answer, NewAnswer asked, bool isStanding, DateTimeOffset until)
    {
        answer = answer with
        {
            Model = asked.Model, State = MessageState.Running, RunId = asked.RunId, Error = null, FinishReason = null, Usage = null, ToolCalls = null,
        };
        var lease = new RunLease(answer.Id, asked.RunId, until, 0) { Depth = answer.Depth, Base = answer.Sequence, Kept = answer.Sequence };
        if (isStanding)
        {
            _operations.Add(MessageStore.Replace(chat, answer, answer));
        }
        else
        {
            _newAnswerIndices.Add(_operations.Count);
            _operations.AddRange(MessageStore.Insert(chat, answer));
        }

        _answers.Add((answer, _operations.Count - 1, lease, _operations.Count));
        _operations.Add(new RowOperation.Put(ChatRows.Run(chat, answer.Id), lease.ToRow(), PutCondition.IfAbsent));
    }

    private static string? WithModels(string? extra, IReadOnlyList<NewAnswer> answers)
    {
        var all = ExtraJson.Read(extra);
        all["models"] = new JsonArray([.. answers.Select(a => (JsonNode)a.Model)]);
        return ExtraJson.Write(all);
    }
}

/// <summary>An answer whose run may begin: its row and its lease as they are stored.</summary>
internal sealed record StoredAnswer(Message Answer, RunLease Lease);
