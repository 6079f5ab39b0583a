using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary><c>GET /ollama/api/tags</c>: the models of every Ollama server, merged, as Ollama lists them; the guide where it stands in.</summary>
internal sealed class OllamaTags(ModelCatalog catalog, ModelRouter router)
{
    public async Task ListAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var list = await catalog.ListAsync(
            router.Candidates(Dialect.OllamaNative, ollamaOnly: true, caller.HasOnlyOwnKey), ownKey: null, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (var model in list.Models)
            {
                if (model.Connection.Kind == ConnectionKind.Ollama)
                {
                    model.Raw.WriteTo(json);
                    continue;
                }

                json.WriteStartObject();
                json.WriteString("name", model.Id + ":latest");
                json.WriteString("model", model.Id + ":latest");
                json.WriteString("modified_at", "1970-01-01T00:00:00Z");
                json.WriteNumber("size", 0);
                json.WriteString("digest", "");
                json.WriteStartObject("details");
                json.WriteString("family", "built-in");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
