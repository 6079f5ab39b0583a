using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>
/// Changes how a model is shown and who may use it: <c>POST /api/v1/models/create</c>, <c>/model/update</c>, <c>/model/toggle?id=</c> and
/// <c>/model/delete</c>. The model need not be listed at the moment: its provider may be down. A form with <c>base_model_id</c>, or the
/// id of a preset, is about a preset (<see cref="ChangePreset"/>); everything else takes an administrator.
/// </summary>
/// <remarks>409 <c>model_exists</c> for a second create, <c>too_many_models</c> beyond <see cref="ModelSettingsStore.MaxModels"/>. Updates and toggles make what is not there.</remarks>
internal sealed class ChangeModel(ModelSettingsStore store, ChangePreset presets, TimeProvider time)
{
    private const int MaxAttempts = 8;

    private static readonly ErrorReport Exists = new(409, "model_exists", "This model was changed before. Update what is there.");

    private static readonly ErrorReport NoPreset = new(
        403, "forbidden", "Changing a provider's model takes an administrator. A preset of your own names the model that it stands on as 'base_model_id'.");

    private static readonly ErrorReport TooMany = new(
        409, "too_many_models", $"{ModelSettingsStore.MaxModels} models were changed, which is all that a site can have. Give one back to its provider first.");

    private static readonly ErrorReport Busy = new(
        409, "model_busy", "The model changes faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    public async Task CreateAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        if (PresetForm.IsOne(form))
        {
            await presets.CreateAsync(context, form);
            return;
        }

        if (AccessGate.CallerOf(context).Standing != Standing.Admin)
        {
            throw new RefusedException(NoPreset);
        }

        var settings = ModelForm.Over(await NewAsync(context, ModelForm.Id(form)), form);
        if (!await store.PutAsync(settings, context.RequestAborted))
        {
            throw new RefusedException(Exists);
        }

        await JsonAnswer.WriteAsync(context, json => ModelJson.Write(json, settings));
    }

    public async Task UpdateAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var id = ModelForm.Id(form);
        await (PresetForm.IsOne(form) || await PresetAsync(context, id) is not null
            ? presets.UpdateAsync(context, form, id)
            : ChangeAsync(context, id, before => ModelForm.Over(before, form)));
    }

    public async Task ToggleAsync(HttpContext context)
    {
        var id = ModelForm.CheckedId(context.Request.Query["id"]);
        await (await PresetAsync(context, id) is not null
            ? presets.ToggleAsync(context, id)
            : ChangeAsync(context, id, before => before with { IsActive = !before.IsActive }));
    }

    /// <summary>True, also when nothing was changed: safe to repeat.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var id = ModelForm.Id(form);
        if (await PresetAsync(context, id) is { } preset)
        {
            await presets.DeleteAsync(context, preset);
            return;
        }

        DemandAdmin(context);
        await store.DeleteAsync(id, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    private async Task<Preset?> PresetAsync(HttpContext context, string id) =>
        await store.GetPresetAsync(id, context.RequestAborted) is { } preset && ChangePreset.MayChange(preset, AccessGate.CallerOf(context)) ? preset : null;

    /// <summary>What is no preset of the caller's is a model, and those are an administrator's to change. For others it is not there.</summary>
    private static void DemandAdmin(HttpContext context) =>
        _ = AccessGate.CallerOf(context).Standing == Standing.Admin ? true : throw new RefusedException(ChangePreset.Missing);

    private async Task ChangeAsync(HttpContext context, string id, Func<ModelSettings, ModelSettings> change)
    {
        DemandAdmin(context);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var before = await store.GetAsync(id, context.RequestAborted) ?? await NewAsync(context, id);
            var after = change(before) with { UpdatedAt = time.GetUtcNow() };
            if (await store.PutAsync(after, context.RequestAborted))
            {
                await JsonAnswer.WriteAsync(context, json => ModelJson.Write(json, after));
                return;
            }
        }

        throw new RefusedException(Busy);
    }

    private async Task<ModelSettings> NewAsync(HttpContext context, string id)
    {
        if ((await store.AllAsync(context.RequestAborted)).Settings.Count >= ModelSettingsStore.MaxModels)
        {
            throw new RefusedException(TooMany);
        }

        var now = time.GetUtcNow();
        return new(id, null, ModelMeta.Empty, null, IsActive: true, AccessGate.CallerOf(context).Account?.Id.Text ?? "", now, now);
    }
}
