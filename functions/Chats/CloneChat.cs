using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary><c>POST /api/v1/chats/{id}/clone</c>: a copy under an id of its own. Messages keep theirs, which are unique in one chat only.</summary>
internal sealed class CloneChat(ChatStore chats, MessageStore messages, ChatWriter writer, AnswerFollower answers, TimeProvider time)
{
    public Task CloneAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var title = Title(await ChatRequest.OptionalBodyAsync(context));
        var chat = await chats.ChatAsync(owner, id, cancellation);
        var all = await answers.NowAsync(owner, chat.Id, await messages.ReadAllAsync(owner, chat.Id, cancellation), cancellation);
        List<Message> copies = [.. all.Select(Copy)];
        var now = ChatFields.WholeMilliseconds(time.GetUtcNow());
        var extra = ExtraJson.Read(chat.Extra);
        extra["originalChatId"] = chat.Id.Text;
        extra["branchPointMessageId"] = chat.CurrentId?.Text;
        var copy = chat with
        {
            Id = ChatId.New(),
            Title = title ?? Cut("Clone of " + chat.Title),
            TitleSource = TitleSource.Given,
            CreatedAt = now,
            UpdatedAt = now,
            IsPinned = false,
            IsArchived = false,
            ShareId = null,
            SharedAt = null,
            Extra = ChatFields.Extra(extra),
        };
        copy = await writer.CreateAsync(owner, copy, copies, cancellation);
        context.Response.Headers.ETag = ChatTag.Of(copy);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWhole(json, owner, copy, copies));
    });

    /// <summary>What still runs goes on in the original only.</summary>
    private static Message Copy(Message message) =>
        message with { State = message.State == MessageState.Running ? MessageState.Interrupted : message.State, Overflow = null, ETag = default };

    private static string? Title(JsonObject body) => body["title"] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) && text.Trim() is { Length: <= Chat.MaxTitleChars } title => title.Length == 0 ? null : title,
        _ => throw new RefusedException("title", $"'title' must be a string of at most {Chat.MaxTitleChars} characters."),
    };

    private static string Cut(string title)
    {
        var length = Math.Min(title.Length, Chat.MaxTitleChars);
        return title[..(length < title.Length && char.IsHighSurrogate(title[length - 1]) ? length - 1 : length)];
    }
}
