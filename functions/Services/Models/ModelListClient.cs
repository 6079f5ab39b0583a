using System.Text.Json;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>Asks a connection for its models.</summary>
internal sealed class ModelListClient(UpstreamClient client)
{
    /// <summary>A model list of a thousand models is 300 kB: anything beyond this is no list.</summary>
    private const int MaxListBytes = 8 * 1024 * 1024;

    /// <summary>Anthropic's pages hold a thousand models: more than a few say that something is wrong.</summary>
    private const int MaxPages = 5;

    /// <summary>How long one connection may take; the list that a caller waits for has a shorter deadline of its own.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The models of a connection. Models that the connection names itself (<see cref="Connection.ModelIds"/>,
    /// <see cref="Connection.Deployments"/>) are there whether the provider lists them or not, also when it has no list;
    /// not when it cannot be reached or refuses the key.
    /// </summary>
    public async Task<FetchedModels> FetchAsync(Connection connection, string? ownKey, CancellationToken cancellation)
    {
        if (connection.Kind == ConnectionKind.Guide)
        {
            return GuideModel.List;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Timeout);
        try
        {
            return await ReadAsync(connection, ownKey, limit.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or InvalidDataException)
        {
            return NamedOr(connection, "Its model list could not be read. The base URL may lack /v1.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return new([], UpstreamFailure.Of(e, connection.Name).Report.Message);
        }
    }

    private async Task<FetchedModels> ReadAsync(Connection connection, string? ownKey, CancellationToken cancellation)
    {
        var models = new List<ListedModel>();
        string? after = null;
        for (var page = 0; page < MaxPages; page++)
        {
            using var message = MessageFor(connection, after);
            using var answer = await client.SendAsync(connection, message, ownKey, cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                var status = (int)answer.StatusCode;
                var failure = $"It answered {status} to the request for its models.";
                return status is 401 or 429 or >= 500 ? new([], failure) : NamedOr(connection, failure);
            }

            if (connection is { Kind: ConnectionKind.AzureOpenAi } && ModelListReader.Names(connection))
            {
                // Azure lists what could be deployed, not what is: that it answers is all that was asked.
                break;
            }

            using var document = await ParseAsync(answer, cancellation);
            models.AddRange(ModelListReader.Read(document.RootElement, connection.Kind));
            after = connection.Kind == ConnectionKind.Anthropic ? ModelListReader.NextPage(document.RootElement) : null;
            if (after is null)
            {
                break;
            }
        }

        return new(ModelListReader.Named(connection, models), null);
    }

    private static FetchedModels NamedOr(Connection connection, string failure) =>
        ModelListReader.Names(connection) ? new(ModelListReader.Named(connection, []), null) : new([], failure, HasNoList: true);

    private static HttpRequestMessage MessageFor(Connection connection, string? after)
    {
        var query = connection.Kind != ConnectionKind.Anthropic ? ""
            : after is null ? "?limit=1000" : "?limit=1000&after_id=" + Uri.EscapeDataString(after);
        var isOllama = connection.Kind == ConnectionKind.Ollama;
        return new(HttpMethod.Get, connection.UrlFor(connection.Spoken(isOllama ? Dialect.OllamaNative : Dialect.OpenAi), isOllama ? "tags" : "models", query));
    }

    private static async Task<JsonDocument> ParseAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxListBytes)
            {
                throw new InvalidDataException("The model list is too long.");
            }
        }

        // A copy of its own: the document outlives the stream.
        return JsonDocument.Parse(bytes.ToArray());
    }
}
