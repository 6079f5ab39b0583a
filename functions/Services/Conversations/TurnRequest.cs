using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Services.Conversations;

/// <summary>A person's new message.</summary>
/// <param name="Extra">What else the client keeps with it (files...), a JSON object or null.</param>
internal sealed record NewMessage(MessageId Id, string Content, string? Extra);

/// <summary>An answer that is asked for.</summary>
/// <param name="Asked">The client's id for it; null lets one be made.</param>
internal sealed record NewAnswer(MessageId? Asked, string Model)
{
    /// <summary>Stays the same however often the turn is tried, as <see cref="RunId"/> does.</summary>
    public MessageId Id { get; } = Asked ?? MessageId.New();

    /// <summary>By which a try whose acknowledgment was lost knows its own rows.</summary>
    public string RunId { get; } = Guid.NewGuid().ToString("N");
}

/// <summary>What is asked of a stored chat, in the words of docs/chats.md.</summary>
/// <param name="Chat">Null: a new one.</param>
/// <param name="Parent">What the new message, or, without one, the new answer follows.</param>
/// <param name="Answers">One for each model.</param>
/// <param name="Parameters">What else goes to the provider (temperature...).</param>
internal sealed record TurnRequest(
    OwnerId Owner, ChatId? Chat, MessageId? Parent, NewMessage? Message, IReadOnlyList<NewAnswer> Answers, JsonObject Parameters)
{
    /// <summary>For a new chat: where it begins.</summary>
    public FolderId? Folder { get; init; }

    /// <summary>Goes on with the answer's text instead of writing another.</summary>
    public bool Continues { get; init; }

    /// <summary>Only where the answer has this many units: a request that is repeated goes on once.</summary>
    public int? ContinuesFrom { get; init; }

    /// <summary>The whole context, where the client brings its own; null builds it from the store.</summary>
    public JsonArray? Prompt { get; init; }

    /// <summary>How this one answer should be (shorter...): told to the model after the question, kept with the answer. Null for nothing.</summary>
    public string? Instruction { get; init; }

    /// <summary>What a chat that begins keeps beside its messages (system, params): a JSON object, or null.</summary>
    public string? NewChatExtra { get; init; }

    public string? OwnKey { get; init; }

    /// <summary>Which models the owner may use.</summary>
    public required ModelViewer Viewer { get; init; }

    public bool WantsTitle { get; init; }
}

internal abstract record TurnOutcome
{
    private TurnOutcome()
    {
    }

    /// <summary>The turn is stored and its answers run; or it was stored before and they run, or ran.</summary>
    public sealed record Begun(ChatId Chat, MessageId? UserMessage, IReadOnlyList<Message> Answers) : TurnOutcome
    {
        /// <summary>The run of the first answer, where this request began it: it can be listened to even when it is over already.</summary>
        public AnswerRun? Run { get; init; }
    }

    /// <summary>The chat, or a message that the request names, is not there.</summary>
    public sealed record Missing : TurnOutcome;

    public sealed record Refused(ErrorReport Report) : TurnOutcome;
}
