using System.Threading.Channels;

namespace OpenWebUi.Services.Realtime;

/// <summary>Whose browsers hear of something.</summary>
/// <param name="Owner">An owner's id, <c>u-...</c> or <c>g-...</c>; only its hash leaves this process.</param>
internal readonly record struct Audience(string Owner);

/// <summary>What happened to a chat; several within a moment are told together.</summary>
[Flags]
internal enum ChatChange
{
    None = 0,
    Created = 1,
    Renamed = 2,

    /// <summary>A model gave it a title.</summary>
    Titled = 4,

    /// <summary>Pinned or unpinned.</summary>
    Pinned = 8,

    /// <summary>Archived or brought back.</summary>
    Archived = 16,
    Deleted = 32,
    Restored = 64,
    TurnBegun = 128,
    TurnEnded = 256,

    /// <summary>A message, or which branch is shown.</summary>
    Edited = 512,

    /// <summary>Into a folder, or out of one.</summary>
    Moved = 1024,
    Tagged = 2048,
}

/// <summary>Something to tell.</summary>
/// <param name="Chat">Which chat; null: the account itself.</param>
internal readonly record struct News(Audience Audience, string? Chat, ChatChange What);

/// <summary>
/// Takes what happened, after it was stored, for an owner's other browsers. It never waits and never fails; what nobody fetches in time is
/// dropped, oldest first, because every browser looks for itself when somebody comes back to it. Without a service it does nothing.
/// </summary>
internal sealed class RealtimeNews(RealtimeOptions options)
{
    public const int MaxWaiting = 512;

    private readonly Channel<News>? _waiting = options.Service is null ? null : Channel.CreateBounded<News>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void ChatChanged(Audience audience, string chat, ChatChange what) => _waiting?.Writer.TryWrite(new(audience, chat, what));

    /// <summary>The account's role is another one, or the account is gone.</summary>
    public void AccountChanged(Audience audience) => _waiting?.Writer.TryWrite(new(audience, Chat: null, ChatChange.None));

    /// <summary>False: nothing will ever come.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _waiting?.Reader.WaitToReadAsync(cancellation) ?? new(false);

    /// <summary>All that waits, one for each chat and each account, in the order in which they first came.</summary>
    public IReadOnlyList<News> TakeAll()
    {
        var order = new List<(Audience, string?)>();
        var merged = new Dictionary<(Audience Audience, string? Chat), ChatChange>();
        while (_waiting is not null && _waiting.Reader.TryRead(out var next))
        {
            var key = (next.Audience, next.Chat);
            if (!merged.TryGetValue(key, out var before))
            {
                order.Add(key);
            }

            merged[key] = before | next.What;
        }

        return [.. order.Select(key => new News(key.Item1, key.Item2, merged[key]))];
    }
}
