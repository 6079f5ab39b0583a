using System.Text.Json;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Models;

/// <summary>How models look in Open WebUI's wire form (docs/connections.md, "Models").</summary>
internal static class ModelJson
{
    /// <param name="json">Where to.</param>
    /// <param name="model">What.</param>
    /// <param name="forAdmin">With who may see it.</param>
    public static void Write(Utf8JsonWriter json, Model model, bool forAdmin)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("name", model.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.CreatedAt);
        json.WriteString("owned_by", model.OwnedBy);
        json.WriteString("connection_type", model.Connection.IsLocal ? "local" : "external");
        json.WriteString("connection", model.Connection.Name);
        json.WriteStartArray("connections");
        foreach (var route in model.Routes)
        {
            json.WriteStringValue(route.Connection.Name);
        }

        json.WriteEndArray();
        ModelSettingsRow.WriteTags(json, model.Tags);
        if (model.Preset is { } use)
        {
            json.WriteBoolean("preset", true);
            PresetJson.WriteInfo(json, model, use);
            json.WriteEndObject();
            return;
        }

        if (model.Connection.Kind != ConnectionKind.Guide)
        {
            json.WritePropertyName(model.Connection.Kind == ConnectionKind.Ollama ? "ollama" : "openai");
            model.Raw.WriteTo(json);
        }

        WriteInfo(json, model, forAdmin);
        json.WriteEndObject();
    }

    /// <summary>What an administrator changed: Open WebUI's form of a model without a base.</summary>
    public static void Write(Utf8JsonWriter json, ModelSettings settings)
    {
        json.WriteStartObject();
        json.WriteString("id", settings.Id);
        json.WriteString("user_id", settings.UserId);
        json.WriteNull("base_model_id");
        json.WriteString("name", settings.Name);
        json.WritePropertyName("meta");
        ModelSettingsRow.WriteMeta(json, settings.Meta);
        json.WriteStartObject("params");
        json.WriteEndObject();
        json.WritePropertyName("access_control");
        Readers.Write(json, settings.Readers);
        json.WriteBoolean("is_active", settings.IsActive);
        WriteTimes(json, settings);
        json.WriteEndObject();
    }

    private static void WriteInfo(Utf8JsonWriter json, Model model, bool forAdmin)
    {
        var settings = model.Settings;
        json.WriteStartObject("info");
        json.WriteString("id", model.Id);
        json.WriteNull("base_model_id");
        json.WriteString("name", model.Name);
        json.WriteStartObject("meta");
        json.WriteString("description", settings?.Meta.Description
            ?? (model.Connection.Kind == ConnectionKind.Guide ? GuideModel.Description : ModelTraits.Description(model.Raw)));
        json.WriteString("profile_image_url", settings?.Meta.PictureUrl);
        ModelSettingsRow.WriteCapabilities(json, model.Capabilities);
        ModelSettingsRow.WriteTags(json, settings?.Meta.Tags ?? []);
        json.WriteEndObject();
        if (model.MaxContext is { } tokens)
        {
            json.WriteNumber("max_context", tokens);
        }

        json.WriteBoolean("is_active", model.IsOn);
        if (forAdmin)
        {
            json.WritePropertyName("access_control");
            Readers.Write(json, settings?.Readers);
            json.WriteString("locked_by", model.OffBy);
        }

        if (settings is not null)
        {
            WriteTimes(json, settings);
        }

        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, ModelSettings settings)
    {
        json.WriteNumber("updated_at", settings.UpdatedAt.ToUnixTimeSeconds());
        json.WriteNumber("created_at", settings.CreatedAt.ToUnixTimeSeconds());
    }
}
