using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Turns;

/// <summary>
/// A plain completion that its caller wants kept (<c>X-OpenWebUI-Store: chat</c>): its messages become a chat, the last of a
/// person's is answered in it, and the provider gets the messages as they were sent.
/// </summary>
internal sealed class PlainChats(ChatWriter writer, TimeProvider time)
{
    private const int MaxMessages = 2_000;

    /// <summary>Stores what stands before the last message, and makes a turn of the rest.</summary>
    public async Task<(TurnRequest Turn, ErrorReport? Refusal)> KeepAsync(TurnRequest request, JsonArray messages, CancellationToken cancellation)
    {
        request = request with { Prompt = messages.DeepClone().AsArray() };
        if (messages.Count > MaxMessages || messages.Any(m => m is not JsonObject fields || ExtraJson.Text(fields, "role") is not { Length: > 0 and <= 32 }))
        {
            return (request, new(422, "invalid_body", $"'messages' must be at most {MaxMessages} objects with a 'role'.", "messages"));
        }

        var all = messages.OfType<JsonObject>().ToList();
        if (all.Any(m => Extra(m) is var (content, extra) && (content?.Length ?? 0) + (extra?.Length ?? 0) > MessageOverflow.MaxUnits))
        {
            return (request, new(422, "invalid_body", $"A message has more than the {MessageOverflow.MaxUnits} characters that are kept.", "messages"));
        }

        var last = all[^1];
        var ending = ExtraJson.Text(last, "role") == Message.UserRole ? Extra(last) : (null, null);
        if (ending.Content is not null && all.Count == 1)
        {
            return (request with { Message = new(MessageId.New(), ending.Content, ending.Extra) }, null);
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var (chat, stored) = Begin(ending.Content is null ? all : all[..^1], ending.Content, now);
        await writer.CreateAsync(request.Owner, chat with { Folder = request.Folder }, stored, cancellation);
        return (request with
        {
            Chat = chat.Id,
            Parent = chat.CurrentId,
            Message = ending.Content is null ? null : new(MessageId.New(), ending.Content, ending.Extra),
        }, null);
    }

    private static (Chat Chat, List<Message> Messages) Begin(List<JsonObject> messages, string? ending, DateTimeOffset now)
    {
        var system = ExtraJson.Text(messages[0], "role") is "system" or "developer" ? Extra(messages[0]).Content : null;
        var stored = new List<Message>();
        foreach (var sent in messages.Skip(system is null ? 0 : 1))
        {
            var (content, extra) = Extra(sent);
            var parent = stored.LastOrDefault();
            stored.Add(new(MessageId.New(), parent?.Id, stored.Count, now.ToUnixTimeMilliseconds() + stored.Count, ExtraJson.Text(sent, "role")!, now)
            {
                Content = content ?? "",
                Extra = extra,
            });
        }

        var first = stored.FirstOrDefault(m => m.IsUser)?.Content ?? ending ?? "";
        return (new Chat(ChatId.New(), ChatTitles.FirstWords(first), now, now)
        {
            CurrentId = stored.LastOrDefault()?.Id,
            CurrentDepth = Math.Max(0, stored.Count - 1),
            Extra = system is null ? null : ExtraJson.Write(new JsonObject { ["system"] = system }),
        }, stored);
    }

    /// <summary>Its text, and everything that a message has beside: tool calls and their results among it.</summary>
    private static (string? Content, string? Extra) Extra(JsonObject sent)
    {
        var extra = sent.DeepClone().AsObject();
        extra.Remove("role");
        extra.Remove("content");
        return (MessageContent.Read(sent["content"], extra), ExtraJson.Write(extra));
    }
}
