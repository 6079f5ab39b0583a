using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Models;

/// <summary>
/// A model under another name: with a system prompt, parameters, and words to begin with (Open WebUI's workspace models, NextChat's
/// masks). A call to it is a call to its base model.
/// </summary>
/// <param name="Id">As callers ask for it. A provider's model of the same id comes first.</param>
/// <param name="BaseModelId">A model that providers list, or take; never a preset.</param>
/// <param name="Readers">Whom it is shared with beside its owner; null: everybody who may chat.</param>
/// <param name="IsActive">False: nobody reaches it, and only who may change it knows of it.</param>
internal sealed record Preset(
    string Id, string BaseModelId, string Name, ModelMeta Meta, PresetWords Words, Readers? Readers, bool IsActive, OwnerId Owner,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, ETag Version = default)
{
    /// <summary>Of one owner who is no administrator.</summary>
    public const int MaxOfOwner = 50;

    /// <summary>On the whole site: they are read together.</summary>
    public const int MaxOnSite = 500;

    /// <summary>Characters of all presets of a site: they stand in memory.</summary>
    public const int MaxCharactersOnSite = 4_000_000;

    public bool IsPrivate => Readers is { AreNobody: true };

    public int Characters => Words.System.Length + Words.Greeting.Length + Words.Starters.Sum(starter => starter.Length) + Words.Parameters.Length
        + (Meta.PictureUrl?.Length ?? 0) + (Meta.Description?.Length ?? 0);
}

/// <summary>What a preset says.</summary>
/// <param name="System">Put before every chat; empty: nothing.</param>
/// <param name="Parameters">Such as the temperature: a JSON object, in the words of OpenAI's chat completions and Ollama's options.</param>
/// <param name="Greeting">What an empty chat shows; models never see it.</param>
/// <param name="Starters">First questions.</param>
internal sealed record PresetWords(string System, string Parameters, string Greeting, IReadOnlyList<string> Starters)
{
    public static readonly PresetWords Empty = new("", "{}", "", []);
}

/// <summary>A preset in a call.</summary>
/// <param name="BaseId">The model that really answers: the preset's, or the one that stands in for it.</param>
internal sealed record PresetUse(Preset Preset, string BaseId);

/// <summary>What is known beside the providers' lists: what administrators changed of models, and presets, both by id.</summary>
internal sealed record ModelRules(IReadOnlyDictionary<string, ModelSettings> Settings, IReadOnlyDictionary<string, Preset> Presets)
{
    public static readonly ModelRules None = new(new Dictionary<string, ModelSettings>(), new Dictionary<string, Preset>());

    public bool AreNone => Settings.Count == 0 && Presets.Count == 0;
}
