using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Tags of a chat, all tags of its owner, and the chats with one.</summary>
internal sealed class TagChat(ChatStore chats, TagStore tags, ChatSearch search)
{
    private const int MaxAttempts = 5;

    private const int MaxLimit = 200;

    private const int DefaultLimit = 50;

    /// <summary><c>GET /api/v1/chats/all/tags</c></summary>
    public Task AllAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
        await WriteAsync(context, owner, await tags.ListAsync(owner, cancellation)));

    /// <summary><c>GET /api/v1/chats/{id}/tags</c></summary>
    public Task ListAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var chat = await chats.ChatAsync(owner, id, cancellation);
        await WriteAsync(context, owner, await tags.NamedAsync(owner, chat.Tags, cancellation));
    });

    /// <summary><c>POST /api/v1/chats/{id}/tags</c> <c>{name}</c>: all tags of the chat. Safe to repeat.</summary>
    public Task AddAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var tag = Read(await ChatRequest.BodyAsync(context));
        await ChangeAsync(context, owner, id, tag, all => all.Contains(tag.Id) ? all : all.Count < TagId.MaxTags ? [.. all, tag.Id]
            : throw new RefusedException("name", $"The chat has {TagId.MaxTags} tags, as many as it can have. Remove one first."), cancellation);
    });

    /// <summary><c>DELETE /api/v1/chats/{id}/tags</c> <c>{name}</c>: the tags that are left. Safe to repeat.</summary>
    public Task RemoveAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var tag = Read(await ChatRequest.BodyAsync(context));
        await ChangeAsync(context, owner, id, null, all => [.. all.Where(one => one != tag.Id)], cancellation);
    });

    /// <summary><c>DELETE /api/v1/chats/{id}/tags/all</c></summary>
    public Task ClearAsync(HttpContext context, string id) => ChatRequest.AnswerAsync(context, (owner, cancellation) =>
        ChangeAsync(context, owner, id, null, _ => [], cancellation, answersTrue: true));

    /// <summary><c>POST /api/v1/chats/tags</c> <c>{name, skip, limit}</c>: the chats with a tag, newest first.</summary>
    public Task ChatsAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var body = await ChatRequest.BodyAsync(context);
        var (tag, skip, limit) = (Read(body), Number(body, "skip", 0, int.MaxValue), Number(body, "limit", DefaultLimit, MaxLimit));
        var query = SearchQuery.Parse("") with { Tags = [tag.Id] };
        var lines = new List<ChatLine>();
        for (SearchCursor? at = SearchCursor.Start; at is not null && lines.Count < (long)skip + limit;)
        {
            var page = await search.ReadAsync(owner, query, at, cancellation);
            lines.AddRange(page.Hits.Select(hit => hit.Line));
            at = page.Next;
        }

        await JsonAnswer.WriteAsync(context, json => ChatJson.WriteLines(json, lines.Skip(skip).Take(limit)));
    });

    private async Task ChangeAsync(
        HttpContext context, OwnerId owner, string id, Tag? kept, Func<IReadOnlyList<TagId>, IReadOnlyList<TagId>> change, CancellationToken cancellation, bool answersTrue = false)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var chat = await chats.ChatAsync(owner, id, cancellation);
            if (!ChatTag.IsMatch(context.Request, chat))
            {
                throw new RefusedException(ChatRequest.Changed);
            }

            var before = chat.Tags;
            var after = change(before);
            RowOperation[] more = kept is null ? [] : [TagStore.Keep(kept)];
            var changed = after.SequenceEqual(before)
                ? chat : await chats.ChangeAsync(owner, chat, chat with { Meta = TagId.Into(chat.Meta, after) }, more, cancellation);
            if (changed is not null)
            {
                context.Response.Headers.ETag = ChatTag.Of(changed);
                await (answersTrue ? JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true))
                    : WriteAsync(context, owner, await tags.NamedAsync(owner, changed.Tags, cancellation)));
                return;
            }
        }

        throw new RefusedException(ChatRequest.Busy);
    }

    private static Tag Read(JsonObject body) =>
        body["name"] is JsonValue value && value.TryGetValue<string>(out var name) && TagId.Of(name) is { } id ? new(id, name.Trim())
            : throw new RefusedException("name", $"'name' must be a tag of 1 to {TagId.MaxChars} characters, and not 'none'.");

    private static int Number(JsonObject body, string name, int otherwise, int max) => body[name] switch
    {
        null => otherwise,
        JsonValue value when value.TryGetValue<int>(out var number) && number >= 0 && number <= max => number,
        _ => throw new RefusedException(name, $"'{name}' must be a whole number from 0 to {max}."),
    };

    private static Task WriteAsync(HttpContext context, OwnerId owner, IEnumerable<Tag> all) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartArray();
        foreach (var tag in all)
        {
            Write(json, owner, tag);
        }

        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, OwnerId owner, Tag tag)
    {
        json.WriteStartObject();
        json.WriteString("id", tag.Id.Text);
        json.WriteString("name", tag.Name);
        json.WriteString("user_id", OwnerWords.IdOf(owner));
        json.WriteNull("meta");
        json.WriteEndObject();
    }
}
