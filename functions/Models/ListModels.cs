using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Models;

/// <summary>
/// <c>GET /api/models</c>: every model to chat with that the caller may use, in Open WebUI's form, and beside <c>data</c> the state of
/// each connection, so that the page can say which one is down and why. It never waits for a dead one; <c>?refresh=true</c> of an
/// administrator asks every connection now, and waits two seconds at most.
/// </summary>
internal sealed class ListModels(ModelCatalog catalog, ModelRouter router, ConnectionRegistry registry, AdminSettingsStore admin)
{
    public async Task HandleAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var isAdmin = caller.Standing == Standing.Admin;
        await registry.RefreshAsync(context.RequestAborted);
        var list = await catalog.ListAsync(
            catalog.ViewerOf(caller), router.Candidates(Dialect.OpenAi, prefersOllama: false, caller.HasOnlyOwnKey), caller.OwnKey,
            anew: isAdmin && WantsRefresh(context), context.RequestAborted);
        var order = (await admin.ForDisplayAsync(context.RequestAborted)).ModelOrder;
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var model in InOrder([.. list.Models.Where(model => model.IsChat)], order))
            {
                ModelJson.Write(json, model, isAdmin);
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

    /// <summary><c>?refresh=true</c>, as Open WebUI's clients send it.</summary>
    public static bool WantsRefresh(HttpContext context) => context.Request.Query["refresh"] == "true";

    /// <summary>Those that an administrator put first, then the others as their connections list them.</summary>
    private static IEnumerable<Model> InOrder(IReadOnlyList<Model> models, IReadOnlyList<string> order)
    {
        if (order.Count == 0)
        {
            return models;
        }

        var places = order.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return models.OrderBy(model => places.GetValueOrDefault(model.Id, int.MaxValue));
    }
}
