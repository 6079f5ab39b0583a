using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>
/// Makes and changes presets, by the same routes as <see cref="ChangeModel"/> changes models. A person's own need <c>workspace.models</c>;
/// an administrator also changes what others share, but never sees what they keep to themselves (404).
/// </summary>
/// <remarks>409 <c>model_exists</c>, <c>too_many_presets</c>; 403 <c>not_permitted</c>, <c>not_your_group</c>; 404 for what is not there or not the caller's.</remarks>
internal sealed class ChangePreset(ModelSettingsStore store, ModelCatalog catalog, WorkspaceRights rights, TimeProvider time)
{
    private const int MaxAttempts = 8;
    private const string Thing = "models";

    public static readonly ErrorReport Missing = new(404, "not_found", "There is no such preset, or it is not yours.");

    private static readonly ErrorReport Exists = new(409, "model_exists", "Another model or preset has this id. Choose another one.", "id");

    private static readonly ErrorReport Busy = new(
        409, "model_busy", "The preset changes faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    public async Task CreateAsync(HttpContext context, JsonForm form)
    {
        var (caller, id, now) = (AccessGate.CallerOf(context), ModelForm.Id(form), time.GetUtcNow());
        _ = form.Text("name", 200);
        var preset = PresetForm.Over(
            new(id, "", "", ModelMeta.Empty, PresetWords.Empty, Readers.ReadNew(form.Root, caller), IsActive: true, caller.Owner!.Value, now, now), form);
        await rights.DemandAsync(caller, Thing, preset.Readers, Readers.Nobody, context.RequestAborted);
        await CheckAsync(context, caller, preset);
        if ((await catalog.AllAsync(anew: false, context.RequestAborted)).Models.Any(model => ModelName.IsSame(model.Id, id)) || !await store.PutAsync(preset, context.RequestAborted))
        {
            throw new RefusedException(Exists);
        }

        await JsonAnswer.WriteAsync(context, json => PresetJson.Write(json, preset, mayChange: true));
    }

    public Task UpdateAsync(HttpContext context, JsonForm form, string id) => ChangeAsync(context, id, before => PresetForm.Over(before, form));

    public Task ToggleAsync(HttpContext context, string id) => ChangeAsync(context, id, before => before with { IsActive = !before.IsActive });

    public async Task DeleteAsync(HttpContext context, Preset preset)
    {
        _ = MayChange(preset, AccessGate.CallerOf(context)) ? true : throw new RefusedException(Missing);
        await store.DeletePresetAsync(preset.Id, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    /// <summary>Its owner, and of what is shared every administrator.</summary>
    public static bool MayChange(Preset preset, Caller caller) =>
        preset.Owner == caller.Owner || (caller.Standing == Standing.Admin && !preset.IsPrivate);

    private async Task ChangeAsync(HttpContext context, string id, Func<Preset, Preset> change)
    {
        var caller = AccessGate.CallerOf(context);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await store.GetPresetAsync(id, context.RequestAborted) is not { } before || !MayChange(before, caller))
            {
                throw new RefusedException(Missing);
            }

            var after = change(before) with { UpdatedAt = time.GetUtcNow() };
            await rights.DemandAsync(caller, Thing, after.Readers, before.Readers, context.RequestAborted);
            await CheckAsync(context, caller, after);
            if (await store.PutAsync(after, context.RequestAborted))
            {
                await JsonAnswer.WriteAsync(context, json => PresetJson.Write(json, after, MayChange(after, caller)));
                return;
            }
        }

        throw new RefusedException(Busy);
    }

    /// <summary>A preset stands on a model; and there is room for it. Two who write at once may go over the limit by one.</summary>
    private async Task CheckAsync(HttpContext context, Caller caller, Preset preset)
    {
        var others = (await store.AllAsync(context.RequestAborted)).Presets.Values.Where(other => other.Id != preset.Id).ToList();
        if (preset.BaseModelId == preset.Id || others.Any(other => other.Id == preset.BaseModelId && ModelAccess.IsFor(other, catalog.ViewerOf(caller))))
        {
            throw new RefusedException("base_model_id", "'base_model_id' must be a model, not a preset.");
        }

        var isFull = others.Count >= Preset.MaxOnSite || others.Sum(other => other.Characters) + preset.Characters > Preset.MaxCharactersOnSite;
        if (isFull || (caller.Standing != Standing.Admin && others.Count(other => other.Owner == preset.Owner) >= Preset.MaxOfOwner))
        {
            throw new RefusedException(new(409, "too_many_presets", isFull
                ? $"The site has all the presets that it can have: {Preset.MaxOnSite}, or {Preset.MaxCharactersOnSite} characters. Delete one first."
                : $"You have {Preset.MaxOfOwner} presets, which is all that one person can have. Delete one first."));
        }
    }
}
