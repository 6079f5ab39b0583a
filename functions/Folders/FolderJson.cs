using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Folders;

/// <summary>A folder in Open WebUI's form.</summary>
internal static class FolderJson
{
    public static readonly ErrorReport NotFound = new(404, "not_found", "There is no such folder.");

    public static void Write(Utf8JsonWriter json, OwnerId owner, Folder folder, bool withData)
    {
        json.WriteStartObject();
        json.WriteString("id", folder.Id.Text);
        json.WriteString("parent_id", folder.ParentId?.Text);
        json.WriteString("user_id", OwnerWords.IdOf(owner));
        json.WriteString("name", folder.Name);
        json.WriteNull("items");
        WriteObject(json, "meta", folder.Meta);
        if (withData)
        {
            WriteObject(json, "data", folder.Data);
        }

        json.WriteBoolean("is_expanded", folder.IsExpanded);
        json.WriteNumber("created_at", folder.CreatedAt.ToUnixTimeSeconds());
        json.WriteNumber("updated_at", folder.UpdatedAt.ToUnixTimeSeconds());
        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, string name, string? text)
    {
        json.WritePropertyName(name);
        if (text is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(text);
        }
    }
}
