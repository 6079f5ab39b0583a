using System.Globalization;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// <c>POST /api/v1/chats/import</c> <c>{chats: [{chat, meta?, pinned?, archived?, created_at?, updated_at?}]}</c>: each becomes a chat with an
/// id of its own, also one that is here already. Everything is read before anything is stored: without <c>?report=true</c> one
/// item that is broken refuses all (422), and the answer is the rows without messages; with it, what is whole is stored and the answer
/// says of the rest which and why.
/// </summary>
internal sealed class ImportChats(ChatWriter writer, TimeProvider time)
{
    /// <summary>The page sends fewer at once.</summary>
    private const int MaxItems = 1_000;

    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public Task ImportAsync(HttpContext context) => ChatRequest.AnswerAsync(context, async (owner, cancellation) =>
    {
        var items = (await ChatRequest.BodyAsync(context))["chats"] as JsonArray ?? throw new RefusedException("chats", "'chats' must be an array.");
        if (items.Count > MaxItems)
        {
            throw new RefusedException("chats", $"'chats' has {items.Count} items; at most {MaxItems} are taken at once.");
        }

        var reports = string.Equals(context.Request.Query["report"], "true", StringComparison.OrdinalIgnoreCase);
        var (read, failed) = ReadAll(items, refuses: !reports);
        var stored = new List<Chat>();
        foreach (var (chat, messages) in read)
        {
            stored.Add(await writer.CreateAsync(owner, chat, messages, cancellation));
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
            stored.ForEach(chat => ChatJson.WriteLine(json, new(chat.Id, chat.Title, chat.CreatedAt, chat.UpdatedAt, chat.IsPinned, chat.IsArchived)));
            json.WriteEndArray();
            json.WriteStartArray("failed");
            foreach (var (index, reason) in failed)
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                json.WriteString("detail", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    private (List<(Chat Chat, List<Message> Messages)> Read, List<(int Index, string Reason)> Failed) ReadAll(JsonArray items, bool refuses)
    {
        List<(Chat, List<Message>)> read = [];
        List<(int, string)> failed = [];
        for (var i = 0; i < items.Count; i++)
        {
            try
            {
                read.Add(Read(items[i]));
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

    private (Chat Chat, List<Message> Messages) Read(JsonNode? node)
    {
        var item = node as JsonObject ?? throw new RefusedException("chat", "It is not an object.");
        var (chat, messages) = NewChat.Read(BlobReader.ChatOf(item), ChatId.New(), time.GetUtcNow());
        var created = Seconds(item, "created_at") ?? chat.CreatedAt;
        return (chat with
        {
            CreatedAt = created,
            UpdatedAt = Seconds(item, "updated_at") ?? created,
            IsPinned = Flag(item, "pinned"),
            IsArchived = Flag(item, "archived"),
            Meta = ExtraJson.Write(item["meta"] switch
            {
                null => [],
                JsonObject meta when meta.ToJsonString().Length <= Chat.MaxTitleChars * 100 => meta,
                _ => throw new RefusedException("meta", $"'meta' must be an object of at most {Chat.MaxTitleChars * 100} characters."),
            }),
        }, messages);
    }

    /// <summary>Open WebUI writes seconds; a time that is none of this world's is left out.</summary>
    private static DateTimeOffset? Seconds(JsonObject item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<double>(out var seconds) && seconds > 0 && seconds < MaxSeconds
        ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    private static bool Flag(JsonObject item, string name) => item[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;
}
