using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Services.Guide;

/// <summary>
/// The provider behind the <c>guide</c> model: an HTTP handler that answers in this process, so that a first answer takes the
/// same way through the relay as any other. It speaks chat completions (streamed and whole) and Ollama's chat and generate.
/// It is no language model: it answers with fixed text about setting the site up.
/// </summary>
internal sealed class GuideProvider(TimeProvider time) : HttpMessageHandler
{
    public const string ModelId = "guide";

    /// <summary>A conversation of this size has left what a fixed text can help with.</summary>
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/api/version")
        {
            return Json(HttpStatusCode.OK, """{"version":"0.0.0-guide"}""");
        }

        GuideDialect? dialect = path switch
        {
            "/v1/chat/completions" => GuideDialect.OpenAiChat,
            "/api/chat" => GuideDialect.OllamaChat,
            "/api/generate" => GuideDialect.OllamaGenerate,
            _ => null,
        };
        if (dialect is null || request.Content is null)
        {
            return Error(dialect, HttpStatusCode.NotFound, "model_not_capable", "The built-in guide answers chats only. Connect a provider for everything else.");
        }

        var body = await ReadAsync(request.Content, cancellationToken);
        if (body is null)
        {
            return Error(dialect, HttpStatusCode.RequestEntityTooLarge, "body_too_large", "The built-in guide takes conversations of up to 4 MiB. Connect a provider for longer ones.");
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var call = GuideCall.Read(document.RootElement, dialect.Value);
            return call.Model == ModelId
                ? Answer(call, dialect.Value, cancellationToken)
                : Error(dialect, HttpStatusCode.NotFound, "model_not_found", $"The model '{call.Model}' does not exist here: no provider is connected, only the built-in '{ModelId}'.");
        }
        catch (JsonException)
        {
            return Error(dialect, HttpStatusCode.BadRequest, "invalid_json", "The request body is not valid JSON.");
        }
        catch (FormatException e)
        {
            return Error(dialect, HttpStatusCode.UnprocessableEntity, "invalid_body", e.Message);
        }
    }

    private HttpResponseMessage Answer(GuideCall call, GuideDialect dialect, CancellationToken cancellation)
    {
        var text = GuideText.For(call.Question);
        var wire = new GuideWire(dialect, ModelId, time.GetUtcNow());
        if (!call.Streams)
        {
            return Json(HttpStatusCode.OK, wire.Whole(text));
        }

        var content = new StreamContent(GuideStream.Start(wire, text, call.WantsUsage, time, cancellation));
        content.Headers.ContentType = new MediaTypeHeaderValue(dialect == GuideDialect.OpenAiChat ? "text/event-stream" : "application/x-ndjson");
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        try
        {
            await content.LoadIntoBufferAsync(MaxBodyBytes, cancellation);
            return await content.ReadAsByteArrayAsync(cancellation);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return null;
        }
    }

    private static HttpResponseMessage Error(GuideDialect? dialect, HttpStatusCode status, string code, string message) =>
        Json(status, GuideWire.Error(dialect ?? GuideDialect.OpenAiChat, code, message));

    private static HttpResponseMessage Json(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
