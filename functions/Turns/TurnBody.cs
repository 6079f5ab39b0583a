using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Turns;

/// <summary>The body of a turn, read field by field (docs/chats.md has its form).</summary>
/// <param name="Request">What is asked of the chat.</param>
/// <param name="Streams">The caller reads the answer from this response.</param>
/// <param name="AnswersAtOnce">The caller asks for tasks (Open WebUI's page with its socket, or several models): it is answered at once and follows elsewhere.</param>
/// <param name="AwaitsTitle">The stream stays open for the title.</param>
/// <param name="Plain">The messages of a plain completion that is to be kept; null for a turn.</param>
internal sealed record TurnBody(TurnRequest Request, bool Streams, bool AnswersAtOnce, bool AwaitsTitle, JsonArray? Plain)
{
    private const int MaxAnswers = 8;
    private const int MaxModelChars = 256;

    /// <summary>A turn is one message, or, at most, a context of some thousand.</summary>
    private const int MaxValues = 250_000;

    /// <summary>Fields that are ours or Open WebUI's page's: everything else is the provider's.</summary>
    private static readonly string[] NotForProviders =
    [
        "chat_id", "parent_id", "parent_message", "user_message", "id", "message_ids", "continue", "sequence", "background_tasks", "session_id", "messages",
        "model", "stream", "params", "files", "tool_ids", "tool_servers", "filter_ids", "features", "variables", "model_item", "folder_id", "chat", "instruction",
    ];

    public static (TurnBody? Body, ErrorReport? Refusal) Read(ReadOnlyMemory<byte> bytes, TurnCaller caller, bool isKept)
    {
        if (JsonSize.HasMoreValuesThan(MaxValues, bytes.Span))
        {
            return (null, JsonSize.TooMany(MaxValues));
        }

        JsonObject root;
        try
        {
            root = JsonNode.Parse(bytes.Span, documentOptions: new() { AllowDuplicateProperties = false })!.AsObject();
            RequireWholeCharacters(root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, new(400, "invalid_json", "The request body is not a JSON object, names a field twice, or holds half a character."));
        }

        try
        {
            return (Read(root, caller, isKept), null);
        }
        catch (InvalidFieldException e)
        {
            return (null, new(422, "invalid_body", e.Message, e.Field));
        }
    }

    private static TurnBody Read(JsonObject root, TurnCaller caller, bool isKept)
    {
        var chat = Id(root, "chat_id") is { } chatId ? new ChatId(chatId) : (ChatId?)null;
        var message = root["user_message"] is { } sent ? ReadMessage(sent) : null;
        var answers = ReadAnswers(root);
        var prompt = Field<JsonArray>(root, "messages", "an array") is { Count: > 0 } messages ? messages : null;
        var plain = isKept && chat is null && message is null ? prompt ?? throw new InvalidFieldException("messages", "'messages' must be an array that is not empty.") : null;
        if (chat is null && message is null && plain is null)
        {
            throw new InvalidFieldException("chat_id", "A new chat begins with 'user_message'; another answer names its 'chat_id'.");
        }

        var parent = Id(root, "parent_id");
        if (message is not null && chat is null && parent is not null)
        {
            throw new InvalidFieldException("parent_id", "A new chat has no 'parent_id'.");
        }

        var continues = Flag(root, "continue");
        if (continues && (chat is null || answers is not [{ Asked: not null }] || message is not null))
        {
            throw new InvalidFieldException("continue", "'continue' needs the 'id' of one answer, and no 'user_message'.");
        }

        if (message is not null && answers.Any(answer => answer.Asked == message.Id))
        {
            throw new InvalidFieldException("id", "The answer's id is the message's: each message has its own.");
        }

        var background = Field<JsonObject>(root, "background_tasks", "an object");
        var asksForTitle = background?["title_generation"] is JsonValue value && value.TryGetValue<bool>(out var asked) ? asked : (bool?)null;
        var request = new TurnRequest(caller.Owner, chat, parent is null ? null : new MessageId(parent), message, answers, Parameters(root))
        {
            Folder = chat is null && Id(root, "folder_id") is { } folder ? new FolderId(folder) : null,
            Continues = continues,
            ContinuesFrom = Sequence(root),
            // A turn brings its own context only where it is not told by its message: Open WebUI's page does.
            Prompt = message is null && !continues ? prompt?.DeepClone().AsArray() : null,
            Instruction = Text(root, "instruction", AnswerInstruction.MaxChars),
            NewChatExtra = chat is null ? NewChat(root) : null,
            OwnKey = caller.OwnKey,
            Viewer = caller.Viewer,
            WantsTitle = plain is null && asksForTitle != false,
        };
        var answersAtOnce = answers.Count > 1 || (root["session_id"] is JsonValue && chat is not null);
        return new(request, Flag(root, "stream"), answersAtOnce, asksForTitle == true, plain);
    }

