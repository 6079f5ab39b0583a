using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// Snapshots that were shared, for whoever has the link: in every mode, because a link that asks for an account is none. What an
/// administrator has against it is the permission <c>chat.share</c> (<see cref="SharingRight"/>), which also closes what is shared already.
/// </summary>
internal sealed class SharedChat(ShareStore shares, SharingRight right, ChatWriter writer, TimeProvider time)
{
    private static readonly ErrorReport Missing = new(404, "not_found", "Nothing is shared under this link. It may have been taken back.");

    /// <summary>What everybody may.</summary>
    public static void MapPublic(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/chats/share/{share}", (HttpContext context, SharedChat shared, string share) => shared.ReadAsync(context, share)).Requires(Gate.Public);

    /// <summary>The other route, for the group at <c>/api/v1/chats</c>.</summary>
    public static void Map(IEndpointRouteBuilder chats)
    {
        chats.MapPost("/{id}/clone/shared", (HttpContext context, SharedChat shared, string id) => shared.CloneAsync(context, id));
    }

    /// <summary><c>GET /api/v1/chats/share/{share}</c>: the row of the snapshot.</summary>
    private Task ReadAsync(HttpContext context, string id) => AnswerAsync(context, async cancellation =>
    {
        await using var content = await OpenAsync(id, cancellation);
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        if (content.CanSeek)
        {
            context.Response.ContentLength = content.Length;
        }

        await content.CopyToAsync(context.Response.Body, cancellation);
    });

    /// <summary><c>POST /api/v1/chats/{share}/clone/shared</c>: a chat of the caller's own with what the snapshot has; the row, without messages.</summary>
    private Task CloneAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        await using var content = await OpenAsync(id, cancellation);
        var row = await JsonNode.ParseAsync(content, cancellationToken: cancellation) as JsonObject;
        var (chat, messages) = NewChat.Read(BlobReader.ChatOf(row ?? []), ChatId.New(), time.GetUtcNow());
        chat = await writer.CreateAsync(owner, chat, messages, cancellation);
        context.Response.Headers.ETag = ChatTag.Of(chat);
        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteWithoutMessages(json, owner, chat));
    });

    private async Task<Stream> OpenAsync(string id, CancellationToken cancellation) =>
        ShareId.TryParse(id, out var shareId) && await shares.FindAsync(shareId, cancellation) is { } share && await right.HasAsync(share.Owner, cancellation)
        ? await shares.OpenAsync(share, cancellation) ?? throw new RefusedException(Missing)
        : throw new RefusedException(Missing);

    private static async Task AnswerAsync(HttpContext context, Func<CancellationToken, Task> handle)
    {
        try
        {
            await handle(context.RequestAborted);
        }
        catch (RefusedException e)
        {
            await ErrorWriter.WriteAsync(context, e.Report);
        }
    }
}
