using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>GET /openai/config</c> and <c>/ollama/config</c>: the connections in Open WebUI's form, the environment's first. Keys are empty texts, values of headers null.</summary>
internal sealed class ReadOpenWebUiConfig(ConnectionStore store, ConnectionRegistry registry)
{
    public async Task HandleAsync(HttpContext context, ConnectionFamily family)
    {
        await store.ReadAsync(context.RequestAborted);
        await AnswerAsync(context, family);
    }

    /// <summary>As this instance knows them now.</summary>
    public Task AnswerAsync(HttpContext context, ConnectionFamily family)
    {
        var connections = registry.Everything.Where(family.Has).ToList();
        return JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean(family.Switch, family.IsOllama ? registry.EnablesOllama : registry.EnablesOpenAi);
            json.WriteStartArray(family.Urls);
            foreach (var connection in connections)
            {
                json.WriteStringValue(connection.BaseUrl);
            }

            json.WriteEndArray();
            if (family.Keys is { } keys)
            {
                json.WriteStartArray(keys);
                foreach (var _ in connections)
                {
                    json.WriteStringValue("");
                }

                json.WriteEndArray();
            }

            json.WriteStartObject(family.Configs);
            foreach (var (place, connection) in connections.Index())
            {
                json.WritePropertyName(FormattableString.Invariant($"{place}"));
                OpenWebUiFields.Write(json, connection);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
    }
}
