using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>Requests that were sent before: their answers are found, nothing is stored a second time.</summary>
internal sealed class RepeatedTurns(ChatStore chats, MessageStore messages, RunStore store, AnswerRuns runs)
{
    /// <summary>The one answer that a request without a message names, where it is there already.</summary>
    /// <returns>
    /// The answer, settled, where it is to be written or gone on with; an outcome where it is only followed; neither where
    /// there is none.
    /// </returns>
    public async Task<(Message? Standing, TurnOutcome? Outcome)> FindAsync(TurnRequest request, ChatId chat, MessageId wanted, CancellationToken cancellation)
    {
        if (await messages.GetAsync(request.Owner, chat, wanted, cancellation) is not { } found)
        {
            return (null, request.Continues ? new TurnOutcome.Missing() : null);
        }

        if (found.Role != Message.AssistantRole)
        {
            return (null, new TurnOutcome.Refused(new(409, "not_an_answer", "The message with this id is no answer.", "id")));
        }

        var isToBeWritten = found.RunId is null && found.Sequence == 0;
        var now = !request.Continues && !isToBeWritten ? found
            : runs.Find(new(request.Owner, chat, wanted)) is { } run ? run.Now
            : await store.SettleAsync(request.Owner, chat, found, cancellation);
        var isPart = now.State is MessageState.Interrupted or MessageState.Stopped or MessageState.Failed
            || now is { State: MessageState.Done, FinishReason: "length" };
        var goesOn = isPart && (request.ContinuesFrom is null || request.ContinuesFrom == now.Sequence);
        return (request.Continues ? goesOn : isToBeWritten) ? (now, null) : (null, new TurnOutcome.Begun(chat, found.ParentId, [found]));
    }

    /// <summary>Whether the request's message, or one of its answers, is stored already, so that nothing would be begun by it.</summary>
    /// <param name="request">What was sent.</param>
    /// <param name="chat">Its chat, stored or not.</param>
    /// <param name="isStanding">The request is for an answer that stands there and is to be written.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<bool> IsThereAsync(TurnRequest request, ChatId chat, bool isStanding, CancellationToken cancellation)
    {
        if (isStanding)
        {
            return false;
        }

        if (request.Message is { } message)
        {
            return await messages.FindAsync(request.Owner, chat, message.Id, cancellation) is not null;
        }

        foreach (var answer in request.Answers)
        {
            if (answer.Asked is { } asked && await messages.FindAsync(request.Owner, chat, asked, cancellation) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The person's message is stored already: the same request came again, or another one took its id.</summary>
    /// <returns>Null where the message stands there without an answer: the request then asks for one.</returns>
    public async Task<TurnOutcome?> OfMessageAsync(TurnRequest request, ChatId chat, CancellationToken cancellation)
    {
        var message = request.Message!;
        if (await chats.GetAsync(request.Owner, chat, cancellation) is null)
        {
            return new TurnOutcome.Refused(new(409, "chat_deleted", "This message began a chat that was deleted. Send it under a new id."));
        }

        var stored = await messages.GetAsync(request.Owner, chat, message.Id, cancellation);
        if (stored is not { IsUser: true } || stored.Content != message.Content || stored.ParentId != request.Parent)
        {
            return new TurnOutcome.Refused(new(409, "id_taken", "Another message of this chat has this id.", "user_message"));
        }

        // The answers with these ids, or, where the request names none of those that are there, whatever answers there are.
        var level = await messages.ReadLevelAsync(request.Owner, chat, stored.Depth + 1, cancellation);
        var answers = level.Where(m => m.ParentId == stored.Id && !m.IsUser).OrderBy(m => m.Rank).ToList();
        var named = request.Answers.Select(asked => answers.Find(m => m.Id == asked.Id)).OfType<Message>().ToList();
        return answers.Count == 0 ? null : new TurnOutcome.Begun(chat, stored.Id, named.Count > 0 ? named : answers);
    }

    /// <summary>A message with an answer's id is stored already.</summary>
    public async Task<TurnOutcome> OfAnswersAsync(TurnRequest request, ChatId chat, MessageId? parent, CancellationToken cancellation)
    {
        var answers = new List<Message>();
        foreach (var asked in request.Answers)
        {
            if (await messages.GetAsync(request.Owner, chat, asked.Id, cancellation) is { IsUser: false } answer && answer.ParentId == parent)
            {
                answers.Add(answer);
            }
        }

        return answers.Count == request.Answers.Count
            ? new TurnOutcome.Begun(chat, parent, answers)
            : new TurnOutcome.Refused(new(409, "id_taken", "Another message of this chat has the answer's id.", request.Answers.Count > 1 ? "message_ids" : "id"));
    }
}
