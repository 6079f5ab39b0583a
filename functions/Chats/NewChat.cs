using OpenWebUi.Platform.Http;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>A blob as a new chat.</summary>
internal static class NewChat
{
    /// <summary>Behind every child that its parent names.</summary>
    private const long UnnamedRank = 1_000_000;

    /// <param name="sent">Taken apart while it is read.</param>
    /// <param name="id">The chat's.</param>
    /// <param name="now">When it begins.</param>
    public static (Chat Chat, List<Message> Messages) Read(JsonObject sent, ChatId id, DateTimeOffset now)
    {
        now = ChatFields.WholeMilliseconds(now);
        var blob = BlobReader.Read(sent, takesLegacy: true);
        var nodes = blob.Messages ?? [];
        var ids = nodes.Select(m => m.Id).ToHashSet();
        var depths = MessageTree.Depths(nodes.ToDictionary(m => m.Id, m => m.ParentId));
        var ranks = nodes.SelectMany(m => (m.Children ?? []).Select((child, index) => (Parent: m.Id, Child: child, Rank: (long)index)))
            .ToDictionary(r => (r.Parent, r.Child), r => r.Rank);
        List<Message> messages = [.. nodes.Select(node =>
        {
            var parent = node.ParentId is { } named && ids.Contains(named) ? named : (MessageId?)null;
            var rank = parent is { } above && ranks.TryGetValue((above, node.Id), out var named2) ? named2 : UnnamedRank + node.Order;
            return MessageReader.Read(node, new(parent, depths[node.Id], rank), null, now);
        })];
        var leaf = messages.Find(m => m.Id == blob.CurrentId) ?? MessageTree.Leaf(messages);
        var title = string.IsNullOrEmpty(blob.Title) ? ChatTitles.Untitled : blob.Title;
        var chat = new Chat(id, title, now, now)
        {
            TitleSource = title == ChatTitles.Untitled ? TitleSource.FirstWords : TitleSource.Given,
            Extra = ChatFields.Extra(blob.Extra),
        };
        return (ChatFields.At(chat, leaf is null ? null : new(leaf.Id, leaf.Depth)), messages);
    }
}

/// <summary>What new and changed chats have in common.</summary>
internal static class ChatFields
{
    /// <summary>How far up the first turn looks where no turn has left word.</summary>
    private const int WindowMessages = 64;

    public static DateTimeOffset WholeMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    public static Chat At(Chat chat, BranchCursor? leaf) => chat with
    {
        CurrentId = leaf?.Id,
        CurrentDepth = leaf?.Depth ?? 0,
        WindowDepth = Math.Max(0, (leaf?.Depth ?? 0) - WindowMessages),
    };

    public static string? Extra(JsonObject fields)
    {
        var text = ExtraJson.Write(fields);
        return text is null || text.Length <= Chat.MaxExtraUnits ? text : throw new RefusedException(
            "chat", $"What the chat has beside its messages (files, params...) takes {text.Length} characters; at most {Chat.MaxExtraUnits} are kept.");
    }
}
