using System.Buffers;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Makes a chat's public snapshot, refreshes it, takes it back. What is read under it: <see cref="SharedChat"/>.</summary>
internal sealed class ShareChat(ChatStore chats, MessageStore messages, AnswerFollower answers, ShareStore shares, SharingRight right, TimeProvider time)
{
    private const int MaxAttempts = 5;

    /// <summary>The routes, for the group at <c>/api/v1/chats</c>.</summary>
    public static void Map(IEndpointRouteBuilder chats)
    {
        chats.MapPost("/{id}/share", (HttpContext context, ShareChat share, string id) => share.PublishAsync(context, id));
        chats.MapDelete("/{id}/share", (HttpContext context, ShareChat share, string id) => share.RevokeAsync(context, id));
    }

    /// <summary><c>POST /api/v1/chats/{id}/share</c>: the row with its <c>share_id</c>, without messages. The second time refreshes the snapshot under the same id.</summary>
    private Task PublishAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        if (!await right.HasAsync(owner, cancellation))
        {
            throw new RefusedException(SharingRight.Off);
        }

        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.ChatAsync(owner, id, cancellation);
            if (!ChatTag.IsMatch(context.Request, chat))
            {
                throw new RefusedException(ChatRequest.Changed);
            }

            var all = await answers.NowAsync(owner, chat.Id, await messages.ReadAllAsync(owner, chat.Id, cancellation), cancellation);
            var (share, now) = (chat.ShareId ?? ShareId.New(), ChatFields.WholeMilliseconds(time.GetUtcNow()));
            if (await shares.PublishAsync(owner, chat, share, now, Snapshot(chat, share, now, all), cancellation) is { } shared)
            {
                context.Response.Headers.ETag = ChatTag.Of(shared);
                await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWithoutMessages(json, owner, shared));
                return;
            }
        }

        throw new RefusedException(ChatRequest.Busy);
    });

    /// <summary><c>DELETE /api/v1/chats/{id}/share</c>: <c>true</c>; <c>false</c> where nothing was shared.</summary>
    private Task RevokeAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var chat = await chats.ChatAsync(owner, id, cancellation);
        var isDone = await shares.RevokeAsync(owner, chat.Id, cancellation);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(isDone));
    });

    private static ReadOnlyMemory<byte> Snapshot(Chat chat, ShareId id, DateTimeOffset at, IReadOnlyList<Message> messages)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.Relaxed))
        {
            SharedJson.Write(json, chat, id, at, messages);
        }

        return buffer.WrittenMemory;
    }
}
