using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary><c>GET models</c> and <c>GET models/{id}</c> in OpenAI's form, for every surface that speaks it.</summary>
internal sealed class OpenAiModelList(ModelCatalog catalog, ModelRouter router)
{
    public async Task ListAsync(HttpContext context, Surface surface)
    {
        var list = await ReadAsync(context, surface);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var model in list.Models)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    public async Task GetAsync(HttpContext context, Surface surface, string id)
    {
        var model = (await ReadAsync(context, surface)).Models.FirstOrDefault(model => model.Id == id);
        if (model is null)
        {
            await ErrorWriter.WriteAsync(context, new(404, "model_not_found", "This model does not exist here. The model list has the ones that do.", "model"));
            return;
        }

        await JsonAnswer.WriteAsync(context, json => Write(json, model));
    }

    private Task<ModelList> ReadAsync(HttpContext context, Surface surface)
    {
        var caller = AccessGate.CallerOf(context);
        return catalog.ListAsync(
            router.Candidates(surface.Dialect, surface.OllamaOnly, caller.HasOnlyOwnKey), caller.OwnKey, context.RequestAborted);
    }

    /// <summary>A provider's own description as it is; Ollama's in OpenAI's form.</summary>
    private static void Write(Utf8JsonWriter json, Model model)
    {
        if (model.Connection.Kind != ConnectionKind.Ollama)
        {
            model.Raw.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.CreatedAt);
        json.WriteString("owned_by", "library");
        json.WriteEndObject();
    }
}
