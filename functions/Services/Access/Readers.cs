using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Access;

/// <summary>Whom something is shared with: Open WebUI's <c>access_control</c>. Null in its place is everybody who may chat; nobody named, nobody.</summary>
/// <param name="GroupIds">Members of any of these.</param>
/// <param name="UserIds">These accounts.</param>
internal sealed record Readers(IReadOnlyList<string> GroupIds, IReadOnlyList<string> UserIds)
{
    public const int MaxGroups = 200;
    public const int MaxUsers = 400;
    private const int MaxIdCharacters = 40;

    public static readonly Readers Nobody = new([], []);

    /// <summary>It is its owner's alone.</summary>
    public bool AreNobody => GroupIds.Count == 0 && UserIds.Count == 0;

    public bool Include(UserId? account, IReadOnlyList<string> groups) =>
        GroupIds.Any(groups.Contains) || (account is { } id && UserIds.Contains(id.Text));

    /// <summary>The member of a form: null, or what is left out, is everybody.</summary>
    /// <exception cref="RefusedException">422: no object, or lists that are none.</exception>
    public static Readers? Read(JsonElement form) => !form.TryGetProperty("access_control", out var control) || control.ValueKind == JsonValueKind.Null ? null
        : control.ValueKind != JsonValueKind.Object ? throw new RefusedException("access_control", "'access_control' must be an object or null.")
        : !control.TryGetProperty("read", out var read) || read.ValueKind != JsonValueKind.Object ? Nobody
        : new(Ids(read, "group_ids", MaxGroups), Ids(read, "user_ids", MaxUsers));

    /// <summary>Of something new: what says nothing is everybody's of an administrator, and its owner's alone of anybody else.</summary>
    public static Readers? ReadNew(JsonElement form, Caller caller) =>
        caller.Standing != Standing.Admin && !form.TryGetProperty("access_control", out _) ? Nobody : Read(form);

    /// <summary>As <see cref="Write"/> stored it; null is null.</summary>
    public static Readers? OfStored(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var read = document.RootElement.GetProperty("read");
            return new(Stored("group_ids"), Stored("user_ids"));

            IReadOnlyList<string> Stored(string name) => [.. read.GetProperty(name).EnumerateArray().Select(id => id.GetString()!)];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Another version's: it opens nothing.
            return Nobody;
        }
    }

    /// <summary><c>{"read":{"group_ids":[],"user_ids":[]}}</c>, or null.</summary>
    public static void Write(Utf8JsonWriter json, Readers? readers)
    {
        if (readers is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteStartObject("read");
        WriteIds("group_ids", readers.GroupIds);
        WriteIds("user_ids", readers.UserIds);
        json.WriteEndObject();
        json.WriteEndObject();

        void WriteIds(string name, IReadOnlyList<string> ids)
        {
            json.WriteStartArray(name);
            foreach (var id in ids)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
        }
    }

    private static IReadOnlyList<string> Ids(JsonElement read, string name, int most)
    {
        if (!read.TryGetProperty(name, out var ids) || ids.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var refusal = new RefusedException("access_control", $"'access_control.read.{name}' must be a list of at most {most} ids.");
        return ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() > most ? throw refusal
            : [.. ids.EnumerateArray().Select(id => id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 and <= MaxIdCharacters } text ? text : throw refusal).Distinct()];
    }
}
