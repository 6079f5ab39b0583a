using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>POST /api/v1/chats/import</c> <c>{chats: [{chat, id?, meta?, pinned?, archived?, folder_id?, created_at?, updated_at?}]}</c>: each becomes a
/// chat with an id of its own, also one that is here already. Everything is read before anything is stored: without <c>?report=true</c> one
/// item that is broken refuses all (422), and the answer is the rows without messages; with it, what is whole is stored and the answer
/// says of the rest which and why. With <c>?known=skip</c> items that are here already are left out and named, so that it is safe to repeat.
/// </summary>
internal sealed class ImportChats(ChatWriter writer, KnownImports known, FolderStore folders, TimeProvider time)
{
    /// <summary>The page sends fewer at once.</summary>
    private const int MaxItems = 1_000;

    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <param name="Origin">Where it comes from; null where nobody asks.</param>
    private sealed record Item(int Index, Chat Chat, List<Message> Messages, ImportOrigin? Origin);

    public Task ImportAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var items = (await ChatRequest.BodyAsync(context))["chats"] as JsonArray ?? throw new RefusedException("chats", "'chats' must be an array.");
        if (items.Count > MaxItems)
        {
            throw new RefusedException("chats", $"'chats' has {items.Count} items; at most {MaxItems} are taken at once.");
        }

        var reports = Asks(context, "report", "true");
        var (read, failed) = ReadAll(items, refuses: !reports, skips: Asks(context, "known", "skip"));
        read = await FileAsync(owner, read, cancellation);
        var stored = new List<Chat>();
        var skipped = new List<(int Index, ChatId Chat)>();
        foreach (var item in read)
        {
            if (item.Origin is null)
            {
                stored.Add(await writer.CreateAsync(owner, item.Chat, item.Messages, cancellation));
                continue;
            }

            var (chat, isNew) = await known.CreateAsync(owner, item.Origin, item.Chat, item.Messages, cancellation);
            if (isNew)
            {
                stored.Add(chat);
            }
            else
            {
                skipped.Add((item.Index, chat.Id));
            }
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            if (!reports)
            {
                json.WriteStartArray();
                stored.ForEach(chat => ChatJson.WriteWithoutMessages(json, owner, chat));
                json.WriteEndArray();
                return;
            }

            json.WriteStartObject();
            json.WriteStartArray("imported");
            stored.ForEach(chat => ChatJson.WriteLine(json, chat.ToLine()));
            json.WriteEndArray();
            WriteItems(json, "known", "id", skipped.Select(item => (item.Index, item.Chat.Text)));
            WriteItems(json, "failed", "detail", failed);
            json.WriteEndObject();
        });
    });

    private static void WriteItems(Utf8JsonWriter json, string name, string field, IEnumerable<(int Index, string Text)> items)
    {
        json.WriteStartArray(name);
        foreach (var (index, text) in items)
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteString(field, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private (List<Item> Read, List<(int Index, string Reason)> Failed) ReadAll(JsonArray items, bool refuses, bool skips)
    {
        List<Item> read = [];
        List<(int, string)> failed = [];
        for (var i = 0; i < items.Count; i++)
        {
            try
            {
                read.Add(Read(i, items[i], skips));
            }
            catch (RefusedException e) when (!refuses)
            {
                failed.Add((i, e.Report.Message));
            }
            catch (RefusedException e)
            {
                throw new RefusedException(e.Report with { Param = $"chats[{i}].{e.Report.Param}", Message = $"Item {i + 1}: {e.Report.Message}" });
            }
        }

        return (read, failed);
    }

    private Item Read(int index, JsonNode? node, bool skips)
    {
        var item = node as JsonObject ?? throw new RefusedException("chat", "It is not an object.");
        // Reading takes the item apart.
        var origin = skips ? OriginOf(item) : null;
        var (chat, messages) = NewChat.Read(BlobReader.ChatOf(item), ChatId.New(), time.GetUtcNow());
        var created = Seconds(item, "created_at") ?? chat.CreatedAt;
        return new(index, chat with
        {
            CreatedAt = created,
            UpdatedAt = Seconds(item, "updated_at") ?? created,
            IsPinned = Flag(item, "pinned"),
            IsArchived = Flag(item, "archived"),
            Folder = FolderId.TryParse(ExtraJson.Text(item, "folder_id"), out var folder) ? folder : null,
            Meta = ExtraJson.Write(item["meta"] switch
            {
                null => [],
                JsonObject meta when meta.ToJsonString().Length <= Chat.MaxTitleChars * 100 => meta,
                _ => throw new RefusedException("meta", $"'meta' must be an object of at most {Chat.MaxTitleChars * 100} characters."),
            }),
        }, messages, origin);
    }

    private static ImportOrigin OriginOf(JsonObject item)
    {
        var updated = Seconds(item, "updated_at");
        return ExtraJson.Text(item, "id") is { Length: > 0 and <= ImportOrigin.MaxIdChars } id ? new(id, updated) : ImportOrigin.OfText(item.ToJsonString(), updated);
    }

    /// <summary>A chat stays in its folder where the folder is this owner's; one query for all.</summary>
    private async Task<List<Item>> FileAsync(OwnerId owner, List<Item> items, CancellationToken cancellation)
    {
        if (items.TrueForAll(item => item.Chat.Folder is null))
        {
            return items;
        }

        var there = (await folders.ListAsync(owner, cancellation)).Select(folder => folder.Id).ToHashSet();
        return [.. items.Select(item => item.Chat.Folder is { } folder && !there.Contains(folder) ? item with { Chat = item.Chat with { Folder = null } } : item)];
    }

    private static bool Asks(HttpContext context, string name, string value) => string.Equals(context.Request.Query[name], value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Open WebUI writes seconds; a time that is none of this world's is left out.</summary>
    private static DateTimeOffset? Seconds(JsonObject item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<double>(out var seconds) && seconds > 0 && seconds < MaxSeconds
        ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    private static bool Flag(JsonObject item, string name) => item[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
