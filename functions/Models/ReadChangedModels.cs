using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>
/// <c>GET /api/v1/models/list</c> → <c>{items, total}</c>: the presets that the caller may use or change, and, for administrators, what was changed of
/// models. One of them: <c>GET /api/v1/models/model?id=</c>.
/// </summary>
internal sealed class ReadChangedModels(ModelSettingsStore store, ModelCatalog catalog)
{
    public async Task ListAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var all = await store.AllAsync(context.RequestAborted);
        var settings = caller.Standing == Standing.Admin ? all.Settings.Values.OrderBy(one => one.Id, StringComparer.Ordinal).ToList() : [];
        var presets = all.Presets.Values.Where(preset => IsFor(preset, caller)).OrderBy(preset => preset.Name, StringComparer.OrdinalIgnoreCase).ToList();
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var preset in presets)
            {
                PresetJson.Write(json, preset, ChangePreset.MayChange(preset, caller));
            }

            foreach (var one in settings)
            {
                ModelJson.Write(json, one);
            }

            json.WriteEndArray();
            json.WriteNumber("total", settings.Count + presets.Count);
            json.WriteEndObject();
        });
    }

    public async Task GetAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var id = ModelForm.CheckedId(context.Request.Query["id"]);
        if (await store.GetPresetAsync(id, context.RequestAborted) is { } preset && IsFor(preset, caller))
        {
            await JsonAnswer.WriteAsync(context, json => PresetJson.Write(json, preset, ChangePreset.MayChange(preset, caller)));
            return;
        }

        var settings = caller.Standing == Standing.Admin ? await store.GetAsync(id, context.RequestAborted) : null;
        await JsonAnswer.WriteAsync(context, json => ModelJson.Write(json, settings
            ?? throw new RefusedException(new(404, "not_found", "There is no such preset, and nothing was changed of a model of this id."))));
    }

    /// <summary>One that is switched off is there for who may switch it on.</summary>
    private bool IsFor(Preset preset, Caller caller) =>
        ChangePreset.MayChange(preset, caller) || (preset.IsActive && ModelAccess.IsFor(preset, catalog.ViewerOf(caller)));
}
