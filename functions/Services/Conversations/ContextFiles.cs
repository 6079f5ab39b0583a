using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Writes a provider's request whose messages name files: a picture becomes a data URL (OpenAI's <c>image_url</c>), a text a fenced
/// block before the question. Bytes are read while the body is written, file by file; the newest have the first claim on the room
/// there is, and for what is left out, or gone, a line says so.
/// </summary>
internal sealed class ContextFiles(FileStore files, RunOptions options) : IDisposable
{
    /// <summary>Of one request. Each is a read of a blob.</summary>
    public const int MaxImages = 10;

    /// <summary>All pictures of one request together, before Base64.</summary>
    public const int MaxImageBytes = 10 * 1024 * 1024;

    public const int MaxTexts = 20;

    /// <summary>Our own part of a message's content, for a text: it never leaves the house.</summary>
    private const string TextPart = "openwebui_file";

    /// <summary>A multiple of three: Base64 of a piece ends without padding.</summary>
    private const int PieceBytes = 48 * 1024;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bodies that are written at once: each holds its pictures until it is sent.</summary>
    private readonly SemaphoreSlim _writers = new(4);

    /// <summary>What stands for a file in a message's content until the body is written.</summary>
    public static JsonObject PartFor(JsonObject entry, FileId id)
    {
        var name = ExtraJson.Text(entry, "name") ?? "file";
        var size = entry["size"] is JsonValue value && value.TryGetValue<long>(out var bytes) ? bytes : 0;
        return ExtraJson.Text(entry, "type") == "image"
            ? new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = id.Address }, ["name"] = name, ["size"] = size }
            : new() { ["type"] = TextPart, ["id"] = id.Text, ["name"] = name, ["size"] = size };
    }

    /// <summary>Whether any message names a file of ours. Looks at contents that are lists only.</summary>
    public static bool AreIn(JsonArray messages) => Parts(messages).Any(part => IdOf(part) is not null);

    /// <summary>The body in UTF-8.</summary>
    /// <param name="owner">Whose files: nobody else's are found.</param>
    /// <param name="body">The request, with its messages.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ReadOnlyMemory<byte>> WriteAsync(OwnerId owner, JsonObject body, CancellationToken cancellation)
    {
        await _writers.WaitAsync(cancellation);
        try
        {
            var buffer = new ArrayBufferWriter<byte>(64 * 1024);
            await using var json = new Utf8JsonWriter(buffer, Plain);
            var room = Room.For(body["messages"]!.AsArray(), options.ContextTokens);
            json.WriteStartObject();
            foreach (var (name, value) in body)
            {
                json.WritePropertyName(name);
                if (name == "messages")
                {
                    await WriteMessagesAsync(owner, json, value!.AsArray(), room, cancellation);
                }
                else if (value is null)
                {
                    json.WriteNullValue();
                }
                else
                {
                    value.WriteTo(json);
                }
            }

            json.WriteEndObject();
            await json.FlushAsync(cancellation);
            return buffer.WrittenMemory;
        }
        finally
        {
            _writers.Release();
        }
    }

    public void Dispose() => _writers.Dispose();

    private async Task WriteMessagesAsync(OwnerId owner, Utf8JsonWriter json, JsonArray messages, Room room, CancellationToken cancellation)
    {
        json.WriteStartArray();
        foreach (var message in messages)
        {
            if (message is not JsonObject fields || fields["content"] is not JsonArray parts || !parts.OfType<JsonObject>().Any(part => IdOf(part) is not null))
            {
                message!.WriteTo(json);
                continue;
            }

            json.WriteStartObject();
            foreach (var (name, value) in fields.Where(field => field.Key != "content" && field.Value is not null))
            {
                json.WritePropertyName(name);
                value!.WriteTo(json);
            }

            json.WritePropertyName("content");
            await WriteContentAsync(owner, json, parts, room, cancellation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A message of nothing but text is a string: not every server knows parts.</summary>
    private async Task WriteContentAsync(OwnerId owner, Utf8JsonWriter json, JsonArray parts, Room room, CancellationToken cancellation)
    {
        var isList = parts.OfType<JsonObject>().Any(part => ExtraJson.Text(part, "type") is not ("text" or TextPart));
        var texts = new List<string>();
        if (isList)
        {
            json.WriteStartArray();
        }

        foreach (var part in parts)
        {
            var fields = part as JsonObject;
            var text = fields is null ? null
                : IdOf(fields) is not { } id ? (ExtraJson.Text(fields, "type") == "text" && !isList ? ExtraJson.Text(fields, "text") : null)
                : ExtraJson.Text(fields, "type") == TextPart ? await TextAsync(owner, id, fields, room, cancellation)
                : await WriteImageAsync(owner, json, id, fields, room, cancellation) ?? "";
            if (text is null)
            {
                part?.WriteTo(json);
            }
            else if (text.Length > 0 && isList)
            {
                WriteText(json, text);
            }
            else if (text.Length > 0)
            {
                texts.Add(text);
            }
        }

        if (isList)
        {
            json.WriteEndArray();
        }
        else
        {
            json.WriteStringValue(string.Join("\n\n", texts));
        }
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    /// <summary>The picture as a part; or, where there is none to write, a line that says why.</summary>
    private async Task<string?> WriteImageAsync(OwnerId owner, Utf8JsonWriter json, FileId id, JsonObject part, Room room, CancellationToken cancellation)
    {
        if (!room.Has(part))
        {
            return Note("Picture", part, "is left out here: newer ones take the room that there is");
        }

        await using var blob = await files.OpenAsync(owner, id, cancellation);
        if (blob is null || !FileTypes.IsRaster(blob.ContentType))
        {
            return Note("Picture", part, "is not there any more");
        }

        if (!room.TryTakeImage(blob.Length))
        {
            return Note("Picture", part, "is left out here: newer ones take the room that there is");
        }

        json.WriteStartObject();
        json.WriteString("type", "image_url");
        json.WriteStartObject("image_url");
        if (part["image_url"] is JsonObject { } picture && ExtraJson.Text(picture, "detail") is { } detail)
        {
            json.WriteString("detail", detail);
        }

        json.WritePropertyName("url");
        await WriteDataUrlAsync(json, blob, cancellation);
        json.WriteEndObject();
        json.WriteEndObject();
        return null;
    }

    private static async Task WriteDataUrlAsync(Utf8JsonWriter json, BlobRead blob, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        var encoded = ArrayPool<byte>.Shared.Rent(PieceBytes / 3 * 4);
        try
        {
            json.WriteStringValueSegment(Encoding.ASCII.GetBytes($"data:{blob.ContentType};base64,"), isFinalSegment: false);
            for (var left = blob.ContentLength; left > 0;)
            {
                var length = (int)Math.Min(PieceBytes, left);
                await blob.Content.ReadExactlyAsync(piece.AsMemory(0, length), cancellation);
                left -= length;
                Base64.EncodeToUtf8(piece.AsSpan(0, length), encoded, out _, out var written);
                json.WriteStringValueSegment(encoded.AsSpan(0, written), isFinalSegment: left == 0);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    private async Task<string> TextAsync(OwnerId owner, FileId id, JsonObject part, Room room, CancellationToken cancellation)
    {
        if (!room.Has(part))
        {
            return Note("File", part, "is left out here: newer text takes the room that there is");
        }

        await using var blob = await files.OpenAsync(owner, id, cancellation);
        if (blob is null || blob.Length > AttachmentOptions.MaxTextBytes)
        {
            return Note("File", part, "is not there any more");
        }

        using var reader = new StreamReader(blob.Content, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(cancellation);
        return Fenced(ExtraJson.Text(part, "name") ?? "file", room.Cut(part, text));
    }

    /// <summary>A fence that is longer than any in the text (CommonMark 0.31, 4.5).</summary>
    private static string Fenced(string name, string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', Math.Max(3, longest + 1));
        return $"File: {name}\n{fence}\n{text}{(text.EndsWith('\n') ? "" : "\n")}{fence}";
    }

    private static string Note(string what, JsonObject part, string why) => $"[{what} \"{ExtraJson.Text(part, "name") ?? "image"}\" {why}.]";

    private static IEnumerable<JsonObject> Parts(JsonArray messages) =>
        messages.OfType<JsonObject>().Select(message => message["content"]).OfType<JsonArray>().SelectMany(parts => parts.OfType<JsonObject>());

    private static FileId? IdOf(JsonObject part) => ExtraJson.Text(part, "type") switch
    {
        TextPart => FileId.TryParse(ExtraJson.Text(part, "id"), out var id) ? id : null,
        "image_url" => part["image_url"] is JsonObject picture && FileId.TryParseAddress(ExtraJson.Text(picture, "url"), out var id) ? id : null,
        _ => null,
    };

    /// <summary>Who gets in: decided from the newest to the oldest by the sizes that messages state, held to by the real ones.</summary>
    private sealed class Room
    {
        private readonly Dictionary<JsonObject, int> _tokens = [];
        private readonly HashSet<JsonObject> _images = [];
        private long _imageBytes;
        private int _imagesTaken;

        public static Room For(JsonArray messages, int contextTokens)
        {
            var room = new Room();
            var tokens = contextTokens - messages.OfType<JsonObject>().Sum(message => message["content"] switch
            {
                JsonValue value when value.TryGetValue<string>(out var text) => ContextWindow.TokensOf(text),
                JsonArray parts => parts.OfType<JsonObject>().Sum(part => ContextWindow.TokensOf(ExtraJson.Text(part, "text") ?? "")),
                _ => 0,
            });
            var (imageBytes, texts) = (0L, 0);
            foreach (var part in Parts(messages).Where(part => IdOf(part) is not null).Reverse())
            {
                var size = part["size"] is JsonValue value && value.TryGetValue<long>(out var bytes) ? Math.Max(0, bytes) : 0;
                if (ExtraJson.Text(part, "type") == TextPart)
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
}
