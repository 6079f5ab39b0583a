using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Models;

/// <summary>
/// <c>GET /api/models</c>: every model that the caller may use, in Open WebUI's form, and beside <c>data</c> the state of
/// each connection, so that the page can say which one is down and why. It never waits for a dead one.
/// </summary>
internal sealed class ListModels(ModelCatalog catalog, ModelRouter router)
{
    public async Task HandleAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var list = await catalog.ListAsync(
            router.Candidates(Dialect.OpenAi, ollamaOnly: false, caller.HasOnlyOwnKey), caller.OwnKey, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var model in list.Models)
            {
                WriteModel(json, model);
            }

            json.WriteEndArray();
            json.WriteStartArray("connections");
            foreach (var (connection, status, reason) in list.Connections)
            {
                json.WriteStartObject();
                json.WriteString("name", connection.Name);
                json.WriteString("status", status switch { ConnectionStatus.Ok => "ok", ConnectionStatus.Down => "down", _ => "pending" });
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteModel(Utf8JsonWriter json, Model model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("name", model.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.CreatedAt);
        json.WriteString("owned_by", model.OwnedBy);
        json.WriteString("connection_type", model.Connection.IsLocal ? "local" : "external");
        json.WriteString("connection", model.Connection.Name);
        json.WriteStartArray("tags");
        json.WriteEndArray();
        if (model.Connection.Kind != ConnectionKind.Guide)
        {
            json.WritePropertyName(model.Connection.Kind == ConnectionKind.Ollama ? "ollama" : "openai");
            model.Raw.WriteTo(json);
        }

        json.WriteStartObject("info");
        json.WriteStartObject("meta");
        json.WriteString("description", model.Connection.Kind == ConnectionKind.Guide ? GuideModel.Description : null);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
