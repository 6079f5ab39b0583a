using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>
/// The files that messages name: entries <c>{type: "image" | "file", id | url}</c> of <c>files</c>, in what a message keeps beside its
/// text. Entries of other types, and addresses elsewhere, are the client's own and pass unchanged.
/// </summary>
internal sealed class MessageFiles(FileStore files, AttachmentOptions options)
{
    private const string DataPrefix = "data:image/";

    private const string Base64Mark = ";base64,";

    /// <summary>The ids that a message names, each once. Costs nothing where it names none.</summary>
    public static IReadOnlyList<FileId> NamedIn(string? extra) =>
        extra is null || !extra.Contains("\"files\"", StringComparison.Ordinal) ? [] : [.. Entries(ExtraJson.Read(extra)).Select(IdOf).OfType<FileId>().Distinct()];

    /// <summary>
    /// Makes files of the pictures that a message brings as data URLs, in <c>files</c> and in parts of its content: no row holds a
    /// picture. What is no picture of a kind that is taken, or finds no room, stays as it was sent.
    /// </summary>
    public async Task<NewMessage> LiftAsync(OwnerId owner, NewMessage message, CancellationToken cancellation)
    {
        if (message.Extra?.Contains(DataPrefix, StringComparison.Ordinal) != true)
        {
            return message;
        }

        var extra = ExtraJson.Read(message.Extra);
        foreach (var entry in Entries(extra))
        {
            if (await LiftAsync(owner, ExtraJson.Text(entry, "url"), ExtraJson.Text(entry, "name"), cancellation) is { } file)
            {
                Describe(entry, file);
            }
        }

        if (extra["contentParts"] is JsonArray parts)
        {
            await LiftPartsAsync(owner, extra, parts, cancellation);
        }

        return message with { Extra = ExtraJson.Write(extra) };
    }

    /// <summary>The files of a new message as they are stored, and the message with what we know of them. One read a file.</summary>
    /// <returns>A refusal where one of them is not there, or is not the owner's: both look the same.</returns>
    public async Task<(NewMessage Message, IReadOnlyList<StoredFile> Files, ErrorReport? Refusal)> FindAsync(
        OwnerId owner, NewMessage message, CancellationToken cancellation)
    {
        var ids = NamedIn(message.Extra);
        if (ids.Count == 0)
        {
            return (message, [], null);
        }

        if (ids.Count > options.MaxCount)
        {
            return (message, [], new(422, "too_many_files", $"A message takes at most {options.MaxCount} files.", "user_message.files"));
        }

        var found = (await Task.WhenAll(ids.Select(id => files.GetAsync(owner, id, cancellation)))).OfType<StoredFile>().ToDictionary(file => file.Id);
        var extra = ExtraJson.Read(message.Extra);
        foreach (var entry in Entries(extra))
        {
            if (IdOf(entry) is not { } id)
            {
                continue;
            }

            if (!found.TryGetValue(id, out var file))
            {
                var name = ExtraJson.Text(entry, "name") is { Length: > 0 and <= 200 } given ? $"\"{given}\"" : "A file";
                return (message, [], new(422, "file_not_found", $"{name} of this message is not there any more. Attach it again, or send the message without it.", "user_message.files"));
            }

            Describe(entry, file);
        }

        return (message with { Extra = ExtraJson.Write(extra) }, [.. found.Values], null);
    }

    internal static FileId? IdOf(JsonObject entry) =>
        ExtraJson.Text(entry, "type") is not ("image" or "file") ? null
        : FileId.TryParse(ExtraJson.Text(entry, "id"), out var id) ? id
        : FileId.TryParseAddress(ExtraJson.Text(entry, "url"), out id) ? id : null;

    internal static IEnumerable<JsonObject> Entries(JsonObject extra) => (extra["files"] as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>Picture parts become entries of <c>files</c>; where nothing but text is left, the parts are the message's text.</summary>
    private async Task LiftPartsAsync(OwnerId owner, JsonObject extra, JsonArray parts, CancellationToken cancellation)
    {
        foreach (var part in parts.OfType<JsonObject>().Where(part => ExtraJson.Text(part, "type") == "image_url").ToList())
        {
            if (part["image_url"] is not JsonObject picture || await LiftAsync(owner, ExtraJson.Text(picture, "url"), null, cancellation) is not { } file)
            {
                continue;
            }

            var entry = new JsonObject { ["type"] = "image" };
            Describe(entry, file);
            if (extra["files"] is not JsonArray list)
            {
                extra["files"] = list = [];
            }

            list.Add((JsonNode)entry);
            picture["url"] = file.Id.Address;
        }

        var isPlain = parts.OfType<JsonObject>().All(part => ExtraJson.Text(part, "type") == "text"
            || (part["image_url"] is JsonObject picture && FileId.TryParseAddress(ExtraJson.Text(picture, "url"), out _)));
        if (isPlain)
        {
            extra.Remove("contentParts");
        }
    }

    private async Task<StoredFile?> LiftAsync(OwnerId owner, string? url, string? name, CancellationToken cancellation)
    {
        var mark = url?.StartsWith(DataPrefix, StringComparison.Ordinal) == true ? url.IndexOf(Base64Mark, StringComparison.Ordinal) : -1;
        if (mark < 0)
        {
            return null;
        }

        var text = url.AsSpan(mark + Base64Mark.Length);
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var length) || FileTypes.RasterType(bytes.AsSpan(0, length)) is not { } type)
        {
            return null;
        }

        var (file, _) = await files.AddAsync(owner, name ?? "image." + type["image/".Length..], new MemoryStream(bytes, 0, length, writable: false), check: null, cancellation);
        return file;
    }

    private static void Describe(JsonObject entry, StoredFile file)
    {
        entry["type"] = file.Kind == FileKind.Image ? "image" : "file";
        entry["id"] = file.Id.Text;
        entry["url"] = file.Id.Address;
        entry["name"] = file.Name;
        entry["size"] = file.Bytes;
        entry["content_type"] = file.ContentType;
    }
}
