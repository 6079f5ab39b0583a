using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// A chat's version for clients. <c>"version"</c>; of a branch whose answers are all over <c>"version.messages"</c>, so that a
/// page that was read while an answer ran is never taken for the page after it. <c>If-Match</c> takes both.
/// </summary>
internal static class ChatTag
{
    private const int HashBytes = 16;

    public static string Of(Chat chat) => $"\"{Version(chat)}\"";

    /// <param name="chat">Whose branch.</param>
    /// <param name="shown">The messages of the answer.</param>
    public static string Of(Chat chat, IReadOnlyList<Message> shown) => shown.Any(m => m.State == MessageState.Running)
        ? Of(chat) : $"\"{Version(chat)}.{Hash(string.Join('\n', shown.Select(m => $"{m.Id} {m.ETag}")))}\"";

    /// <summary>Whether the request allows a change of this version: it names it, or none.</summary>
    public static bool IsMatch(HttpRequest request, Chat chat)
    {
        var tags = Tags(request.Headers.IfMatch);
        return tags.Count == 0 || tags.Any(tag => tag == "*" || tag.Trim('"').Split('.')[0] == Version(chat));
    }

    public static bool HasCondition(HttpRequest request) => Tags(request.Headers.IfMatch) is { Count: > 0 } tags && !tags.Contains("*");

    public static bool IsKnown(HttpRequest request, string tag) => Tags(request.Headers.IfNoneMatch).Contains(tag);

    private static string Version(Chat chat) => Hash(chat.ETag.Value);

    private static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashBytes));

    /// <summary>Proxies that compress make strong tags weak (nginx: <c>W/</c>). What is compared is a version of data, not bytes: both are the same.</summary>
    private static List<string> Tags(StringValues header) =>
        [.. header.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Select(tag => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag)];
}
