using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Models;

/// <summary>What an administrator changed of a model that providers list.</summary>
/// <param name="Id">As callers ask for it.</param>
/// <param name="Name">Null: as the provider names it.</param>
/// <param name="Readers">Null: everybody who may chat.</param>
/// <param name="IsActive">False: nobody reaches it, and only administrators know of it.</param>
/// <param name="UserId">The administrator who made the row; empty without accounts.</param>
internal sealed record ModelSettings(
    string Id, string? Name, ModelMeta Meta, Readers? Readers, bool IsActive, string UserId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, ETag Version = default)
{
    public const int MaxIdCharacters = 256;
}

/// <summary>How a model is shown.</summary>
/// <param name="Description">Null: as the provider describes it.</param>
/// <param name="PictureUrl">An https address, or a small picture as a data URL; null: none.</param>
/// <param name="Capabilities">Over what is known without it.</param>
internal sealed record ModelMeta(string? Description, string? PictureUrl, IReadOnlyDictionary<string, bool> Capabilities, IReadOnlyList<string> Tags)
{
    public static readonly ModelMeta Empty = new(null, null, new Dictionary<string, bool>(), []);
}
