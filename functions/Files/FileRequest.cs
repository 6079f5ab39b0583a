using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Files;

/// <summary>What the routes of the slice have in common.</summary>
internal static class FileRequest
{
    public static readonly ErrorReport NotFound = new(404, "not_found", "There is no such file.");

    public static OwnerId OwnerOf(HttpContext context) => AccessGate.CallerOf(context).Owner!.Value;

    /// <summary>The caller's file; refused as missing where it is not the caller's.</summary>
    public static async Task<StoredFile> FileAsync(this FileStore files, HttpContext context, string id) =>
        FileId.TryParse(id, out var file) && await files.GetAsync(OwnerOf(context), file, context.RequestAborted) is { } found
            ? found : throw new RefusedException(NotFound);

    public static void Write(Utf8JsonWriter json, OwnerId owner, StoredFile file)
    {
        var seconds = file.CreatedAt.ToUnixTimeSeconds();
        json.WriteStartObject();
        json.WriteBoolean("status", true);
        json.WriteString("id", file.Id.Text);
        json.WriteString("user_id", owner.Text[2..]);
        json.WriteString("hash", file.Hash);
        json.WriteString("filename", file.Name);
        json.WriteStartObject("data");
        json.WriteString("status", "completed");
        json.WriteEndObject();
        json.WriteStartObject("meta");
        json.WriteString("name", file.Name);
        json.WriteString("content_type", file.ContentType);
        json.WriteNumber("size", file.Bytes);
        json.WriteEndObject();
        json.WriteNumber("created_at", seconds);
        json.WriteNumber("updated_at", seconds);
        json.WriteEndObject();
    }
}