    /// <summary>What a person set before the first message.</summary>
    private static string? NewChat(JsonObject root)
    {
        if (Field<JsonObject>(root, "chat", "an object") is not { } sent)
        {
            return null;
        }

        var kept = new JsonObject();
        if (Text(sent, "system", Chat.MaxExtraUnits) is { } system)
        {
            kept["system"] = system;
        }

        if (Field<JsonObject>(sent, "params", "an object") is { Count: > 0 } parameters)
        {
            kept["params"] = parameters.DeepClone();
        }

        var extra = ExtraJson.Write(kept);
        return extra is null || extra.Length <= Chat.MaxExtraUnits ? extra
            : throw new InvalidFieldException("chat", $"'chat' has more than the {Chat.MaxExtraUnits} characters that are kept.");
    }

    private static NewMessage ReadMessage(JsonNode sent)
    {
        if (sent is not JsonObject fields)
        {
            throw new InvalidFieldException("user_message", "'user_message' must be an object.");
        }

        var extra = fields.DeepClone().AsObject();
        foreach (var name in (ReadOnlySpan<string>)["id", "content", "role", "parentId", "childrenIds", "timestamp"])
        {
            extra.Remove(name);
        }

        var content = MessageContent.Read(fields["content"], extra)
            ?? throw new InvalidFieldException("user_message", "'user_message.content' must be a string or an array of parts.");
        var kept = ExtraJson.Write(extra);
        return content.Length + (kept?.Length ?? 0) <= MessageOverflow.MaxUnits ? new(Id(fields, "id") is { } id ? new(id) : MessageId.New(), content, kept)
            : throw new InvalidFieldException("user_message", $"'user_message' has more than the {MessageOverflow.MaxUnits} characters that are kept.");
    }

    private static List<NewAnswer> ReadAnswers(JsonObject root)
    {
        if (root["message_ids"] is not { } list)
        {
            return [new(Id(root, "id") is { } id ? new(id) : null, Model(root, "model"))];
        }

        if (list is not JsonArray { Count: > 0 and <= MaxAnswers } several || several.Any(one => one is not JsonObject))
        {
            throw new InvalidFieldException("message_ids", $"'message_ids' must be an array of 1 to {MaxAnswers} objects.");
        }

        var answers = several.OfType<JsonObject>().Select(one => new NewAnswer(Id(one, "message_id") is { } id ? new(id) : null, Model(one, "model_id"))).ToList();
        return answers.DistinctBy(a => a.Id).Count() == answers.Count
            ? answers : throw new InvalidFieldException("message_ids", "'message_ids' names one 'message_id' twice.");
    }

    private static JsonObject Parameters(JsonObject root)
    {
        var parameters = root.DeepClone().AsObject();
        foreach (var name in NotForProviders)
        {
            parameters.Remove(name);
        }

        ChatParams.AddTo(parameters, Field<JsonObject>(root, "params", "an object"));
        return parameters;
    }

    private static T? Field<T>(JsonObject fields, string name, string what)
        where T : JsonNode => fields[name] switch
    {
        null => null,
        T value => value,
        _ => throw new InvalidFieldException(name, $"'{name}' must be {what}."),
    };

    private static int? Sequence(JsonObject root) => root["sequence"] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<int>(out var sequence) && sequence >= 0 => sequence,
        _ => throw new InvalidFieldException("sequence", "'sequence' must be a whole number that is not negative."),
    };

    /// <summary>Escapes such as <c>\ud83d</c> alone: no store and no provider takes what they mean.</summary>
    private static void RequireWholeCharacters(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                {
                    RequireWholeCharacters(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    RequireWholeCharacters(item);
                }

                break;
            case JsonValue value:
                _ = value.TryGetValue<string>(out _);
                break;
        }
    }

    /// <summary>Null where there is none, or an empty one.</summary>
    private static string? Text(JsonObject fields, string name, int maxChars) => fields[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) && text.Length <= maxChars => text.Length == 0 ? null : text,
        _ => throw new InvalidFieldException(name, $"'{name}' must be a string of at most {maxChars} characters."),
    };

    private static string Model(JsonObject fields, string name) =>
        fields[name] is JsonValue value && value.TryGetValue<string>(out var model) && model.Length is > 0 and <= MaxModelChars
            ? model : throw new InvalidFieldException(name, $"'{name}' must be a string that is not empty.");

    private static string? Id(JsonObject fields, string name) => fields[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) && text.Length == 0 => null,
        JsonValue value when value.TryGetValue<string>(out var text) && MessageId.TryParse(text, out var id) => id.Text,
        _ => throw new InvalidFieldException(name, $"'{name}' must be 1 to 64 letters, digits, '-' or '_'."),
    };

    private static bool Flag(JsonObject fields, string name) => fields[name] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new InvalidFieldException(name, $"'{name}' must be true or false."),
    };

    private sealed class InvalidFieldException(string name, string message) : Exception(message)
    {
        public string Field => name;
    }
}
