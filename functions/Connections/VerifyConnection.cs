using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>POST /api/v1/connections/verify</c>: the doctor's walk, whole or step by step.</summary>
internal sealed class VerifyConnection(ConnectionDoctor doctor, ConnectionRegistry registry)
{
    private const int MaxIdCharacters = 64;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task HandleAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var saved = await SavedAsync(form.OptionalText("id", MaxIdCharacters), context.RequestAborted);
        var patient = PatientForm.Read(form.Root, saved);
        if (context.Request.Headers.Accept.Any(accept => accept?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true))
        {
            await StreamAsync(context, patient);
            return;
        }

        var diagnosis = await doctor.ExamineAsync(patient, null, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => Write(json, diagnosis));
    }

    private async Task<Connection?> SavedAsync(string? id, CancellationToken cancellation)
    {
        if (id is null)
        {
            return null;
        }

        await registry.RefreshAsync(cancellation);
        return registry.Everything.FirstOrDefault(connection => connection.Id == id) ?? throw ConnectionRefusals.Missing;
    }

    private async Task StreamAsync(HttpContext context, Connection patient)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers.CacheControl = "no-cache, no-transform";
        var diagnosis = await doctor.ExamineAsync(patient, step => SendAsync("step", json => Write(json, step)), context.RequestAborted);
        await SendAsync("result", json => Write(json, diagnosis));

        async Task SendAsync(string name, Action<Utf8JsonWriter> write)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            buffer.Write("data: "u8);
            using (var json = new Utf8JsonWriter(buffer, Relaxed))
            {
                json.WriteStartObject();
                json.WritePropertyName(name);
                write(json);
                json.WriteEndObject();
            }

            buffer.Write("\n\n"u8);
            await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
            await response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static void Write(Utf8JsonWriter json, Diagnosis diagnosis)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", diagnosis.IsOk);
        json.WriteStartArray("steps");
        foreach (var step in diagnosis.Steps)
        {
            Write(json, step);
        }

        json.WriteEndArray();
        json.WriteString("code", diagnosis.Finding.Code);
        json.WriteString("sentence", diagnosis.Finding.Sentence);
        if (diagnosis.Finding.Fix is { } fix)
        {
            json.WriteStartObject("fix");
            foreach (var (field, value) in fix)
            {
                json.WriteString(field, value);
            }

            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("fix");
        }

        json.WriteStartArray("models");
        foreach (var model in diagnosis.Models)
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        json.WriteNumber("model_count", diagnosis.ModelCount);
        json.WriteString("version", diagnosis.Version);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DoctorStep step)
    {
        json.WriteStartObject();
        json.WriteString("name", step.Name.ToString().ToLowerInvariant());
        json.WriteString("status", step.Status.ToString().ToLowerInvariant());
        json.WriteNumber("ms", step.Milliseconds);
        json.WriteString("detail", step.Detail);
        json.WriteEndObject();
    }
}
