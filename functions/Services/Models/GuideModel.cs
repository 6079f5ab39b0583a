using System.Text.Json;
using OpenWebUi.Services.Guide;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>The built-in model's row in the list: labelled as what it is.</summary>
internal static class GuideModel
{
    public const string Description = "Built in. No language model: it explains how to connect one.";

    private static readonly JsonElement Raw = JsonDocument.Parse(
        $$"""{"id":"{{GuideProvider.ModelId}}","object":"model","created":0,"owned_by":"openwebui"}""").RootElement;

    public static Model Of(Connection connection) => new(GuideProvider.ModelId, "Guide", connection, 0, Raw);
}
