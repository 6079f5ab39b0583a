using System.Globalization;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>
/// <c>GET models</c> and <c>GET models/{id}</c> in OpenAI's form, for every surface that speaks it. Anthropic's clients ask at the same
/// address; who sends <c>anthropic-version</c> is answered in their form (docs.anthropic.com, "List Models", read 2026-11), on one page.
/// </summary>
internal sealed class OpenAiModelList(ModelCatalog catalog, ModelRouter router, ConnectionRegistry registry)
{
    public async Task ListAsync(HttpContext context, Surface surface)
    {
        var list = await ReadAsync(context, surface);
        var isAnthropic = SpeaksAnthropic(context);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            if (!isAnthropic)
            {
                json.WriteString("object", "list");
            }

            json.WriteStartArray("data");
            foreach (var model in list.Models)
            {
                Write(json, model, isAnthropic);
            }

            json.WriteEndArray();
            if (isAnthropic)
            {
                json.WriteBoolean("has_more", false);
                json.WriteString("first_id", list.Models is [var first, ..] ? first.Id : null);
                json.WriteString("last_id", list.Models is [.., var last] ? last.Id : null);
            }

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

        await JsonAnswer.WriteAsync(context, json => Write(json, model, SpeaksAnthropic(context)));
    }

    private static bool SpeaksAnthropic(HttpContext context) => context.Request.Headers.ContainsKey("anthropic-version");

    private async Task<ModelList> ReadAsync(HttpContext context, Surface surface)
    {
        await registry.RefreshAsync(context.RequestAborted);
        var caller = AccessGate.CallerOf(context);
        return await catalog.ListAsync(
            catalog.ViewerOf(caller), router.Candidates(surface.Dialect, surface.PrefersOllama, caller.HasOnlyOwnKey), caller.OwnKey,
            anew: false, context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, Model model, bool isAnthropic)
    {
        if (!isAnthropic)
        {
            Write(json, model);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "model");
        json.WriteString("id", model.Id);
        json.WriteString("display_name", model.Name);
        json.WriteString("created_at", DateTimeOffset.FromUnixTimeSeconds(model.CreatedAt).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>A provider's own description under the name for callers; another dialect's in OpenAI's form.</summary>
    private static void Write(Utf8JsonWriter json, Model model)
    {
        if (model.Preset is not null || model.Connection.Kind is ConnectionKind.Ollama or ConnectionKind.Anthropic)
        {
            ModelListReader.WriteOpenAi(json, model.Id, model.CreatedAt,
                model.Preset is not null ? "preset" : model.Connection.Kind == ConnectionKind.Ollama ? "library" : "anthropic");
            return;
        }

        json.WriteStartObject();
        json.WriteString("id", model.Id);
        foreach (var member in model.Raw.EnumerateObject().Where(member => !member.NameEquals("id")))
        {
            member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
