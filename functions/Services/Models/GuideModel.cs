using System.Text.Json;
using OpenWebUi.Services.Guide;

namespace OpenWebUi.Services.Models;

/// <summary>The built-in model's row in the list: labelled as what it is.</summary>
internal static class GuideModel
{
    public const string Description = "Built in. No language model: it explains how to connect one.";

    public static readonly FetchedModels List = new([new(
        GuideProvider.ModelId, GuideProvider.ModelId, "Guide", 0,
        JsonDocument.Parse($$"""{"id":"{{GuideProvider.ModelId}}","object":"model","created":0,"owned_by":"openwebui"}""").RootElement)], null);
}
