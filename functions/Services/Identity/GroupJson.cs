using System.Text.Json;

namespace OpenWebUi.Services.Identity;

/// <summary>How groups look in Open WebUI's wire form.</summary>
internal static class GroupJson
{
    /// <param name="members">Who is in it; null for people who are no administrators: they see their groups, not who else is in them.</param>
    public static void Write(Utf8JsonWriter json, Group group, IReadOnlyList<UserId>? members)
    {
        json.WriteStartObject();
        json.WriteString("id", group.Id);
        json.WriteString("user_id", group.CreatedBy);
        json.WriteString("name", group.Name);
        json.WriteString("description", group.Description);
        json.WritePropertyName("permissions");
        group.Permissions.WriteTo(json);
        if (members is not null)
        {
            json.WriteStartArray("user_ids");
            foreach (var member in members)
            {
                json.WriteStringValue(member.Text);
            }

            json.WriteEndArray();
            json.WriteNumber("member_count", members.Count);
        }

        json.WriteUnixTime("created_at", group.CreatedAt);
        json.WriteUnixTime("updated_at", group.UpdatedAt);
        json.WriteNull("data");
        json.WriteNull("meta");
        json.WriteEndObject();
    }

    /// <summary>The groups of one account that are still there.</summary>
    public static void WriteOwn(Utf8JsonWriter json, IReadOnlyList<Group> all, Account account)
    {
        json.WriteStartArray();
        foreach (var group in all.Where(group => account.Groups.Contains(group.Id)))
        {
            Write(json, group, members: null);
        }

        json.WriteEndArray();
    }
}
