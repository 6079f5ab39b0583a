using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Models;

/// <summary>What the environment says of models.</summary>
/// <param name="FreshFor"><c>MODELS_CACHE_TTL</c> in seconds, default 30: how old a provider's list may be before it is asked for anew, behind the caller's back. 0: with every look, one at a time. An empty variable is one that is not set.</param>
/// <param name="BypassesForAdmins"><c>BYPASS_ADMIN_ACCESS_CONTROL</c>, default true: administrators see every active model. False: groups and accounts count for them as for everybody.</param>
/// <param name="BypassesForAll"><c>BYPASS_MODEL_ACCESS_CONTROL</c>, default false: everybody sees every active model.</param>
/// <param name="StandsIn"><c>ENABLE_CUSTOM_MODEL_FALLBACK</c>, default false: the first of the default models that is there answers for one that is not.</param>
/// <param name="Custom"><c>CUSTOM_MODELS</c>, <c>DISABLE_GPT4</c>.</param>
/// <param name="VisionModels"><c>VISION_MODELS</c>, commas between them: models that see, whatever their name says.</param>
internal sealed record ModelOptions(
    TimeSpan FreshFor, bool BypassesForAdmins, bool BypassesForAll, bool StandsIn, CustomModels Custom, IReadOnlyList<string> VisionModels)
{
    private const int DefaultFreshSeconds = 30;

    public static ModelOptions Read(VariableReader reader) => new(
        TimeSpan.FromSeconds(reader.Integer("MODELS_CACHE_TTL", 0, 86_400) ?? DefaultFreshSeconds),
        reader.Flag("BYPASS_ADMIN_ACCESS_CONTROL") ?? true,
        reader.Flag("BYPASS_MODEL_ACCESS_CONTROL") ?? false,
        reader.Flag("ENABLE_CUSTOM_MODEL_FALLBACK") ?? false,
        CustomModels.Read(reader),
        (reader.Text("VISION_MODELS") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
