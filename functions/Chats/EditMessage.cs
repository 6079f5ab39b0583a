using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>One message's text: replaced by a person, or completed by a reader who has more of it than its instance could store.</summary>
internal sealed class EditMessage(ChatStore chats, MessageStore messages, ChatWriter writer, AnswerFollower answers, TimeProvider time)
{
    private const int MaxAttempts = 5;

    /// <summary><c>POST /api/v1/chats/{id}/messages/{mid}</c></summary>
    public Task ReplaceAsync(HttpContext context, string id, string mid) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var body = await ChatRequest.BodyAsync(context);
        await ChangeAsync(context, owner, id, mid, isEdit: true, message => Replace(message, body), cancellation);
    });

    /// <summary><c>POST /api/v1/chats/{id}/messages/{mid}/seen</c></summary>
    public Task SeeAsync(HttpContext context, string id, string mid) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var body = await ChatRequest.BodyAsync(context);
        var (content, reasoning) = (Text(body, "content"), Text(body, "reasoning"));
        await ChangeAsync(context, owner, id, mid, isEdit: false, message => See(message, content, reasoning), cancellation);
    });

    private async Task ChangeAsync(
        HttpContext context, OwnerId owner, string id, string mid, bool isEdit, Func<Message, Message> change, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.ChatAsync(owner, id, cancellation);
            if (!MessageId.TryParse(mid, out var wanted) || await messages.GetAsync(owner, chat.Id, wanted, cancellation) is not { } stored)
            {
                throw new RefusedException(ChatRequest.NoMessage);
            }

            if (!ChatTag.IsMatch(context.Request, chat))
            {
                throw new RefusedException(ChatRequest.Changed);
            }

            var message = await answers.NowAsync(owner, chat.Id, stored, cancellation);
            var after = change(message);
            var now = ChatFields.WholeMilliseconds(time.GetUtcNow());
            var changed = after == message ? chat : (await writer.UpdateAsync(
                owner, chat, isEdit && now > chat.UpdatedAt ? chat with { UpdatedAt = now } : chat, [new MessageChange.Replaced(message, after)], cancellation)).Chat;
            if (changed is not null)
            {
                context.Response.Headers.ETag = ChatTag.Of(changed);
                await JsonAnswer.WriteAsync(context, json => MessageJson.Write(json, after));
                return;
            }
        }

        throw new RefusedException(ChatRequest.Busy);
    }

    /// <summary>What the message has beside its text stays: pictures among it, whose parts get the new text.</summary>
    private static Message Replace(Message message, JsonObject body)
    {
        if (message.State == MessageState.Running)
        {
            throw new RefusedException(new ErrorReport(409, "answer_running", "The answer is still being written. Wait for it, or stop it."));
        }

        var extra = ExtraJson.Read(message.Extra);
        var content = MessageContent.Read(body["content"], extra) ?? throw new RefusedException("content", "'content' must be a string or an array of parts.");
        if (body["content"] is JsonValue && extra["contentParts"] is JsonArray parts)
        {
            extra["contentParts"] = new JsonArray(
                [new JsonObject { ["type"] = "text", ["text"] = content }, .. parts.OfType<JsonObject>().Where(part => ExtraJson.Text(part, "type") != "text").Select(part => part.DeepClone())]);
        }

        return content == message.Content && body["content"] is JsonValue ? message
            : Fitting(message with { Content = content, Layout = null, Extra = ExtraJson.Write(extra) });
    }

    /// <summary>Only what goes on from the stored text, and only where nobody else writes it.</summary>
    private static Message See(Message message, string content, string reasoning)
    {
        var isMore = message.State == MessageState.Interrupted && content.Length + reasoning.Length > message.Sequence
            && content.StartsWith(message.Content, StringComparison.Ordinal) && reasoning.StartsWith(message.Reasoning, StringComparison.Ordinal);
        if (!isMore)
        {
            return message;
        }

        var text = message.Text;
        text.Append(new AnswerPiece(AnswerPart.Reasoning, reasoning[message.Reasoning.Length..]));
        text.Append(new AnswerPiece(AnswerPart.Content, content[message.Content.Length..]));
        return Fitting(message.WithText(text));
    }

    private static Message Fitting(Message message) => MessageOverflow.UnitsOf(message) <= MessageOverflow.MaxUnits ? message
        : throw new RefusedException("content", $"The message has {MessageOverflow.UnitsOf(message)} characters; at most {MessageOverflow.MaxUnits} are kept.");

    private static string Text(JsonObject body, string name) => body[name] switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new RefusedException(name, $"'{name}' must be a string."),
    };
}
