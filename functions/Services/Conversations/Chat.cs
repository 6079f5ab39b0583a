using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>Where a chat's title comes from; a later kind never gives way to an earlier one.</summary>
internal enum TitleSource
{
    /// <summary>The beginning of the first message.</summary>
    FirstWords,

    /// <summary>A model wrote it.</summary>
    Generated,

    /// <summary>A person, or a client, gave it.</summary>
    Given,
}

/// <summary>A chat without its messages.</summary>
/// <param name="Id">Unique for its owner.</param>
/// <param name="Title">Not empty, at most <see cref="MaxTitleChars"/>.</param>
/// <param name="UpdatedAt">When somebody last said something or changed a message; lists are ordered by it. Whole milliseconds.</param>
internal sealed record Chat(ChatId Id, string Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const int MaxTitleChars = 200;

    /// <summary>Of <see cref="Extra"/>, in UTF-16 units: the fullest row of a message and this fit into one batch, however badly they are escaped.</summary>
    public const int MaxExtraUnits = 250_000;

    public TitleSource TitleSource { get; init; }

    /// <summary>How often a model was asked for a title in vain.</summary>
    public int TitleAttempts { get; init; }

    public bool IsPinned { get; init; }

    public bool IsArchived { get; init; }

    /// <summary>The message at whose branch the chat is opened; null for a chat without messages.</summary>
    public MessageId? CurrentId { get; init; }

    /// <summary>Depth of <see cref="CurrentId"/>: 0 for a first message.</summary>
    public int CurrentDepth { get; init; }

    /// <summary>The highest message that was part of the context of the last turn at <see cref="CurrentId"/>: the next turn reads from here.</summary>
    public int WindowDepth { get; init; }

    /// <summary>What else a client keeps with a chat (models, params, files, system...): a JSON object, or null for none.</summary>
    public string? Extra { get; init; }

    /// <summary>Open WebUI's <c>meta</c>: a JSON object, or null for none.</summary>
    public string? Meta { get; init; }

    /// <summary>The folder in which it lies; null for none. A folder that is gone counts as none.</summary>
    public FolderId? Folder { get; init; }

    /// <summary>Its tags, in <see cref="Meta"/> as Open WebUI keeps them.</summary>
    public IReadOnlyList<TagId> Tags => TagId.In(Meta);

    /// <summary>Under which a snapshot of the chat is public; null for a chat that is not shared. A copy of the chat has none.</summary>
    public ShareId? ShareId { get; init; }

    /// <summary>When that snapshot was taken.</summary>
    public DateTimeOffset? SharedAt { get; init; }

    /// <summary>Set: the chat waits for its removal; for everybody but housekeeping and an undo it does not exist.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Set: housekeeping has begun to remove the deleted chat, and there is no way back. The row stays to the end, so that nobody begins the chat anew in between.</summary>
    public bool IsGone { get; init; }

    /// <summary>Of the row that was read; default for a chat that was not stored yet.</summary>
    public ETag ETag { get; init; }

    /// <summary>It stands on one list: an archived one is nowhere else, a pinned one leaves its folder's list.</summary>
    public string ListRow => (IsArchived ? ChatRows.ListPrefix(Shelf.Archived) : IsPinned ? ChatRows.ListPrefix(Shelf.Pinned)
        : Folder is { } folder ? ChatRows.ListPrefix(folder) : ChatRows.ListPrefix(Shelf.Normal)) + ChatRows.ListPlace(UpdatedAt, Id);

    public static Chat Of(ChatId id, StoredRow row)
    {
        var p = row.Properties;
        return new(id, p.GetText("Title") ?? "", p.GetTime("CreatedAt") ?? default, p.GetTime("UpdatedAt") ?? default)
        {
            TitleSource = (TitleSource)(p.GetInt64("TitleSource") ?? 0),
            TitleAttempts = (int)(p.GetInt64("TitleAttempts") ?? 0),
            IsPinned = p.GetBoolean("IsPinned") ?? false,
            IsArchived = p.GetBoolean("IsArchived") ?? false,
            CurrentId = p.GetText("CurrentId") is { } current ? new(current) : null,
            CurrentDepth = (int)(p.GetInt64("CurrentDepth") ?? 0),
            WindowDepth = (int)(p.GetInt64("WindowDepth") ?? 0),
            Extra = LongText.Read(p, "Extra"),
            Meta = LongText.Read(p, "Meta"),
            Folder = p.GetText("Folder") is { } folder ? new(folder) : null,
            ShareId = p.GetText("ShareId") is { } share ? new(share) : null,
            SharedAt = p.GetTime("SharedAt"),
            DeletedAt = p.GetTime("DeletedAt"),
            IsGone = p.GetBoolean("IsGone") ?? false,
            ETag = row.ETag,
        };
    }

    public RowProperties ToRow()
    {
        var row = new RowProperties
        {
            ["Title"] = Title,
            ["CreatedAt"] = CreatedAt,
            ["UpdatedAt"] = UpdatedAt,
            ["TitleSource"] = (long)TitleSource,
            ["TitleAttempts"] = TitleAttempts,
            ["IsPinned"] = IsPinned,
            ["IsArchived"] = IsArchived,
            ["CurrentId"] = CurrentId?.Text,
            ["CurrentDepth"] = CurrentDepth,
            ["WindowDepth"] = WindowDepth,
            ["Folder"] = Folder?.Text,
            ["ShareId"] = ShareId?.Text,
            ["SharedAt"] = SharedAt,
            ["DeletedAt"] = DeletedAt,
            ["IsGone"] = IsGone ? true : (bool?)null,
        };
        LongText.Write(row, "Extra", Extra);
        LongText.Write(row, "Meta", Meta);
        return row;
    }

    /// <summary>The line of the list on which the chat stands.</summary>
    public RowProperties ToListRow() => new()
    {
        ["Title"] = Title,
        ["CreatedAt"] = CreatedAt,
        ["UpdatedAt"] = UpdatedAt,
        ["IsPinned"] = IsPinned,
        ["IsArchived"] = IsArchived,
        ["Folder"] = Folder?.Text,
        ["Tags"] = Tags is { Count: > 0 } tags ? string.Join('\n', tags) : null,
    };

    public ChatLine ToLine() => new(Id, Title, CreatedAt, UpdatedAt, IsPinned, IsArchived) { Folder = Folder, Tags = Tags };
}

/// <summary>A chat as a list shows it.</summary>
internal sealed record ChatLine(ChatId Id, string Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool IsPinned, bool IsArchived)
{
    public FolderId? Folder { get; init; }

    public IReadOnlyList<TagId> Tags { get; init; } = [];

    /// <summary>Its place in whichever list, see <see cref="ChatRows.ListPlace"/>.</summary>
    public string Place => ChatRows.ListPlace(UpdatedAt, Id);

    public static ChatLine Of(StoredRow row) => new(
        new(row.Key.Row[(row.Key.Row.LastIndexOf('.') + 1)..]),
        row.Properties.GetText("Title") ?? "",
        row.Properties.GetTime("CreatedAt") ?? default,
        row.Properties.GetTime("UpdatedAt") ?? default,
        row.Properties.GetBoolean("IsPinned") ?? false,
        row.Properties.GetBoolean("IsArchived") ?? false)
    {
        Folder = row.Properties.GetText("Folder") is { } folder ? new(folder) : null,
        Tags = row.Properties.GetText("Tags")?.Split('\n').Select(tag => new TagId(tag)).ToList() ?? [],
    };
}
