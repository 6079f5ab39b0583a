using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>POST /api/v1/connections/switch {enable_openai_api?, enable_ollama_api?}</c>: all of a kind on or off. Answers the list.</summary>
internal sealed class SwitchConnections(ConnectionStore store, ConnectionOptions options, ListConnections list)
{
    public const string OpenAiVariable = "ENABLE_OPENAI_API";
    public const string OllamaVariable = "ENABLE_OLLAMA_API";

    public async Task HandleAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var openAi = Wanted(form.Root, "enable_openai_api", options.EnablesOpenAi, OpenAiVariable);
        var ollama = Wanted(form.Root, "enable_ollama_api", options.EnablesOllama, OllamaVariable);
        _ = await store.ChangeAsync(
            before => before with { EnablesOpenAi = openAi ?? before.EnablesOpenAi, EnablesOllama = ollama ?? before.EnablesOllama },
            context.RequestAborted) ?? throw ConnectionRefusals.Busy;
        await list.AnswerAllAsync(context);
    }

    /// <summary>What a field wants of a switch; null: as it is.</summary>
    /// <exception cref="RefusedException">No flag (422), or the environment says otherwise (403).</exception>
    public static bool? Wanted(JsonElement form, string field, bool? fixedValue, string variable)
    {
        if (!form.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var wanted = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new RefusedException(field, $"'{field}' must be true or false.");
        return fixedValue is null ? wanted : fixedValue == wanted ? null : throw ConnectionRefusals.Locked($"'{field}'", variable);
    }
}
