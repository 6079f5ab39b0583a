using System.Text.Json;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>How presets look in Open WebUI's wire form (docs/connections.md, "Presets").</summary>
internal static class PresetJson
{
    /// <summary>The form of a preset: whoever may not change it does not read its system prompt and parameters.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="preset">What.</param>
    /// <param name="mayChange">The caller may.</param>
    public static void Write(Utf8JsonWriter json, Preset preset, bool mayChange)
    {
        json.WriteStartObject();
        json.WriteString("id", preset.Id);
        json.WriteString("user_id", preset.Owner.Account?.Text ?? preset.Owner.Text);
        json.WriteString("base_model_id", preset.BaseModelId);
        json.WriteString("name", preset.Name);
        json.WritePropertyName("meta");
        WriteMeta(json, preset);
        json.WritePropertyName("params");
        WriteParams(json, mayChange ? preset.Words : PresetWords.Empty);
        if (mayChange)
        {
            json.WritePropertyName("access_control");
            Readers.Write(json, preset.Readers);
        }

        json.WriteBoolean("is_active", preset.IsActive);
        json.WriteBoolean("write_access", mayChange);
        WriteTimes(json, preset);
        json.WriteEndObject();
    }

    /// <summary><c>info</c> of a preset in the list of models.</summary>
    public static void WriteInfo(Utf8JsonWriter json, Model model, PresetUse use)
    {
        json.WriteStartObject("info");
        json.WriteString("id", model.Id);
        json.WriteString("user_id", use.Preset.Owner.Account?.Text ?? use.Preset.Owner.Text);
        json.WriteString("base_model_id", use.BaseId);
        json.WriteString("name", model.Name);
        json.WritePropertyName("meta");
        WriteMeta(json, use.Preset with { Meta = use.Preset.Meta with { Capabilities = model.Capabilities } });
        if (model.MaxContext is { } tokens)
        {
            json.WriteNumber("max_context", tokens);
        }

        json.WriteBoolean("is_active", true);
        WriteTimes(json, use.Preset);
        json.WriteEndObject();
    }

    private static void WriteMeta(Utf8JsonWriter json, Preset preset)
    {
        json.WriteStartObject();
        json.WriteString("description", preset.Meta.Description);
        json.WriteString("profile_image_url", preset.Meta.PictureUrl);
        ModelSettingsRow.WriteCapabilities(json, preset.Meta.Capabilities);
        ModelSettingsRow.WriteTags(json, preset.Meta.Tags);
        json.WriteStartArray("suggestion_prompts");
        foreach (var starter in preset.Words.Starters)
        {
            json.WriteStartObject();
            json.WriteString("content", starter);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("greeting", preset.Words.Greeting.Length > 0 ? preset.Words.Greeting : null);
        json.WriteEndObject();
    }

    private static void WriteParams(Utf8JsonWriter json, PresetWords words)
    {
        json.WriteStartObject();
        if (words.System.Length > 0)
        {
            json.WriteString("system", words.System);
        }

        using var parameters = JsonDocument.Parse(words.Parameters);
        foreach (var parameter in parameters.RootElement.EnumerateObject())
        {
            parameter.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, Preset preset)
    {
        json.WriteNumber("updated_at", preset.UpdatedAt.ToUnixTimeSeconds());
        json.WriteNumber("created_at", preset.CreatedAt.ToUnixTimeSeconds());
    }
}
