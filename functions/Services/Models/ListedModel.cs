using System.Text.Json;

namespace OpenWebUi.Services.Models;

/// <summary>One entry of a provider's own list.</summary>
/// <param name="Id">As the provider calls it.</param>
/// <param name="CallerId">As callers ask for it, without the connection's prefix: another name only for an Azure deployment.</param>
/// <param name="Name">For people.</param>
/// <param name="CreatedAt">Unix seconds, 0 where the provider does not say.</param>
/// <param name="Raw">As it came.</param>
internal sealed record ListedModel(string Id, string CallerId, string Name, long CreatedAt, JsonElement Raw);

/// <summary>One connection's own model list: its models, or why there are none.</summary>
/// <param name="HasNoList">It answers, but has no list that could be read: models that somebody names may be there all the same.</param>
internal sealed record FetchedModels(IReadOnlyList<ListedModel> Models, string? Failure, bool HasNoList = false);
