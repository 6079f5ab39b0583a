using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>GET /api/v1/connections/</c> and <c>/{id}</c>: as they are stored at this moment.</summary>
internal sealed class ListConnections(ConnectionStore store, ConnectionRegistry registry, ConnectionOptions options, ShownStatus status)
{
    public async Task AllAsync(HttpContext context)
    {
        await store.ReadAsync(context.RequestAborted);
        await AnswerAllAsync(context);
    }

    public async Task OneAsync(HttpContext context, string id)
    {
        await store.ReadAsync(context.RequestAborted);
        await AnswerOneAsync(context, id);
    }

    /// <summary>All of them, as this instance knows them now.</summary>
    public async Task AnswerAllAsync(HttpContext context)
    {
        var (stored, all) = (store.Current, registry.Everything);
        var known = await status.ReadAsync(waits: false, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("connections");
            foreach (var connection in all)
            {
                Write(json, connection, stored.Find(connection.Id), known);
            }

            json.WriteEndArray();
            WriteSwitch(json, "enable_openai_api", registry.EnablesOpenAi, options.EnablesOpenAi is null ? null : SwitchConnections.OpenAiVariable);
            WriteSwitch(json, "enable_ollama_api", registry.EnablesOllama, options.EnablesOllama is null ? null : SwitchConnections.OllamaVariable);
            json.WriteEndObject();
        });
    }

    /// <summary>One of them, as this instance knows it now.</summary>
    public async Task AnswerOneAsync(HttpContext context, string id)
    {
        var connection = registry.Everything.FirstOrDefault(c => c.Id == id) ?? throw ConnectionRefusals.Missing;
        var known = await status.ReadAsync(waits: false, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => Write(json, connection, store.Current.Find(id), known));
    }

    private void Write(Utf8JsonWriter json, Connection connection, StoredConnection? stored, KnownLists known) =>
        ConnectionJson.Write(json, connection, stored, writer => status.Write(writer, connection, stored?.LostSecrets is not null, known));

    private static void WriteSwitch(Utf8JsonWriter json, string name, bool value, string? lockedBy)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("value", value);
        json.WriteString("locked_by", lockedBy);
        json.WriteEndObject();
    }
}
