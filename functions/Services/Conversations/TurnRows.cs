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
    private readonly List<RowOperation> _operations;
    private readonly int _userIndex = -1;
    private readonly bool _isNew;
    private readonly bool _continues;

    /// <param name="request">What is asked.</param>
    /// <param name="chat">As it was read, or as it begins.</param>
    /// <param name="isNew">It is not stored yet.</param>
    /// <param name="parent">What the turn follows.</param>
    /// <param name="context">What goes to the model before it.</param>
    /// <param name="standing">The answer that is stored already and is written, or gone on with.</param>
    /// <param name="options">For the lease.</param>
    /// <param name="now">Whole milliseconds.</param>
    public TurnRows(
        TurnRequest request, Chat chat, bool isNew, Message? parent, Context context, Message? standing, RunOptions options, DateTimeOffset now)
    {
        (_request, _parent, _context, _isNew, _continues) = (request, parent, context, isNew, request.Continues);
        var depth = parent is null ? 0 : parent.Depth + 1;
        if (request.Message is { } message)
        {
            User = new(message.Id, parent?.Id, depth++, now.ToUnixTimeMilliseconds(), Message.UserRole, now) { Content = message.Content, Extra = message.Extra };
        }

        var rank = now.ToUnixTimeMilliseconds();
        var answers = standing is not null ? [standing] : request.Answers.Select(asked => new Message(
            asked.Id ?? MessageId.New(), User?.Id ?? parent?.Id, depth, rank++, Message.AssistantRole, now)).ToList();
        var first = answers[0];
        var ended = chat with
        {
            UpdatedAt = now > chat.UpdatedAt ? now : chat.UpdatedAt,
            CurrentId = first.Id,
            CurrentDepth = first.Depth,
            WindowDepth = context.TopDepth,
            Extra = WithModels(chat.Extra, request.Answers),
        };
        _operations = ChatStore.Operations(isNew ? null : chat, ended);
        if (User is not null)
        {
            _userIndex = _operations.Count;
            _operations.AddRange(MessageStore.Insert(chat.Id, User));
        }

        for (var i = 0; i < answers.Count; i++)
        {
            Add(chat.Id, answers[i] with { Model = request.Answers[i].Model }, isStanding: standing is not null, now + options.Lease);
        }
    }

    /// <summary>The person's new message; null where there is none.</summary>
    public Message? User { get; }

    public IReadOnlyList<RowOperation> Operations => _operations;

    /// <summary>What was asked, for a title.</summary>
    public string? Question => User?.Content ?? (_parent is { IsUser: true } ? _parent.Content : null);

    /// <summary>Why this is no turn.</summary>
    public ErrorReport? Refusal()
    {
        if (User is not null && _parent is { IsUser: true })
        {
            return new(422, "invalid_body", "'parent_id' of a new message names an answer, or is null. To answer a message again, leave 'user_message' out.", "parent_id");
        }

        return User is null && !_continues && _request.Prompt is null && _parent is not { IsUser: true }
            ? new(422, "invalid_body", "'parent_id' of another answer names the message that it answers.", "parent_id")
            : null;
    }

    /// <summary>Whether the batch failed because the person's message, or the chat that it begins, is there already.</summary>
    public bool IsMessageThere(BatchOutcome.Failed failed) =>
        User is not null && failed.Failure == RowFailure.Conflict && ((_isNew && failed.Index == 0) || failed.Index == _userIndex);

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

        if (_continues)
        {
            yield return answer;
        }
    }

    /// <summary>The answers and their leases with the tags under which they were stored.</summary>
    public IReadOnlyList<(Message Answer, RunLease Lease)> Stored(BatchOutcome.Committed committed) =>
        [.. _answers.Select(a => (a.Answer with { ETag = committed.ETags[a.RowIndex]!.Value }, a.Lease with { ETag = committed.ETags[a.LeaseIndex]!.Value }))];

    private void Add(ChatId chat, Message answer, bool isStanding, DateTimeOffset until)
    {
        answer = answer with
        {
            State = MessageState.Running, RunId = Guid.NewGuid().ToString("N"), Error = null, FinishReason = null, Usage = null, ToolCalls = null,
        };
        var lease = new RunLease(answer.Id, answer.RunId, until, 0) { Depth = answer.Depth, Base = answer.Sequence, Kept = answer.Sequence };
        if (isStanding)
        {
            _operations.Add(MessageStore.Replace(chat, answer, answer));
        }
        else
        {
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
