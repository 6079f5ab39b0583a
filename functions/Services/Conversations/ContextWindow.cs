using System.Text.Json.Nodes;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>The part of a branch that goes to the model.</summary>
/// <param name="Messages">Oldest first; the last one is the parent of what comes. Empty at the beginning of a chat.</param>
/// <param name="TopDepth">Depth of the first message: the next turn reads no higher.</param>
internal sealed record Context(IReadOnlyList<Message> Messages, int TopDepth);

/// <summary>
/// Reads and bounds what a model is told. Each turn remembers where its window began; the next one reads from there, so that
/// a turn in a chat of ten thousand messages reads as much as one in a chat of ten.
/// </summary>
internal sealed class ContextWindow(MessageStore messages, RunOptions options)
{
    /// <summary>What a message costs beyond its text: role and separators.</summary>
    private const int MessageTokens = 4;

    /// <summary>One read of a remembered window: more than most windows hold.</summary>
    private const int WindowMessages = 200;

    /// <summary>One read of a branch whose window nobody remembers.</summary>
    private const int PageMessages = 48;

    /// <summary>The window that ends at a message.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">The chat.</param>
    /// <param name="end">Its last message; null for an empty window.</param>
    /// <param name="newTokens">What comes after it and must fit too.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null where the message is not in the chat.</returns>
    public async Task<Context?> ReadAsync(OwnerId owner, Chat chat, BranchCursor? end, int newTokens, CancellationToken cancellation)
    {
        if (end is not { } leaf)
        {
            return new([], 0);
        }

        var isCurrent = leaf.Depth >= chat.CurrentDepth - 1 && leaf.Depth >= chat.WindowDepth;
        var highest = isCurrent ? chat.WindowDepth : 0;
        var pageMessages = isCurrent && highest > 0 || leaf.Depth < WindowMessages ? WindowMessages : PageMessages;
        var budget = options.ContextTokens - newTokens;
        var newestFirst = new List<Message>();
        BranchCursor? next = leaf;
        while (next is { } from && from.Depth >= highest && (newestFirst.Count == 0 || newestFirst.Sum(TokensOf) < budget))
        {
            var limit = Math.Min(from.Depth - highest + 1, pageMessages);
            var branch = await messages.ReadUpwardsAsync(owner, chat.Id, from, limit, highest, cancellation);
            newestFirst.AddRange(branch.Messages.Reverse());
            next = branch.Before;
        }

        return newestFirst.Count == 0 ? null : Bound(newestFirst, budget);
    }

    /// <summary>An estimate that needs no model's vocabulary: four ASCII letters a token, one for any other character.</summary>
    public static int TokensOf(string text)
    {
        var ascii = text.Count(char.IsAscii);
        return (ascii / 4) + (text.Length - ascii);
    }

    private static int TokensOf(Message message) => MessageTokens + TokensOf(message.Content);

    /// <summary>The newest is always in; the window begins with a person's message.</summary>
    private static Context Bound(List<Message> newestFirst, int budget)
    {
        var taken = 1;
        budget -= TokensOf(newestFirst[0]);
        while (taken < newestFirst.Count && (budget -= TokensOf(newestFirst[taken])) >= 0)
        {
            taken++;
        }

        while (taken > 1 && taken < newestFirst.Count && !newestFirst[taken - 1].IsUser)
        {
            taken--;
        }

        var window = newestFirst.Take(taken).Reverse().ToList();
        return new(window, window[0].Depth);
    }
}

/// <summary>The provider's request body.</summary>
internal static class PromptJson
{
    /// <param name="chat">For its system prompt.</param>
    /// <param name="history">Oldest first.</param>
    /// <param name="answer">The one that is asked for: its instruction goes after the question.</param>
    public static JsonArray Messages(Chat chat, IEnumerable<Message> history, Message answer)
    {
        var prompt = new JsonArray();
        if (SystemPrompt(chat) is { Length: > 0 } system)
        {
            prompt.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = system });
        }

        foreach (var message in history)
        {
            // An answer that failed before its first word says nothing to a model.
            if (ContentOf(message) is { } content)
            {
                prompt.Add((JsonNode)new JsonObject { ["role"] = message.Role, ["content"] = content });
            }
        }

        AnswerInstruction.AddTo(prompt, answer);
        return prompt;
    }

    /// <summary>The messages with the folder's system prompt before what they have of their own, in one message: some models take no second.</summary>
    public static JsonArray Under(Folder? folder, JsonArray messages)
    {
        if (folder?.SystemPrompt is not { } prompt)
        {
            return messages;
        }

        if (messages is [JsonObject first, ..] && ExtraJson.Text(first, "role") == "system" && ExtraJson.Text(first, "content") is { } own)
        {
            first["content"] = $"{prompt}\n\n{own}";
        }
        else
        {
            messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = prompt });
        }

        return messages;
    }

    private static string? SystemPrompt(Chat chat)
    {
        var extra = ExtraJson.Read(chat.Extra);
        return (extra["params"] is JsonObject parameters ? ExtraJson.Text(parameters, "system") : null) ?? ExtraJson.Text(extra, "system");
    }

    /// <summary>A string, or OpenAI's parts where the message has files (<see cref="ContextFiles"/> fills them in); null for nothing at all.</summary>
    private static JsonNode? ContentOf(Message message)
    {
        var extra = message.IsUser && message.Extra is not null ? ExtraJson.Read(message.Extra) : null;
        if (extra?["contentParts"] is JsonArray parts)
        {
            return parts.DeepClone();
        }

        var (texts, pictures) = (new List<JsonObject>(), new List<JsonObject>());
        foreach (var entry in extra is null ? [] : MessageFiles.Entries(extra))
        {
            var isImage = ExtraJson.Text(entry, "type") == "image";
            if (MessageFiles.IdOf(entry) is { } id)
            {
                (isImage ? pictures : texts).Add(FileParts.PartFor(entry, id));
            }
            else if (isImage && ExtraJson.Text(entry, "url") is { } url
                && (url.StartsWith("data:image/", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal)))
            {
                pictures.Add(new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url } });
            }
        }

        if (texts.Count + pictures.Count == 0)
        {
            return message.Content.Length == 0 ? null : JsonValue.Create(message.Content);
        }

        var content = new JsonArray();
        var question = message.Content.Length == 0 ? null : new JsonObject { ["type"] = "text", ["text"] = message.Content };
        foreach (var part in (IEnumerable<JsonObject?>)[.. texts, question, .. pictures])
        {
            if (part is not null)
            {
                content.Add((JsonNode)part);
            }
        }

        return content;
    }
}
