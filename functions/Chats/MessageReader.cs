using OpenWebUi.Platform.Http;
using System.Globalization;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>Where a message of a blob stands in its chat's tree.</summary>
internal readonly record struct MessagePlace(MessageId? ParentId, int Depth, long Rank);

/// <summary>
/// Reads a message of a blob. Fields that we know have their types; all others are kept as they are. A field that a client
/// leaves out keeps what is stored. Of an answer that we wrote, a client changes the texts but not how it ended.
/// </summary>
internal static class MessageReader
{
    private const int MaxRoleChars = 32;
    private const int MaxModelChars = 256;

    /// <summary>What stays in a message's row whatever its length.</summary>
    private const int MaxNoteUnits = 50_000;

    /// <summary>Seconds of a year that nobody's messages are from: a larger number counts milliseconds.</summary>
    private const double MaxSeconds = 100_000_000_000;

    /// <param name="sent">Taken apart while it is read.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="stored">What is stored under its id; null for a new message.</param>
    /// <param name="now">For a message without a time.</param>
    public static Message Read(SentMessage sent, MessagePlace place, Message? stored, DateTimeOffset now)
    {
        var fields = sent.Fields;
        var role = Text(sent, "role", MaxRoleChars) ?? stored?.Role;
        if (string.IsNullOrEmpty(role))
        {
            throw new RefusedException(BlobReader.FieldOf(sent.Id, "role"), "'role' must be a string that is not empty.");
        }

        var message = (stored ?? new Message(sent.Id, null, 0, 0, role, now)) with
        {
            ParentId = place.ParentId,
            Depth = place.Depth,
            Rank = place.Rank,
            Role = role,
            CreatedAt = Time(sent, stored, now),
            Content = Content(sent) ?? stored?.Content ?? "",
        };
        fields.Remove("id");
        fields.Remove("siblings");
        if (!message.IsUser)
        {
            message = ReadAnswer(sent, message, stored);
        }

        message = message with { Extra = ExtraJson.Write(fields) };
        return MessageOverflow.UnitsOf(message) <= MessageOverflow.MaxUnits ? message : throw new RefusedException(
            BlobReader.FieldOf(sent.Id, "content"), $"The message has {MessageOverflow.UnitsOf(message)} characters; at most {MessageOverflow.MaxUnits} are kept.");
    }

    private static Message ReadAnswer(SentMessage sent, Message message, Message? stored)
    {
        message = message with
        {
            Model = Text(sent, "model", MaxModelChars) ?? message.Model,
            Reasoning = Text(sent, "reasoning", MessageOverflow.MaxUnits) ?? message.Reasoning,
            Error = Json(sent, "error") ?? message.Error,
            Usage = Json(sent, "usage") ?? message.Usage,
            ToolCalls = Json(sent, "toolCalls") ?? message.ToolCalls,
            FinishReason = Text(sent, "finishReason", MaxModelChars) ?? message.FinishReason,
            ReasoningMs = Number(sent, "reasoningMs") ?? message.ReasoningMs,
        };
        var layout = Text(sent, "layout", MessageOverflow.MaxUnits);
        if (layout is not null && AnswerText.Fits(layout, message.Content, message.Reasoning))
        {
            message = message with { Layout = layout };
        }
        else if (stored is not null && (stored.Content != message.Content || stored.Reasoning != message.Reasoning))
        {
            message = message with { Layout = null };
        }

        sent.Fields.Remove("sequence");
        var (done, state) = (Flag(sent, "done"), Text(sent, "state", MaxRoleChars));
        return stored is { IsRunOurs: true } ? message : WithEnd(message, done, state);
    }

    /// <summary>How the answer ended, by the client's word. An empty one that is not done waits for its turn.</summary>
    private static Message WithEnd(Message message, bool? done, string? state)
    {
        var ended = state switch
        {
            "stopped" => MessageState.Stopped,
            "failed" => MessageState.Failed,
            "interrupted" or "running" => MessageState.Interrupted,
            "done" => MessageState.Done,
            _ when message.Error is not (null or "false") => MessageState.Failed,
            _ => done == false && message.Sequence > 0 ? MessageState.Interrupted : MessageState.Done,
        };
        var isOver = done ?? message.Sequence > 0;
        return message with { State = isOver || message.Sequence > 0 ? ended : MessageState.Done, RunId = isOver && message.Sequence == 0 ? Message.ClientsRun : null };
    }

    private static string? Content(SentMessage sent)
    {
        if (!sent.Fields.ContainsKey("content"))
        {
            return null;
        }

        var content = BlobReader.Take(sent.Fields, "content");
        return content is null ? "" : MessageContent.Read(content, sent.Fields)
            ?? throw new RefusedException(BlobReader.FieldOf(sent.Id, "content"), "'content' must be a string or an array of parts.");
    }

    /// <summary>To the second, as the wire has it: a stored time of the same second stays.</summary>
    private static DateTimeOffset Time(SentMessage sent, Message? stored, DateTimeOffset now)
    {
        var known = stored?.CreatedAt ?? now;
        if (BlobReader.Take(sent.Fields, "timestamp") is not JsonValue value || !value.TryGetValue<double>(out var number) || !double.IsFinite(number) || number < 0)
        {
            return known;
        }

        var seconds = (long)Math.Min(number > MaxSeconds ? number / 1000 : number, MaxSeconds);
        return seconds == known.ToUnixTimeSeconds() ? known : DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private static string? Text(SentMessage sent, string name, int maxUnits) => BlobReader.Take(sent.Fields, name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) && text.Length <= maxUnits => text,
        _ => throw new RefusedException(BlobReader.FieldOf(sent.Id, name), string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a string of at most {maxUnits} characters.")),
    };

    private static bool? Flag(SentMessage sent, string name) => BlobReader.Take(sent.Fields, name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new RefusedException(BlobReader.FieldOf(sent.Id, name), $"'{name}' must be true or false."),
    };

    private static long? Number(SentMessage sent, string name) => BlobReader.Take(sent.Fields, name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        _ => throw new RefusedException(BlobReader.FieldOf(sent.Id, name), $"'{name}' must be a whole number."),
    };

    private static string? Json(SentMessage sent, string name)
    {
        if (BlobReader.Take(sent.Fields, name) is not { } value)
        {
            return null;
        }

        var text = ExtraJson.Text(value);
        return text.Length <= MaxNoteUnits ? text : throw new RefusedException(BlobReader.FieldOf(sent.Id, name), $"'{name}' has {text.Length} characters; at most {MaxNoteUnits} are kept.");
    }
}
