using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>POST /openai/verify</c> and <c>POST /ollama/verify</c>, as Open WebUI's clients know them: what they ask for, or 400 with the doctor's sentence.</summary>
internal sealed class VerifyOpenWebUi(ConnectionDoctor doctor)
{
    private const int MaxUrlCharacters = 2_000;
    private const int MaxKeyCharacters = 4_096;

    /// <summary><c>{url,key,config?}</c>: the provider's model list.</summary>
    public async Task OpenAiAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var diagnosis = await ExamineAsync(context, form, isOllama: false);
        if (diagnosis is null)
        {
            return;
        }

        if (diagnosis.List is { } list && list.AsSpan().TrimStart(" \t\r\n"u8)[0] == (byte)'{')
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync(list, context.RequestAborted);
            return;
        }

        // A bare array, or a server without a list.
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var model in diagnosis.Models)
            {
                json.WriteStartObject();
                json.WriteString("id", model);
                json.WriteString("object", "model");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary><c>{url,key}</c>: the version of the Ollama server.</summary>
    public async Task OllamaAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        if (await ExamineAsync(context, form, isOllama: true) is { } diagnosis)
        {
            await JsonAnswer.WriteAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteString("version", diagnosis.Version ?? "unknown");
                json.WriteEndObject();
            });
        }
    }

    /// <returns>Null where the answer, a 400, has been sent.</returns>
    private async Task<Diagnosis?> ExamineAsync(HttpContext context, JsonForm form, bool isOllama)
    {
        var diagnosis = await doctor.ExamineAsync(PatientOf(form, isOllama), null, context.RequestAborted);
        // Clients of Ollama ask for a version, and get it before there is a model.
        if (diagnosis.IsOk || (isOllama && diagnosis is { Finding.Code: "no_models", Version: not null }))
        {
            return diagnosis;
        }

        await ErrorWriter.WriteAsync(context, new(400, diagnosis.Finding.Code, diagnosis.Finding.Sentence));
        return null;
    }

    private static Connection PatientOf(JsonForm form, bool isOllama)
    {
        var config = form.Root.Member("config") is { ValueKind: JsonValueKind.Object } some ? some : (JsonElement?)null;
        var (url, key) = (form.Text("url", MaxUrlCharacters), form.OptionalText("key", MaxKeyCharacters));
        try
        {
            using var fields = OpenWebUiFields.FormOf(url, key, config, before: null, isOllama);
            return PatientForm.Read(fields.RootElement, saved: null);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new RefusedException("config", "'config' holds half of a character, which is no text.");
        }
    }
}
