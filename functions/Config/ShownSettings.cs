using System.Text.Json;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Config;

/// <summary>The part of <c>/api/config</c> that administrators set: each caller gets what concerns it.</summary>
internal static class ShownSettings
{
    public static void Write(Utf8JsonWriter json, AdminSettings settings, Standing standing)
    {
        json.WriteString("name", settings.Name);
        json.WriteString("default_locale", settings.DefaultLocale);
        if (standing != Standing.Stranger)
        {
            json.WriteStartObject("ui");
            json.WriteString("pending_user_overlay_title", settings.PendingOverlayTitle);
            json.WriteString("pending_user_overlay_content", settings.PendingOverlayContent);
            json.WriteEndObject();
        }

        if (standing >= Standing.Guest)
        {
            json.WriteString("default_models", TextOf(settings.DefaultModels));
            json.WriteString("default_pinned_models", TextOf(settings.DefaultPinnedModels));
            json.WritePropertyName("default_prompt_suggestions");
            PromptSuggestion.Form.Write(json, settings.PromptSuggestions);
            json.WritePropertyName("banners");
            Banner.Form.Write(json, settings.Banners);
        }
    }

    private static string? TextOf(IReadOnlyList<string> ids) => ids.Count == 0 ? null : string.Join(',', ids);
}
