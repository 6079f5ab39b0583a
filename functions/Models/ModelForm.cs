using System.Buffers.Text;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>
/// Open WebUI's form of a model that providers list: <c>{id, name?, meta?, access_control?, is_active?}</c>. What is left out stays as
/// it is; <c>params</c> and other keys of <c>meta</c> are taken and not kept. One with <c>base_model_id</c> is a preset (<see cref="PresetForm"/>).
/// </summary>
internal static class ModelForm
{
    private const int MaxNameCharacters = 200;
    private const int MaxDescriptionCharacters = 2_000;
    private const int MaxUrlCharacters = 2_000;

    /// <summary>A picture is in the row, and so in every list: an icon, no photograph.</summary>
    private const int MaxPictureCharacters = 8_000;
    private const int MaxTags = 20;
    private const int MaxTagCharacters = 60;
    private const int MaxCapabilities = 40;

    private static readonly string[] PictureTypes = ["image/webp", "image/jpeg", "image/png", "image/gif"];

    /// <exception cref="RefusedException">422.</exception>
    public static string Id(JsonForm form) => CheckedId(form.Text("id", ModelSettings.MaxIdCharacters));

    /// <exception cref="RefusedException">422.</exception>
    public static string CheckedId(string? id) =>
        id is { Length: > 0 and <= ModelSettings.MaxIdCharacters } && !id.Any(char.IsControl)
            ? id : throw new RefusedException("id", $"'id' must be a model's id of at most {ModelSettings.MaxIdCharacters} characters.");

    /// <summary>What the form says, over what there was.</summary>
    /// <exception cref="RefusedException">422, with the field.</exception>
    public static ModelSettings Over(ModelSettings before, JsonForm form) => before with
    {
        Name = form.Root.TryGetProperty("name", out _) ? Line(form.OptionalText("name", MaxNameCharacters), "name") : before.Name,
        Meta = Member(form, "meta") is { } meta ? Meta(before.Meta, meta) : before.Meta,
        Readers = form.Root.TryGetProperty("access_control", out _) ? Readers.Read(form.Root) : before.Readers,
        IsActive = Flag(form, "is_active") ?? before.IsActive,
    };

    public static ModelMeta Meta(ModelMeta before, JsonElement meta) => new(
        Has(meta, "description") ? Description(Text(meta, "description", "meta.description")) : before.Description,
        Has(meta, "profile_image_url") ? Picture(Text(meta, "profile_image_url", "meta.profile_image_url")) : before.PictureUrl,
        Has(meta, "capabilities") ? Capabilities(meta.GetProperty("capabilities")) : before.Capabilities,
        Has(meta, "tags") ? Tags(meta.GetProperty("tags")) : before.Tags);

    private static string? Description(string? text) => text is null || (text.Length <= MaxDescriptionCharacters && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
        ? text : throw new RefusedException("meta.description", $"'meta.description' must be text of at most {MaxDescriptionCharacters} characters.");

    /// <summary>An https address, or a small picture that no browser runs.</summary>
    private static string? Picture(string? url)
    {
        const string marker = ";base64,";
        if (url is null)
        {
            return null;
        }

        var comma = url.IndexOf(marker, StringComparison.Ordinal);
        var isData = comma > 0 && url.StartsWith("data:", StringComparison.Ordinal) && PictureTypes.Contains(url["data:".Length..comma])
            && url.Length <= MaxPictureCharacters && Base64.IsValid(url.AsSpan(comma + marker.Length));
        var isAddress = url.Length <= MaxUrlCharacters && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == "https" && address.UserInfo.Length == 0;
        return isData || isAddress ? url : throw new RefusedException("meta.profile_image_url",
            $"'meta.profile_image_url' must be an https address, or a data URL of a WebP, JPEG, PNG or GIF picture of at most {MaxPictureCharacters} characters.");
    }

    private static Dictionary<string, bool> Capabilities(JsonElement value)
    {
        var isTaken = value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Count() <= MaxCapabilities
            && value.EnumerateObject().All(member => member.Name.Length is > 0 and <= MaxTagCharacters && member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False);
        return isTaken ? value.EnumerateObject().DistinctBy(member => member.Name).ToDictionary(member => member.Name, member => member.Value.GetBoolean())
            : value.ValueKind == JsonValueKind.Null ? []
            : throw new RefusedException("meta.capabilities", $"'meta.capabilities' must be at most {MaxCapabilities} names, each true or false.");
    }

    private static IReadOnlyList<string> Tags(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var refusal = new RefusedException("meta.tags", $"'meta.tags' must be a list of at most {MaxTags} objects with a name of at most {MaxTagCharacters} characters.");
        return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxTags ? throw refusal
            : [.. value.EnumerateArray().Select(tag => (tag.ValueKind == JsonValueKind.Object && Has(tag, "name") ? Text(tag, "name", "meta.tags") : null) is { Length: > 0 and <= MaxTagCharacters } name
                && !name.Any(char.IsControl) ? name : throw refusal).Distinct()];
    }

    /// <summary>An object, or null when it is left out or null.</summary>
    public static JsonElement? Member(JsonForm form, string name) =>
        !form.Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Object ? value
        : throw new RefusedException(name, $"'{name}' must be an object or null.");

    public static bool? Flag(JsonForm form, string name) => !form.Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new RefusedException(name, $"'{name}' must be true or false.");

    public static bool Has(JsonElement json, string name) => json.TryGetProperty(name, out _);

    /// <summary>Trimmed; null for an empty text.</summary>
    public static string? Text(JsonElement json, string name, string field)
    {
        try
        {
            return json.GetProperty(name).GetString()?.Trim() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            // No text, or half a surrogate pair.
            throw new RefusedException(field, $"'{field}' must be a text.");
        }
    }

    public static string? Line(string? text, string field) => text?.Trim() is not { Length: > 0 } line ? null
        : !line.Any(char.IsControl) ? line : throw new RefusedException(field, $"'{field}' must be one line.");
}
