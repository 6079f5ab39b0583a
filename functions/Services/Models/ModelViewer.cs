using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Models;

/// <summary>Who asks for models. Made of a caller by <see cref="ModelCatalog.ViewerOf"/>.</summary>
/// <param name="Account">Null for guests, for callers with a code or a key of their own, and for the local account.</param>
/// <param name="GroupIds">The account's groups, as its row had them at most 5 s ago.</param>
/// <param name="SeesAll">No rule about who may see what holds for it (an administrator, or <c>BYPASS_MODEL_ACCESS_CONTROL</c>). What is switched off is off for it too.</param>
internal sealed record ModelViewer(Standing Standing, UserId? Account, IReadOnlyList<string> GroupIds, bool SeesAll)
{
    /// <summary>The site itself, for its own tasks, such as titles.</summary>
    public static readonly ModelViewer Site = new(Standing.Admin, null, [], SeesAll: true) { IsSite = true };

    /// <summary>Whose presets are its own; null for callers that store nothing.</summary>
    public OwnerId? Owner { get; init; }

    /// <summary>What presets call the person; empty where nobody has a name.</summary>
    public string Name { get; init; } = "";

    /// <summary>It asks for a preset's model, without the preset's words: they are for chats.</summary>
    public bool IsSite { get; private init; }
}
