using OpenWebUi.Platform.Http;
using System.Text.Json.Nodes;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Chats;

/// <summary>
/// What a blob changes of a chat as it is stored.
/// <list type="number">
/// <item>Title and other fields: what was sent takes the place of what was there.</item>
/// <item>The tree: what was sent and what is stored, together. Only a whole tree that was meant for this very version takes messages away.</item>
/// <item>Depths are counted anew: a message may have another parent now, and what stands below it moves with it.</item>
/// <item>Every message that differs from its row is a change. A running answer never is: its run writes it.</item>
/// <item>The chat's end: where the client says, else where it was, else the deepest message.</item>
/// </list>
/// </summary>
internal sealed class ChatMerge
{
    private readonly Dictionary<MessageId, Message> _stored;
    private readonly Dictionary<MessageId, SentMessage> _sent;
    private readonly List<MessageChange> _changes = [];
    private readonly bool _isExact;
    private readonly DateTimeOffset _now;

    /// <param name="chat">As it is stored.</param>
    /// <param name="blob">What was sent; its messages are taken apart.</param>
    /// <param name="stored">All messages of the chat; null where none were sent.</param>
    /// <param name="isExact">The change was meant for this version.</param>
    /// <param name="now">Whole milliseconds.</param>
    public ChatMerge(Chat chat, Blob blob, IReadOnlyList<Message>? stored, bool isExact, DateTimeOffset now)
    {
        (_isExact, _now) = (isExact, now);
        _stored = (stored ?? []).ToDictionary(m => m.Id);
        _sent = (blob.Messages ?? []).ToDictionary(m => m.Id);

        // 1
        Chat = chat with { Extra = Merge(chat.Extra, blob.Extra) };
        if (blob.Title is { } title && title != chat.Title)
        {
            Chat = title.Length == 0 ? throw new RefusedException("chat.title", "'chat.title' must not be empty.")
                : Chat with { Title = title, TitleSource = TitleSource.Given };
        }

        if (stored is null)
        {
            return;
        }

        // 2
        var removed = blob.HoldsWholeTree && isExact ? Missing() : [];
        var parents = _stored.Values.Where(m => !removed.Contains(m.Id)).ToDictionary(m => m.Id, m => m.ParentId);
        foreach (var message in _sent.Values.Where(m => !IsRunning(m.Id)))
        {
            parents[message.Id] = message.ParentId;
        }

        // 3
        if (parents.Count > BlobReader.MaxMessages)
        {
            throw new RefusedException("chat.history.messages", $"The chat would have {parents.Count} messages; at most {BlobReader.MaxMessages} are kept.");
        }

        var depths = MessageTree.Depths(parents);
        var ranks = Ranks(parents);

        // 4
        var merged = new List<Message>();
        foreach (var (id, parent) in parents)
        {
            merged.Add(Change(id, new(parent is { } above && parents.ContainsKey(above) ? above : null, depths[id], ranks[id])));
        }

        _changes.AddRange(removed.Select(id => new MessageChange.Removed(_stored[id])));
        Messages = merged;

        // 5
        var end = merged.Find(m => m.Id == blob.CurrentId) ?? merged.Find(m => m.Id == chat.CurrentId) ?? MessageTree.Leaf(merged);
        Chat = end?.Id == chat.CurrentId && (end?.Depth ?? 0) == chat.CurrentDepth ? Chat : ChatFields.At(Chat, end is null ? null : new(end.Id, end.Depth));
        Chat = _changes.Count > 0 && now > chat.UpdatedAt ? Chat with { UpdatedAt = now } : Chat;
    }

    public Chat Chat { get; }

    public IReadOnlyList<MessageChange> Changes => _changes;

    /// <summary>All messages as they are afterwards; null where none were sent.</summary>
    public IReadOnlyList<Message>? Messages { get; }

    private static string? Merge(string? stored, JsonObject sent)
    {
        if (sent.Count == 0)
        {
            return stored;
        }

        var all = ExtraJson.Read(stored);
        foreach (var (name, value) in sent.ToList())
        {
            sent.Remove(name);
            all[name] = value;
        }

        return ChatFields.Extra(all);
    }

    /// <summary>Stored, but not in the tree. What runs stays, and so does what it hangs on.</summary>
    private HashSet<MessageId> Missing()
    {
        var missing = _stored.Keys.Where(id => !_sent.ContainsKey(id)).ToHashSet();
        foreach (var running in _stored.Values.Where(m => m.State == MessageState.Running))
        {
            for (var message = running; message is not null; message = message.ParentId is { } parent ? _stored.GetValueOrDefault(parent) : null)
            {
                missing.Remove(message.Id);
            }
        }

        return missing;
    }

    private bool IsRunning(MessageId id) => _stored.GetValueOrDefault(id)?.State == MessageState.Running;

    private Message Change(MessageId id, MessagePlace place)
    {
        var stored = _stored.GetValueOrDefault(id);
        if (stored?.State == MessageState.Running)
        {
            return stored.Depth == place.Depth && stored.ParentId == place.ParentId ? stored : throw new RefusedException(
                new(409, "answer_running", "An answer below a message that should move is still being written. Wait for it, or stop it.", BlobReader.FieldOf(id, "parentId")));
        }

        var after = _sent.TryGetValue(id, out var sent)
            ? MessageReader.Read(sent, place, stored, _now) : stored! with { ParentId = place.ParentId, Depth = place.Depth, Rank = place.Rank };
        if (stored is null)
        {
            _changes.Add(new MessageChange.Added(after));
        }
        else if (!_isExact && IsOlder(after, stored))
        {
            after = stored with { ParentId = place.ParentId, Depth = place.Depth, Rank = place.Rank };
        }

        if (stored is not null && after != stored)
        {
            _changes.Add(new MessageChange.Replaced(stored, after));
        }

        return after;
    }

    /// <summary>A page that was left open posts an answer of ours as far as it had seen it: that takes nothing away.</summary>
    private static bool IsOlder(Message sent, Message stored) => stored.IsRunOurs && sent.Sequence < stored.Sequence
        && stored.Content.StartsWith(sent.Content, StringComparison.Ordinal) && stored.Reasoning.StartsWith(sent.Reasoning, StringComparison.Ordinal);

    /// <summary>The order of siblings: as stored, new ones behind; where the client names another order, ranks rise as far as it takes.</summary>
    private Dictionary<MessageId, long> Ranks(Dictionary<MessageId, MessageId?> parents)
    {
        var fresh = _now.ToUnixTimeMilliseconds();
        var ranks = parents.Keys.ToDictionary(id => id, id => _stored.TryGetValue(id, out var stored) ? stored.Rank : fresh + _sent[id].Order);
        foreach (var sent in _sent.Values)
        {
            var last = long.MinValue;
            foreach (var child in (sent.Children ?? []).Where(child => parents.GetValueOrDefault(child) == sent.Id && !IsRunning(child)))
            {
                last = ranks[child] = Math.Max(ranks[child], last == long.MinValue ? last : last + 1);
            }
        }

        return ranks;
    }
}
