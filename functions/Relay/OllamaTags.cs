using System.Globalization;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary><c>GET /ollama/api/tags</c>: every model that Ollama's native API reaches here, merged, as Ollama lists them.</summary>
internal sealed class OllamaTags(ModelCatalog catalog, ModelRouter router, ConnectionRegistry registry)
{
    public async Task ListAsync(HttpContext context)
    {
        await registry.RefreshAsync(context.RequestAborted);
        var caller = AccessGate.CallerOf(context);
        var list = await catalog.ListAsync(
            catalog.ViewerOf(caller), router.Candidates(Dialect.OllamaNative, prefersOllama: true, caller.HasOnlyOwnKey), ownKey: null,
            anew: false, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in list.Models)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>An Ollama's own description under the name for callers; in its form, with nothing in it, what other providers have.</summary>
    private static void Write(Utf8JsonWriter json, Model model)
    {
        var isOllama = model.Connection.Kind == ConnectionKind.Ollama && model.Preset is null;
        var isGuide = model.Connection.Kind == ConnectionKind.Guide && model.Preset is null;
        var name = isGuide ? model.Id + ":latest" : model.Id;
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("model", name);
        if (isOllama)
        {
            foreach (var member in model.Raw.EnumerateObject().Where(member => !member.NameEquals("name") && !member.NameEquals("model")))
            {
                member.WriteTo(json);
            }
        }
        else
        {
            json.WriteString("modified_at", DateTimeOffset.FromUnixTimeSeconds(model.CreatedAt).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
            json.WriteNumber("size", 0);
            json.WriteString("digest", "");
            json.WriteStartObject("details");
            json.WriteString("family", isGuide ? "built-in" : "");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
