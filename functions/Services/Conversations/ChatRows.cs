using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>The list on which a chat stands.</summary>
internal enum Shelf
{
    Normal,
    Pinned,
    Archived,
}

/// <summary>
/// The row keys of an owner's chats: table <c>Chats</c>, partition = owner.
/// <code>
/// a.i.{file}                               an attached file (<see cref="StoredFile"/>)
/// a.u.{file}.{chat}                        a chat that names it
/// f                                        changes with every folder that is made, moved, renamed or deleted, so that two at once don't
/// f.{folder}                               a folder
/// l.{shelf}.{newest first}.{chat}          a line of a list: title and times, so that a list is one query
/// l.f.{folder}.{newest first}.{chat}       the same, in a folder
/// t.{hash}                                 the name under which a tag was first written
/// x.{chat}.c                               the chat itself
/// x.{chat}.f.{file}                        a file that a message of the chat names
/// x.{chat}.i.{message}                     where a message stands: its depth
/// x.{chat}.m.{deepest first}.{message}     a message; a branch is read from its leaf upwards by one range
/// x.{chat}.n                               the chat is being written in several batches; the last one takes this row away
/// x.{chat}.r.{message}.k{number}           text of a running answer since the checkpoint before
/// x.{chat}.r.{message}.z                   the running answer's lease; sorts after its checkpoints
/// s.{share}                                a snapshot of a chat that everybody may read who knows its id, and which chat that is
/// </code>
/// Everything of a chat has one prefix: whatever a deletion missed is found by it.
/// </summary>
internal static class ChatRows
{
    public const string Table = "Chats";

    /// <summary>More than any depth, and with one digit less than what it is subtracted from could get.</summary>
    private const int DepthCeiling = 90_000_000;

    private const long TimeCeiling = 9_999_999_999_999;

    private const int TimeDigits = 13;

    /// <summary>Every line of every list.</summary>
    public const string Lists = "l.";

    /// <summary>Every line of every folder.</summary>
    public const string FolderLists = "l.f.";

    /// <summary>The folders, and the row that changes with them.</summary>
    public const string Folders = "f";

    public const string Tags = "t.";

    /// <summary>Where a chat stands in whichever list: the newest sorts first.</summary>
    public static string ListPlace(DateTimeOffset updatedAt, ChatId chat) =>
        $"{(TimeCeiling - updatedAt.ToUnixTimeMilliseconds()).ToString("D13", CultureInfo.InvariantCulture)}.{chat}";

    public static bool IsListPlace(string text) =>
        text.Length > TimeDigits && text[TimeDigits] == '.' && !text.AsSpan(0, TimeDigits).ContainsAnyExceptInRange('0', '9')
        && ChatId.TryParse(text[(TimeDigits + 1)..], out _);

    /// <summary>The key of a line, in whichever list.</summary>
    public static bool IsListKey(string text) => text.Split('.') switch
    {
        ["l", "p" or "a" or "n", var time, var chat] => IsListPlace($"{time}.{chat}"),
        ["l", "f", _, var time, var chat] => IsListPlace($"{time}.{chat}"),
        _ => false,
    };

    public static string ListPrefix(Shelf shelf) => shelf switch { Shelf.Pinned => "l.p.", Shelf.Archived => "l.a.", _ => "l.n." };

    public static string ListPrefix(FolderId folder) => $"{FolderLists}{folder}.";

    public static string Folder(FolderId folder) => $"{Folders}.{folder}";

    public static string Tag(TagId tag) => Tags + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(tag.Text)).AsSpan(0, 16));

    public static string Chat(ChatId chat) => $"x.{chat}.c";

    public const string Shares = "s.";

    public static string Share(ShareId share) => Shares + share;

    public static string Begun(ChatId chat) => $"x.{chat}.n";

    public static string Everything(ChatId chat) => $"x.{chat}.";

    public static string Index(ChatId chat, MessageId message) => $"x.{chat}.i.{message}";

    public static string Message(ChatId chat, int depth, MessageId message) => $"{Depth(chat, depth)}{message}";

    public static string Messages(ChatId chat) => $"x.{chat}.m.";

    /// <summary>The messages from a depth up to another one, both inclusive, the deeper ones first.</summary>
    public static RowRange Upwards(ChatId chat, int deepest, int highest) =>
        RowRange.Between(Depth(chat, deepest), Depth(chat, highest - 1));

    public static RowRange Below(ChatId chat, int depth) => RowRange.Between(Messages(chat), Depth(chat, depth));

    public static string Run(ChatId chat, MessageId message) => $"{RunPrefix(chat, message)}z";

    public static string RunPrefix(ChatId chat, MessageId message) => $"x.{chat}.r.{message}.";

    public static string Runs(ChatId chat) => $"x.{chat}.r.";

    public static string Checkpoint(ChatId chat, MessageId message, int number) =>
        $"{RunPrefix(chat, message)}k{number.ToString("D6", CultureInfo.InvariantCulture)}";

    /// <summary>What every file's row begins with.</summary>
    public const string Files = "a.i.";

    public static string File(FileId file) => Files + file;

    public static string FileUses(FileId file) => $"a.u.{file}.";

    public static string FileUse(FileId file, ChatId chat) => FileUses(file) + chat;

    public static string ChatFiles(ChatId chat) => $"x.{chat}.f.";

    public static string ChatFile(ChatId chat, FileId file) => ChatFiles(chat) + file;

    private static string Depth(ChatId chat, int depth) =>
        $"{Messages(chat)}{(DepthCeiling - depth).ToString("D8", CultureInfo.InvariantCulture)}.";
}
