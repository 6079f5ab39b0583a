using System.Text.Json;

namespace OpenWebUi.Services.Settings;

/// <summary>A notice on top of the page. The content is text with Markdown; whoever shows it sanitises it.</summary>
/// <param name="Id">What the page remembers when somebody closes it.</param>
/// <param name="Type"><c>info</c>, <c>success</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Title">Null or short.</param>
/// <param name="Content">What it says.</param>
/// <param name="IsDismissible">People may close it.</param>
/// <param name="Timestamp">Unix seconds: when it was written.</param>
internal sealed record Banner(string Id, string Type, string? Title, string Content, bool IsDismissible, long Timestamp)
{
    private const int MaxBanners = 20;
    private const int MaxIdCharacters = 100;
    private const int MaxTitleCharacters = 200;
    private const int MaxContentCharacters = 4_000;

    private static readonly string[] Types = ["info", "success", "warning", "error"];

    private static readonly string Expected =
        $"a list of at most {MaxBanners} banners {{id, type, title?, content, dismissible, timestamp}}: id of 1 to {MaxIdCharacters} characters and different for each, type one of "
        + $"{string.Join(", ", Types)}, title of at most {MaxTitleCharacters} characters, content of 1 to {MaxContentCharacters}";

    public static readonly SettingForm<IReadOnlyList<Banner>> Form = EachOnce(SettingForms.List(MaxBanners, Expected, Read, Write));

    public static void Write(Utf8JsonWriter json, Banner banner)
    {
        json.WriteStartObject();
        json.WriteString("id", banner.Id);
        json.WriteString("type", banner.Type);
        json.WriteString("title", banner.Title);
        json.WriteString("content", banner.Content);
        json.WriteBoolean("dismissible", banner.IsDismissible);
        json.WriteNumber("timestamp", banner.Timestamp);
        json.WriteEndObject();
    }

    private static Banner Read(JsonElement json)
    {
        var banner = new Banner(
            SettingJson.Text(json, "id") ?? "", SettingJson.Text(json, "type") is { Length: > 0 } type ? type : "info", SettingJson.Text(json, "title"), SettingJson.Text(json, "content") ?? "",
            SettingJson.Flag(json, "dismissible") ?? true, SettingJson.Number(json, "timestamp") ?? 0);
        return banner.Id.Length is > 0 and <= MaxIdCharacters && Types.Contains(banner.Type) && (banner.Title?.Length ?? 0) <= MaxTitleCharacters
            && banner.Content.Length is > 0 and <= MaxContentCharacters ? banner : throw new SettingRefusedException(Expected);
    }

    private static SettingForm<IReadOnlyList<Banner>> EachOnce(SettingForm<IReadOnlyList<Banner>> form)
    {
        return form with { Read = json => Checked(form.Read(json)), OfVariable = text => Checked(form.OfVariable(text)) };

        static IReadOnlyList<Banner> Checked(IReadOnlyList<Banner> banners) =>
            banners.DistinctBy(b => b.Id).Count() == banners.Count ? banners : throw new SettingRefusedException(Expected);
    }
}
