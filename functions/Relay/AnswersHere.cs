using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Dialects.FromAnthropic;
using OpenWebUi.Services.Dialects.FromOllama;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Relay;

/// <summary>What a client asks of its own dialect and a provider of another one cannot answer: the number of tokens (Anthropic's), a model's description and the server's version (Ollama's).</summary>
internal sealed class AnswersHere(ModelCatalog catalog)
{
    /// <summary>The one whose dialect is spoken here: clients look whether a server is new enough for tools and thinking.</summary>
    private static ReadOnlySpan<byte> Version => """{"version":"0.12.0"}"""u8;

    /// <exception cref="RefusedException">The body has not the dialect's form.</exception>
    public async Task AnswerAsync(HttpContext context, RelayPath path, RelayBody? body, string? model, CancellationToken cancellation)
    {
        var whole = body is null ? default : await body.ReadWholeAsync(cancellation);
        var json = path.Path switch
        {
            "show" => await ShownAsync(context, whole, model, cancellation),
            "version" => Version.ToArray(),
            _ => TokenEstimate.Answer(whole),
        };
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(json, cancellation);
    }

    private async Task<byte[]> ShownAsync(HttpContext context, ReadOnlyMemory<byte> body, string? model, CancellationToken cancellation)
    {
        var name = model ?? ShownModel.NameIn(body);
        var match = await catalog.FindAsync(name, catalog.ViewerOf(AccessGate.CallerOf(context)), among: null, cancellation);
        return (match is ModelMatch.Found(var found, _)
            ? new ShownModel(name, DateTimeOffset.FromUnixTimeSeconds(found.CreatedAt), found.OwnedBy, found.MaxContext, found.Capabilities.GetValueOrDefault("vision"))
            : new ShownModel(name, DateTimeOffset.UnixEpoch, "openai")).ToJson();
    }
}
