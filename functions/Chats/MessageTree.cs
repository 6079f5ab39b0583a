using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>A tree given by its messages' parents.</summary>
internal static class MessageTree
{
    /// <summary>Every message's depth. A parent that is not there makes a first message; a circle is refused.</summary>
    public static Dictionary<MessageId, int> Depths(IReadOnlyDictionary<MessageId, MessageId?> parents)
    {
        var depths = new Dictionary<MessageId, int>(parents.Count);
        var path = new Stack<MessageId>();
        var onPath = new HashSet<MessageId>();
        foreach (var start in parents.Keys)
        {
            for (MessageId? next = start; next is { } id && parents.ContainsKey(id) && !depths.ContainsKey(id); next = parents[id])
            {
                if (!onPath.Add(id))
                {
                    throw new RefusedException(BlobReader.FieldOf(id, "parentId"), "The message stands below itself: its parents form a circle.");
                }

                path.Push(id);
            }

            while (path.TryPop(out var id))
            {
                depths[id] = parents[id] is { } parent && depths.TryGetValue(parent, out var above) ? above + 1 : 0;
            }

            onPath.Clear();
        }

        return depths;
    }

    /// <summary>Where a chat is opened when nobody says where: at its deepest message, the newest of them.</summary>
    public static Message? Leaf(IEnumerable<Message> messages) => messages.OrderByDescending(m => m.Depth).ThenByDescending(m => m.Rank).FirstOrDefault();
}
