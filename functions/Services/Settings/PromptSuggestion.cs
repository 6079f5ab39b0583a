using System.Text.Json;

namespace OpenWebUi.Services.Settings;

/// <summary>A first question that an empty chat offers.</summary>
/// <param name="Title">What the button says, in bold.</param>
/// <param name="Subtitle">And below it; may be empty.</param>
/// <param name="Content">What is asked.</param>
internal sealed record PromptSuggestion(string Title, string Subtitle, string Content)
{
    private const int MaxSuggestions = 50;
    private const int MaxTitleCharacters = 120;
    private const int MaxContentCharacters = 2_000;

    private static readonly string Expected =
        $"a list of at most {MaxSuggestions} suggestions {{title: [a, b], content}}: a of at most {MaxTitleCharacters} characters, b too, content of 1 to {MaxContentCharacters}";

    public static readonly SettingForm<IReadOnlyList<PromptSuggestion>> Form = SettingForms.List(MaxSuggestions, Expected, Read, Write);

    public static void Write(Utf8JsonWriter json, PromptSuggestion suggestion)
    {
        json.WriteStartObject();
        json.WriteStartArray("title");
        json.WriteStringValue(suggestion.Title);
        json.WriteStringValue(suggestion.Subtitle);
        json.WriteEndArray();
        json.WriteString("content", suggestion.Content);
        json.WriteEndObject();
    }

    private static PromptSuggestion Read(JsonElement json)
    {
        var title = json.TryGetProperty("title", out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= 2
            && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
                ? value.EnumerateArray().Select(e => e.GetString()!).ToArray() : throw new SettingRefusedException(Expected);
        var suggestion = new PromptSuggestion(title.ElementAtOrDefault(0) ?? "", title.ElementAtOrDefault(1) ?? "", SettingJson.Text(json, "content") ?? "");
        return title.All(t => t.Length <= MaxTitleCharacters) && suggestion.Content.Length is > 0 and <= MaxContentCharacters
            ? suggestion : throw new SettingRefusedException(Expected);
    }
}
