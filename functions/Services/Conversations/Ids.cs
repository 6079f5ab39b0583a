using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>A chat's id: a UUID of ours, or whatever a client brought in 1 to 64 characters of <c>[A-Za-z0-9_-]</c>. Unique for one owner.</summary>
internal readonly record struct ChatId(string Text)
{
    public static ChatId New() => new(Guid.NewGuid().ToString());

    /// <summary>The same chat for the same first message: a request that is repeated because its answer was lost makes no second one.</summary>
    public static ChatId Of(OwnerId owner, MessageId firstMessage) =>
        new(new Guid(SHA256.HashData(Encoding.ASCII.GetBytes($"chat/{owner}/{firstMessage}")).AsSpan(0, 16)).ToString());

    /// <summary>The same chat for the same origin: an import that is repeated makes no second one.</summary>
    /// <param name="owner">Who imports.</param>
    /// <param name="origin">What.</param>
    /// <param name="copy">From 0.</param>
    public static ChatId Of(OwnerId owner, ImportOrigin origin, int copy) => new(new Guid(SHA256.HashData(
        Encoding.UTF8.GetBytes($"import/{owner}/{origin.UpdatedAt?.ToUnixTimeSeconds() ?? 0}/{copy}/{origin.Id}")).AsSpan(0, 16)).ToString());

    public static bool TryParse([NotNullWhen(true)] string? text, out ChatId id)
    {
        id = new(text ?? "");
        return IdText.IsId(text);
    }

    public override string ToString() => Text;
}

/// <summary>A message's id, of the same form as a <see cref="ChatId"/>. Unique in one chat.</summary>
internal readonly record struct MessageId(string Text)
{
    public static MessageId New() => new(Guid.NewGuid().ToString());

    public static bool TryParse([NotNullWhen(true)] string? text, out MessageId id)
    {
        id = new(text ?? "");
        return IdText.IsId(text);
    }

    public override string ToString() => Text;
}

/// <summary>An answer as the task that Open WebUI's clients ask about: both ids, so that any instance finds it without a table of tasks.</summary>
internal static class TaskId
{
    public static string Of(ChatId chat, MessageId answer) => $"{chat}:{answer}";

    public static bool TryParse(string text, out ChatId chat, out MessageId answer)
    {
        var parts = text.Split(':');
        answer = default;
        return ChatId.TryParse(parts[0], out chat) && parts.Length == 2 && MessageId.TryParse(parts[1], out answer);
    }
}

/// <summary>A folder's id, of the same form as a <see cref="ChatId"/>.</summary>
internal readonly record struct FolderId(string Text)
{
    public static FolderId New() => new(Guid.NewGuid().ToString());

    public static bool TryParse([NotNullWhen(true)] string? text, out FolderId id)
    {
        id = new(text ?? "");
        return IdText.IsId(text);
    }

    public override string ToString() => Text;
}

internal static class IdText
{
    private const int MaxChars = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool IsId([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxChars } && !text.AsSpan().ContainsAnyExcept(Allowed);
}
