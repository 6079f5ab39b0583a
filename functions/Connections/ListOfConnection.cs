using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>GET /openai/models/{index}</c> and <c>/ollama/api/tags/{index}</c>: one connection's own list, by its place in the configuration. 404 where none is asked, 502 where it has no list.</summary>
internal sealed class ListOfConnection(ConnectionRegistry registry, ShownStatus status)
{
    private static readonly ErrorReport Off = new(404, "connection_off", "This connection is switched off.");

    public async Task HandleAsync(HttpContext context, int index, ConnectionFamily family)
    {
        await registry.RefreshAsync(context.RequestAborted);
        var connection = registry.Everything.Where(family.Has).ElementAtOrDefault(index) ?? throw ConnectionRefusals.Missing;
        if (!registry.IsOn(connection))
        {
            throw new RefusedException(Off);
        }

        var known = (await status.ReadAsync(waits: true, context.RequestAborted)).ById.GetValueOrDefault(connection.Id);
        if (known is not { Failure: null })
        {
            throw new RefusedException(new ErrorReport(
                known is null ? 504 : 502, "upstream_models", known?.Failure ?? $"{connection.Name}: it did not answer in time. Try again."));
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            if (!family.IsOllama)
            {
                json.WriteString("object", "list");
            }

            json.WriteStartArray(family.IsOllama ? "models" : "data");
            foreach (var model in known.Models)
            {
                model.Raw.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
