using System.Globalization;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>What may be left behind, one letter each: it stands in the row key.</summary>
internal enum LeftoverKind
{
    /// <summary>A chat that was deleted, and may still be brought back.</summary>
    DeletedChat = 'd',

    /// <summary>A chat that is written in several batches, the one with its own row last.</summary>
    BegunChat = 'c',

    /// <summary>A blob to which a message's row may not refer: it is about to be written, or to be replaced.</summary>
    Blob = 'b',

    /// <summary>A folder that is about to be deleted: a chat may come into it at the same moment.</summary>
    Folder = 'f',

    /// <summary>A chat's public snapshot, which its chat may not name: it is about to be written, refreshed or taken back.</summary>
    Share = 's',

    /// <summary>Everything of an owner whose pass was given back, or whose account is deleted.</summary>
    Owner = 'o',

    /// <summary>An uploaded file that perhaps no chat names.</summary>
    File = 'a',
}

/// <summary>
/// A note that something may have to be removed, written before the step that could leave it behind. Whoever reads it when it
/// is due looks whether that came to pass. The row has a key only:
/// <c>{due}.{kind}.{owner}[.{chat}[.{message}.{random}]]</c>, <c>...{chat}.{share}[.{random}]</c> or <c>{due}.a.{owner}.{file}</c>.
/// </summary>
/// <param name="DueAt">Not looked at before. Whole milliseconds.</param>
/// <param name="Chat">Not for <see cref="LeftoverKind.Owner"/> and <see cref="LeftoverKind.File"/>; the folder for <see cref="LeftoverKind.Folder"/>.</param>
/// <param name="Message">For <see cref="LeftoverKind.Blob"/> only.</param>
/// <param name="Random">The blob's name behind its message's id; null for a snapshot that has no blob.</param>
/// <param name="Share">For <see cref="LeftoverKind.Share"/> only.</param>
internal sealed record Leftover(
    DateTimeOffset DueAt, LeftoverKind Kind, OwnerId Owner, ChatId? Chat = null, MessageId? Message = null, string? Random = null, string? Share = null)
{
    public const string Table = "Leftovers";

    public const string Partition = "todo";

    /// <summary>How long what is deleted can be brought back, and longer than anything takes that could still refer to what is left over.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    /// <summary>For <see cref="LeftoverKind.File"/> only.</summary>
    public FileId? File { get; init; }

    public string Row => string.Join(
        '.', ((string?[])[TimeText(DueAt), ((char)Kind).ToString(), Owner.Text, Chat?.Text, Message?.Text, Share, Random, File?.Text]).OfType<string>());

    /// <summary>What is due at a time, the oldest first.</summary>
    public static RowRange DueBy(DateTimeOffset now) => RowRange.Between(null, TimeText(now.AddMilliseconds(1)));

    /// <summary>Null for what this version does not know.</summary>
    public static Leftover? Of(StoredRow row)
    {
        var parts = row.Key.Row.Split('.');
        if (parts.Length < 3 || parts[1].Length != 1 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var due))
        {
            return null;
        }

        var (dueAt, kind, owner) = (DateTimeOffset.FromUnixTimeMilliseconds(due), (LeftoverKind)parts[1][0], new OwnerId(parts[2]));
        return (kind, parts.Length) switch
        {
            (LeftoverKind.Owner, 3) => new(dueAt, kind, owner),
            (LeftoverKind.DeletedChat or LeftoverKind.BegunChat or LeftoverKind.Folder, 4) => new(dueAt, kind, owner, new(parts[3])),
            (LeftoverKind.File, 4) => new(dueAt, kind, owner) { File = new(parts[3]) },
            (LeftoverKind.Blob, 6) => new(dueAt, kind, owner, new(parts[3]), new(parts[4]), parts[5]),
            (LeftoverKind.Share, 5 or 6) => new(dueAt, kind, owner, new(parts[3]), Share: parts[4], Random: parts.ElementAtOrDefault(5)),
            _ => null,
        };
    }

    private static string TimeText(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString("D13", CultureInfo.InvariantCulture);
}
