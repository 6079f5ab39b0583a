using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>A file of an owner. Its bytes are the blob <c>files/{owner}/{id}</c> and never change.</summary>
/// <param name="Name">As it was uploaded, without folders and control characters.</param>
/// <param name="ContentType">By its bytes for pictures, by its name among few types for texts.</param>
/// <param name="Hash">SHA-256, hexadecimal.</param>
internal sealed record StoredFile(FileId Id, string Name, string ContentType, FileKind Kind, long Bytes, string Hash, DateTimeOffset CreatedAt)
{
    public ETag ETag { get; init; }

    public static StoredFile Of(StoredRow row)
    {
        var p = row.Properties;
        return new(
            new(row.Key.Row[(row.Key.Row.LastIndexOf('.') + 1)..]), p.GetText("Name") ?? "", p.GetText("ContentType") ?? FileTypes.Plain,
            (FileKind)(p.GetInt64("Kind") ?? (long)FileKind.Text), p.GetInt64("Bytes") ?? 0, p.GetText("Hash") ?? "", p.GetTime("CreatedAt") ?? default)
        {
            ETag = row.ETag,
        };
    }

    public RowProperties ToRow() => new()
    {
        ["Name"] = Name,
        ["ContentType"] = ContentType,
        ["Kind"] = (long)Kind,
        ["Bytes"] = Bytes,
        ["Hash"] = Hash,
        ["CreatedAt"] = CreatedAt,
    };
}
