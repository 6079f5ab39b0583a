using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Deletes a chat, and brings it back within the hour.</summary>
internal sealed class RemoveChat(ChatRemoval removal)
{
    private static readonly ErrorReport NotFound = new(404, "not_found", "There is no such chat.");

    /// <summary>The two routes, for a group at <c>/api/v1/chats</c> that names its gate.</summary>
    public static void Map(IEndpointRouteBuilder chats)
    {
        chats.MapDelete("/{id}", (HttpContext context, RemoveChat remove, string id) => remove.DeleteAsync(context, id));
        chats.MapPost("/{id}/restore", (HttpContext context, RemoveChat remove, string id) => remove.RestoreAsync(context, id));
    }

    /// <summary><c>DELETE /api/v1/chats/{id}</c> -> <c>true</c>, the second time too.</summary>
    public async Task DeleteAsync(HttpContext context, string id)
    {
        var outcome = ChatId.TryParse(id, out var chat)
            ? await removal.DeleteAsync(OwnerOf(context), chat, _ => true, context.RequestAborted) : RemovalOutcome.Missing;
        if (outcome == RemovalOutcome.Missing)
        {
            await ErrorWriter.WriteAsync(context, NotFound);
            return;
        }

        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    /// <summary><c>POST /api/v1/chats/{id}/restore</c> -> the chat's line.</summary>
    public async Task RestoreAsync(HttpContext context, string id)
    {
        if (!ChatId.TryParse(id, out var chatId) || await removal.RestoreAsync(OwnerOf(context), chatId, context.RequestAborted) is not { } chat)
        {
            await ErrorWriter.WriteAsync(context, NotFound);
            return;
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", chat.Id.Text);
            json.WriteString("title", chat.Title);
            json.WriteNumber("updated_at", chat.UpdatedAt.ToUnixTimeSeconds());
            json.WriteNumber("created_at", chat.CreatedAt.ToUnixTimeSeconds());
            json.WriteBoolean("pinned", chat.IsPinned);
            json.WriteBoolean("archived", chat.IsArchived);
            json.WriteEndObject();
        });
    }

    private static OwnerId OwnerOf(HttpContext context) => AccessGate.CallerOf(context).Owner!.Value;
}
