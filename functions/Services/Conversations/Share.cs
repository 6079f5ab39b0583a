using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>Of a chat's public snapshot: 128 random bits in 32 hexadecimal digits. Whoever knows it may read.</summary>
internal readonly record struct ShareId(string Text)
{
    private const int Digits = 32;

    public static ShareId New() => new(RandomNumberGenerator.GetHexString(Digits, lowercase: true));

    public static bool TryParse([NotNullWhen(true)] string? text, out ShareId id)
    {
        id = new(text ?? "");
        return text is { Length: Digits } && text.All(char.IsAsciiHexDigitLower);
    }

    public override string ToString() => Text;
}

/// <summary>
/// Where a snapshot is. Table <c>Shares</c>, partition = its id, one row: whose it is, and its JSON or the blob that holds it. A row
/// is an offer only: it counts while the chat's own row names it, so that one batch takes it back everywhere.
/// </summary>
/// <param name="Json">Null where a blob has it.</param>
/// <param name="Blob">In the folder of its chat, with which it goes.</param>
internal sealed record Share(ShareId Id, OwnerId Owner, ChatId Chat, DateTimeOffset SharedAt, string? Json, BlobPath? Blob)
{
    public const string Table = "Shares";

    private const string Row = "share";

    public static RowKey Key(ShareId id) => new(Table, id.Text, Row);

    /// <summary>No message's name: those have no dot.</summary>
    public static BlobPath PathOf(OwnerId owner, ChatId chat, string random) => MessageOverflow.Folder(owner, chat).Then($"share.{random}");

    /// <summary>The random part of the blob's name; null where there is none.</summary>
    public string? Random => Blob?.Text[(Blob.Text.LastIndexOf('.') + 1)..];

    public static Share? Of(ShareId id, StoredRow? row) => row is not null && row.Properties.GetText("Owner") is { } owner && row.Properties.GetText("Chat") is { } chat
        ? new(
            id, new(owner), new(chat), row.Properties.GetTime("SharedAt") ?? default, LongText.Read(row.Properties, "Json"),
            BlobPath.TryParse(row.Properties.GetText("Blob"), out var blob) ? blob : null)
        : null;

    public RowProperties ToRow()
    {
        var row = new RowProperties { ["Owner"] = Owner.Text, ["Chat"] = Chat.Text, ["SharedAt"] = SharedAt, ["Blob"] = Blob?.Text };
        LongText.Write(row, "Json", Json);
        return row;
    }
}
