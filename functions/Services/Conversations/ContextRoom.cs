using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>Which files of a request's messages get in: decided from the newest to the oldest by the sizes that messages state, held to by the real ones.</summary>
internal sealed class ContextRoom
{
    /// <summary>Of one request. Each is a read of a blob.</summary>
    public const int MaxImages = 10;

    /// <summary>All pictures of one request together, before Base64.</summary>
    public const int MaxImageBytes = 10 * 1024 * 1024;

    public const int MaxTexts = 20;

    private readonly Dictionary<JsonObject, int> _tokens = [];
    private readonly HashSet<JsonObject> _images = [];
    private long _imageBytes;
    private int _imagesTaken;

    public static ContextRoom For(JsonArray messages, int contextTokens)
    {
        var room = new ContextRoom();
        var tokens = contextTokens - messages.OfType<JsonObject>().Sum(message => message["content"] switch
        {
            JsonValue value when value.TryGetValue<string>(out var text) => ContextWindow.TokensOf(text),
            JsonArray parts => parts.OfType<JsonObject>().Sum(part => ContextWindow.TokensOf(ExtraJson.Text(part, "text") ?? "")),
            _ => 0,
        });
        var (imageBytes, texts) = (0L, 0);
        foreach (var part in FileParts.In(messages).Reverse())
        {
            var size = part["size"] is JsonValue value && value.TryGetValue<long>(out var bytes) ? Math.Max(0, bytes) : 0;
            if (ExtraJson.Text(part, "type") == FileParts.Text)
            {
                // A byte is at most a token; of four letters one. What is cut says so.
                if (texts++ < MaxTexts && tokens > 0)
                {
                    room._tokens[part] = tokens;
                    tokens -= (int)Math.Min(tokens, Math.Max(1, size / 4));
                }
            }
            else if (room._images.Count < MaxImages && imageBytes + size <= MaxImageBytes)
            {
                imageBytes += size;
                room._images.Add(part);
            }
            else
            {
                // What is older than one that finds no room finds none either.
                imageBytes = MaxImageBytes + 1;
            }
        }

        return room;
    }

    public bool Has(JsonObject part) => _images.Contains(part) || _tokens.ContainsKey(part);

    public bool TryTakeImage(long bytes)
    {
        if (_imagesTaken >= MaxImages || _imageBytes + bytes > MaxImageBytes)
        {
            return false;
        }

        _imagesTaken++;
        _imageBytes += bytes;
        return true;
    }

    public string Cut(JsonObject part, string text)
    {
        var (room, tokens) = (_tokens[part], ContextWindow.TokensOf(text));
        if (tokens <= room)
        {
            return text;
        }

        var length = (int)((long)text.Length * room / tokens);
        length -= length > 0 && char.IsHighSurrogate(text[length - 1]) ? 1 : 0;
        return $"{text[..length]}\n[The file goes on here: only its first {length} of {text.Length} characters fit.]";
    }
}
