namespace OpenWebUi.Services.Conversations;

/// <summary>Texts that are too long for a row, in blobs.</summary>
internal sealed class MessageOverflow
{
    /// <summary>What clients may write into one message, all texts together: with <see cref="Chat.MaxExtraUnits"/> it fits into one batch.</summary>
    public const int MaxUnits = 430_000;

    public static int UnitsOf(Message message) => message.Content.Length + message.Reasoning.Length + (message.Layout?.Length ?? 0)
        + (message.Extra?.Length ?? 0) + (message.ToolCalls?.Length ?? 0) + (message.Usage?.Length ?? 0) + (message.Error?.Length ?? 0);

    public Task<Message> FetchAsync(Message message, CancellationToken cancellation) => Task.FromResult(message);

    public Task<IReadOnlyList<Message>> FetchAsync(IReadOnlyList<Message> messages, CancellationToken cancellation) => Task.FromResult(messages);

    public Task<Message> StoreAsync(Access.OwnerId owner, ChatId chat, Message message, CancellationToken cancellation) => Task.FromResult(message);
}
