using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Prompts;

/// <summary>A text that is at hand in the composer under a command.</summary>
/// <param name="Command">Without its slash: letters and digits of any script, hyphens, underscores and dots; two that differ in case only are one.</param>
/// <param name="Content">With <c>{{variables}}</c>, which the page asks for.</param>
/// <param name="Readers">Whom it is shared with; null: everybody. One that is its owner's alone is nobody else's.</param>
internal sealed record Prompt(string Command, string Title, string Content, Readers? Readers, OwnerId Owner, DateTimeOffset UpdatedAt, ETag Version = default)
{
    public const int MaxCommandCharacters = 64;
    public const int MaxTitleCharacters = 200;
    public const int MaxContentCharacters = 30_000;

    /// <summary>Of one owner, kept to itself.</summary>
    public const int MaxOfOwner = 300;

    /// <summary>Shared, on the whole site.</summary>
    public const int MaxShared = 500;

    public bool IsPrivate => Readers is { AreNobody: true };

    public static bool IsCommand(string text) =>
        text.Length is > 0 and <= MaxCommandCharacters && text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');
}
