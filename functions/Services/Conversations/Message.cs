using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

internal enum MessageState
{
    /// <summary>A person's message, or an answer that ended by itself.</summary>
    Done,

    /// <summary>Being written by some instance, as long as its lease holds (<see cref="RunLease"/>).</summary>
    Running,

    /// <summary>A person ended it.</summary>
    Stopped,

    /// <summary>Its instance is gone, or nobody listened any more. The text so far is kept.</summary>
    Interrupted,

    /// <summary>The provider, or the way to it, failed: see <see cref="Message.Error"/>.</summary>
    Failed,
}

/// <summary>One message of a chat: a node of its tree.</summary>
/// <param name="Depth">0 for a first message, else one more than the parent's.</param>
/// <param name="Rank">Order among siblings: Unix milliseconds of its making, or the place that a client gave it.</param>
/// <param name="Role"><c>user</c>, <c>assistant</c> or <c>system</c>.</param>
internal sealed record Message(MessageId Id, MessageId? ParentId, int Depth, long Rank, string Role, DateTimeOffset CreatedAt)
{
    public const string UserRole = "user";
    public const string AssistantRole = "assistant";

    /// <summary><see cref="RunId"/> of an empty answer that is over by its client's word; without one it waits for its turn.</summary>
    public const string ClientsRun = "client";

    public string Content { get; init; } = "";

    public string Reasoning { get; init; } = "";

    /// <summary><see cref="AnswerText.Layout"/>.</summary>
    public string? Layout { get; init; }

    public MessageState State { get; init; }

    public string? Model { get; init; }

    /// <summary>The provider's <c>finish_reason</c>.</summary>
    public string? FinishReason { get; init; }

    /// <summary>JSON object <c>{content, status, type, connection}</c>; null where nothing failed.</summary>
    public string? Error { get; init; }

    /// <summary>The provider's usage, JSON.</summary>
    public string? Usage { get; init; }

    /// <summary>The provider's tool calls, a JSON array.</summary>
    public string? ToolCalls { get; init; }

    /// <summary>How long the model reasoned before it answered.</summary>
    public long? ReasoningMs { get; init; }

    /// <summary>What else a client keeps with a message: a JSON object, or null for none.</summary>
    public string? Extra { get; init; }

    /// <summary>Which run wrote the answer, so that a run whose final write was not acknowledged knows its own.</summary>
    public string? RunId { get; init; }

    /// <summary>Where the texts are when they are too long for a row; then the text fields are empty until they are fetched.</summary>
    public string? Overflow { get; init; }

    public ETag ETag { get; init; }

    public bool IsUser => Role == UserRole;

    /// <summary>A run of ours wrote the answer, or writes it: how it ended is not for clients to say.</summary>
    public bool IsRunOurs => RunId is not (null or ClientsRun);

    public AnswerText Text => AnswerText.Of(Content, Reasoning, Layout);

    public int Sequence => Content.Length + Reasoning.Length;

    public Message WithText(AnswerText text) => this with
    {
        Content = text.All(AnswerPart.Content),
        Reasoning = text.All(AnswerPart.Reasoning),
        Layout = text.Layout,
    };

    public static Message Of(StoredRow row)
    {
        var p = row.Properties;
        var key = row.Key.Row.Split('.');
        return new(
            new(key[^1]),
            p.GetText("ParentId") is { } parent ? new(parent) : null,
            (int)(p.GetInt64("Depth") ?? 0),
            p.GetInt64("Rank") ?? 0,
            p.GetText("Role") ?? UserRole,
            p.GetTime("CreatedAt") ?? default)
        {
            Content = LongText.Read(p, "Content") ?? "",
            Reasoning = LongText.Read(p, "Reasoning") ?? "",
            Layout = LongText.Read(p, "Layout"),
            State = (MessageState)(p.GetInt64("State") ?? 0),
            Model = p.GetText("Model"),
            FinishReason = p.GetText("FinishReason"),
            Error = LongText.Read(p, "Error"),
            Usage = LongText.Read(p, "Usage"),
            ToolCalls = LongText.Read(p, "ToolCalls"),
            ReasoningMs = p.GetInt64("ReasoningMs"),
            Extra = LongText.Read(p, "Extra"),
            RunId = p.GetText("RunId"),
            Overflow = p.GetText("Overflow"),
            ETag = row.ETag,
        };
    }

    public RowProperties ToRow()
    {
        var row = new RowProperties
        {
            ["ParentId"] = ParentId?.Text,
            ["Depth"] = Depth,
            ["Rank"] = Rank,
            ["Role"] = Role,
            ["CreatedAt"] = CreatedAt,
            ["State"] = State == MessageState.Done ? (long?)null : (long)State,
            ["Model"] = Model,
            ["FinishReason"] = FinishReason,
            ["ReasoningMs"] = ReasoningMs,
            ["RunId"] = RunId,
            ["Overflow"] = Overflow,
        };
        LongText.Write(row, "Error", Error);
        LongText.Write(row, "Usage", Usage);
        if (Overflow is null)
        {
            LongText.Write(row, "Content", Content);
            LongText.Write(row, "Reasoning", Reasoning);
            LongText.Write(row, "Layout", Layout);
            LongText.Write(row, "ToolCalls", ToolCalls);
            LongText.Write(row, "Extra", Extra);
        }

        return row;
    }
}
