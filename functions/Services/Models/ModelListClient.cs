using System.Text.Json;
using OpenWebUi.Services.Guide;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>One connection's own model list: its models, or why there are none.</summary>
internal sealed record FetchedModels(IReadOnlyList<Model> Models, string? Failure);

/// <summary>Asks a connection for its models.</summary>
internal sealed class ModelListClient(UpstreamClient client)
{
    /// <summary>A model list of a thousand models is 300 kB: anything beyond this is no list.</summary>
    private const int MaxListBytes = 8 * 1024 * 1024;

    /// <summary>How long one connection may take; the list that a caller waits for has a shorter deadline of its own.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<FetchedModels> FetchAsync(Connection connection, string? ownKey, CancellationToken cancellation)
    {
        if (connection.Kind == ConnectionKind.Guide)
        {
            return new([GuideModel.Of(connection)], null);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Timeout);
        try
        {
            var isOllama = connection.Kind == ConnectionKind.Ollama;
            using var message = new HttpRequestMessage(HttpMethod.Get,
                connection.UrlFor(isOllama ? Dialect.OllamaNative : Dialect.OpenAi, isOllama ? "tags" : "models", ""));
            using var answer = await client.SendAsync(connection, message, ownKey, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return new([], $"It answered {(int)answer.StatusCode} to the request for its models.");
            }

            using var buffer = new MemoryStream();
            await CopyBoundedAsync(await answer.Content.ReadAsStreamAsync(limit.Token), buffer, limit.Token);
            buffer.Position = 0;
            using var document = await JsonDocument.ParseAsync(buffer, cancellationToken: limit.Token);
            return new(isOllama ? OllamaModels(document.RootElement, connection) : OpenAiModels(document.RootElement, connection), null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or InvalidDataException)
        {
            return new([], "Its model list could not be read. The base URL may lack /v1.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return new([], UpstreamFailure.Of(e, connection.Name).Report.Message);
        }
    }

    private static List<Model> OpenAiModels(JsonElement root, Connection connection)
    {
        // OpenAI wraps the list in data; some servers send the bare array.
        var list = root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("data");
        return [.. from element in list.EnumerateArray()
                   let id = TextOf(element, "id")
                   where id is not null
                   select new Model(id, TextOf(element, "name") ?? id, connection, NumberOf(element, "created"), element.Clone())];
    }

    private static List<Model> OllamaModels(JsonElement root, Connection connection) =>
        [.. from element in root.GetProperty("models").EnumerateArray()
            let id = TextOf(element, "model") ?? TextOf(element, "name")
            where id is not null
            select new Model(id, TextOf(element, "name") ?? id, connection, UnixTimeOf(element, "modified_at"), element.Clone())];

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long NumberOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    private static long UnixTimeOf(JsonElement element, string name) =>
        DateTimeOffset.TryParse(TextOf(element, name), out var time) ? time.ToUnixTimeSeconds() : 0;

    private static async Task CopyBoundedAsync(Stream from, MemoryStream to, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellation)) > 0)
        {
            to.Write(buffer, 0, read);
            if (to.Length > MaxListBytes)
            {
                throw new InvalidDataException("The model list is too long.");
            }
        }
    }
}
