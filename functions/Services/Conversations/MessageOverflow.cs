namespace OpenWebUi.Services.Conversations;

/// <summary>Texts that are too long for a row, in blobs.</summary>
internal sealed class MessageOverflow
{
    public Task<Message> FetchAsync(Message message, CancellationToken cancellation) => Task.FromResult(message);

    public Task<IReadOnlyList<Message>> FetchAsync(IReadOnlyList<Message> messages, CancellationToken cancellation) => Task.FromResult(messages);

    public Task<Message> StoreAsync(Access.OwnerId owner, ChatId chat, Message message, CancellationToken cancellation) => Task.FromResult(message);
}
