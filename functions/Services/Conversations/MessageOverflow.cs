using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// Texts that are too long for a row, in blobs: <c>chats/{owner}/{chat}/{message}-{random}</c>, one JSON object. A blob is
/// never changed; a new text is a new one, and the row that refers to it is written afterwards. So a reader never meets
/// another message's text, and what is not referred to is a <see cref="Leftover"/>.
/// </summary>
internal sealed partial class MessageOverflow(BlobStore blobs, LeftoverStore leftovers, ILogger<MessageOverflow> logger)
{
    /// <summary>What clients may write into one message, all texts together: more than the longest answer, which comes back with its chat.</summary>
    public const int MaxUnits = 5_000_000;

    public static int UnitsOf(Message message) => message.Content.Length + message.Reasoning.Length + (message.Layout?.Length ?? 0)
        + (message.Extra?.Length ?? 0) + (message.ToolCalls?.Length ?? 0) + (message.Usage?.Length ?? 0) + (message.Error?.Length ?? 0);

    /// <summary>UTF-16 units of all texts of a message together. A row has 1 MiB, a batch 4 MiB of escaped JSON.</summary>
    public const int MaxRowUnits = 200_000;

    /// <summary>What a reader sees where a text is gone.</summary>
    public const string LostText = "[The text of this message is missing from the storage. The server's log names the blob.]";

    private const int RandomBytes = 8;

    private const int MaxReads = 8;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where everything of a chat is.</summary>
    public static BlobPath Folder(OwnerId owner, ChatId chat) => Folder(owner).Then(chat.Text);

    /// <summary>Where everything of an owner is.</summary>
    public static BlobPath Folder(OwnerId owner) => new($"chats/{owner}");

    public static BlobPath Path(OwnerId owner, ChatId chat, MessageId message, string random) => Folder(owner, chat).Then($"{message}-{random}");

    /// <summary>The message with its texts.</summary>
    public async Task<Message> FetchAsync(Message message, CancellationToken cancellation) =>
        message.Overflow is null ? message : await ReadAsync(message, cancellation);

    /// <summary>The messages with their texts, in the same order.</summary>
    public async Task<IReadOnlyList<Message>> FetchAsync(IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        if (messages.All(message => message.Overflow is null))
        {
            return messages;
        }

        var fetched = messages.ToArray();
        var reads = new ParallelOptions { MaxDegreeOfParallelism = MaxReads, CancellationToken = cancellation };
        await Parallel.ForAsync(0, fetched.Length, reads, async (i, token) => fetched[i] = await FetchAsync(fetched[i], token));
        return fetched;
    }

    /// <summary>The message as its row should say it: long texts are in a blob now, and what the row named before is noted as a leftover. Costs nothing where no text is long.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chat">Of which chat.</param>
    /// <param name="message">With all of its texts, and in <see cref="Message.Overflow"/> the blob that its row names now.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Message> StoreAsync(OwnerId owner, ChatId chat, Message message, CancellationToken cancellation)
    {
        var random = Units(message) > MaxRowUnits ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes)) : null;
        await NoteAsync(owner, chat, message, [random, RandomOf(owner, chat, message)], cancellation);
        if (random is null)
        {
            return message with { Overflow = null };
        }

        var path = Path(owner, chat, message.Id, random);
        return await blobs.PutAsync(path, Write(message), "application/json", BlobPutMode.Always, cancellation) == BlobPutOutcome.Stored
            ? message with { Overflow = path.Text }
            : throw new StoreUnavailableException($"A message has more than the {BlobStore.MaxBytes} bytes that can be kept.");
    }

    /// <summary>Notes the blob of a message that is about to be removed. Costs nothing where it has none.</summary>
    public Task ForgetAsync(OwnerId owner, ChatId chat, Message message, CancellationToken cancellation) =>
        NoteAsync(owner, chat, message, [RandomOf(owner, chat, message)], cancellation);

    private async Task NoteAsync(OwnerId owner, ChatId chat, Message message, string?[] names, CancellationToken cancellation)
    {
        var doubtful = names.OfType<string>().Select(name => new Leftover(leftovers.DueAt(), LeftoverKind.Blob, owner, chat, message.Id, name)).ToList();
        if (doubtful.Count > 0)
        {
            await leftovers.AddAsync(doubtful, cancellation);
        }
    }

    private static int Units(Message message) =>
        message.Content.Length + message.Reasoning.Length + (message.Layout?.Length ?? 0) + (message.Extra?.Length ?? 0) + (message.ToolCalls?.Length ?? 0);

    /// <summary>The random part of the blob that the message's row names; null where it names none, or, in a copy, another chat's.</summary>
    private static string? RandomOf(OwnerId owner, ChatId chat, Message message)
    {
        var start = $"{Folder(owner, chat)}/{message.Id}-";
        return message.Overflow?.StartsWith(start, StringComparison.Ordinal) == true ? message.Overflow[start.Length..] : null;
    }

    private static ReadOnlyMemory<byte> Write(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>(Units(message) * 2);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteString("content", message.Content);
            json.WriteString("reasoning", message.Reasoning);
            json.WriteString("layout", message.Layout);
            json.WriteString("toolCalls", message.ToolCalls);
            json.WriteString("extra", message.Extra);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private async Task<Message> ReadAsync(Message message, CancellationToken cancellation)
    {
        try
        {
            if (BlobPath.TryParse(message.Overflow, out var path) && await blobs.OpenReadAsync(path, range: null, cancellation) is { } blob)
            {
                await using (blob)
                {
                    using var document = await JsonDocument.ParseAsync(blob.Content, cancellationToken: cancellation);
                    var texts = document.RootElement;
                    return message with
                    {
                        Content = texts.GetProperty("content").GetString() ?? "",
                        Reasoning = texts.GetProperty("reasoning").GetString() ?? "",
                        Layout = texts.GetProperty("layout").GetString(),
                        ToolCalls = texts.GetProperty("toolCalls").GetString(),
                        Extra = texts.GetProperty("extra").GetString(),
                    };
                }
            }

            Log.Lost(logger, message.Overflow!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            Log.Broken(logger, message.Overflow!, e);
        }

        // One text that is gone does not take the rest of the page with it.
        return message with { Content = LostText };
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The blob {Path} with the text of a message is missing. Restore it from a backup of the storage")]
        public static partial void Lost(ILogger logger, string path);

        [LoggerMessage(Level = LogLevel.Error, Message = "The blob {Path} with the text of a message cannot be read. Restore it from a backup of the storage")]
        public static partial void Broken(ILogger logger, string path, Exception exception);
    }
}
