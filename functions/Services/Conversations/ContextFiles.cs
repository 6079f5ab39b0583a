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
    /// <summary>A multiple of three: Base64 of a piece ends without padding.</summary>
    private const int PieceBytes = 48 * 1024;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bodies that are written at once: each holds its pictures until it is sent.</summary>
    private readonly SemaphoreSlim _writers = new(4);

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
            var room = ContextRoom.For(body["messages"]!.AsArray(), options.ContextTokens);
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

    private async Task WriteMessagesAsync(OwnerId owner, Utf8JsonWriter json, JsonArray messages, ContextRoom room, CancellationToken cancellation)
    {
        json.WriteStartArray();
        foreach (var message in messages)
        {
            if (message is not JsonObject fields || fields["content"] is not JsonArray parts || !parts.OfType<JsonObject>().Any(part => FileParts.IdOf(part) is not null))
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
    private async Task WriteContentAsync(OwnerId owner, Utf8JsonWriter json, JsonArray parts, ContextRoom room, CancellationToken cancellation)
    {
        var isList = parts.OfType<JsonObject>().Any(part => ExtraJson.Text(part, "type") is not ("text" or FileParts.Text));
        var texts = new List<string>();
        if (isList)
        {
            json.WriteStartArray();
        }

        foreach (var part in parts)
        {
            var fields = part as JsonObject;
            var text = fields is null ? null
                : FileParts.IdOf(fields) is not { } id ? (ExtraJson.Text(fields, "type") == "text" && !isList ? ExtraJson.Text(fields, "text") : null)
                : ExtraJson.Text(fields, "type") == FileParts.Text ? await TextAsync(owner, id, fields, room, cancellation)
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
    private async Task<string?> WriteImageAsync(OwnerId owner, Utf8JsonWriter json, FileId id, JsonObject part, ContextRoom room, CancellationToken cancellation)
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

    private async Task<string> TextAsync(OwnerId owner, FileId id, JsonObject part, ContextRoom room, CancellationToken cancellation)
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
}
