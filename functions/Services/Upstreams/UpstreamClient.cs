using System.Net.Http.Headers;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Guide;

namespace OpenWebUi.Services.Upstreams;

/// <summary>Sends calls to providers. It knows connections and HTTP; it knows no users, and no caller chooses where it connects.</summary>
internal sealed class UpstreamClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What we speak where a caller does not say (docs.anthropic.com, API versioning, read 2026-11).</summary>
    private const string AnthropicVersion = "2023-06-01";

    private readonly HttpMessageInvoker _network;
    private readonly HttpMessageInvoker _guide;
    private readonly AzureIdentity _identity;

    public UpstreamClient(OutboundProxy? proxy, AzureIdentity identity, TimeProvider time)
    {
        _identity = identity;
        var network = OutboundHandler.New(proxy, ConnectTimeout);
        network.ConnectCallback = UpstreamSockets.ConnectAsync;
        network.PlaintextStreamFilter = UpstreamSockets.Ready;
        network.EnableMultipleHttp2Connections = true;
        _network = new HttpMessageInvoker(network);
        _guide = new HttpMessageInvoker(new GuideProvider(time));
    }

    /// <summary>Sends one call with any of the connection's keys, or with the caller's.</summary>
    public Task<HttpResponseMessage> SendAsync(Connection connection, HttpRequestMessage message, string? ownKey, CancellationToken cancellation) => SendAsync(
        connection, message, ownKey ?? (connection.Keys.Count == 0 ? null : connection.Keys[Random.Shared.Next(connection.Keys.Count)]), ownKey is null, cancellation);

    /// <summary>Sends one call and returns when the provider's status and headers are there; its body is read by the caller, who disposes the answer.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="message">Method, URL (<see cref="Connection.UrlFor"/>), the caller's headers, body.</param>
    /// <param name="key">A provider key, or null.</param>
    /// <param name="isOurs">The key is one of the connection's: organization and added headers go with it.</param>
    /// <param name="cancellation">Cancelled: the connection to the provider is closed at once.</param>
    /// <exception cref="HttpRequestException">No answer: see <see cref="UpstreamFailure.Of"/>.</exception>
    public Task<HttpResponseMessage> SendAsync(Connection connection, HttpRequestMessage message, string? key, bool isOurs, CancellationToken cancellation)
    {
        if (!isOurs && !connection.TakesOwnKeys)
        {
            throw new InvalidOperationException($"{connection.Name} takes no key of a caller.");
        }

        if (isOurs)
        {
            foreach (var (name, value) in connection.Headers)
            {
                message.Headers.Remove(name);
                message.Headers.TryAddWithoutValidation(name, value);
            }

            if (connection.Organization is { } organization)
            {
                message.Headers.TryAddWithoutValidation("OpenAI-Organization", organization);
            }
        }

        var provider = connection.Kind == ConnectionKind.Guide ? _guide : _network;
        var authenticating = AuthenticateAsync(connection, message, key, cancellation);
        return authenticating.IsCompletedSuccessfully ? provider.SendAsync(message, cancellation) : SendAfterAsync(authenticating);

        async Task<HttpResponseMessage> SendAfterAsync(ValueTask first)
        {
            await first;
            return await provider.SendAsync(message, cancellation);
        }
    }

    private async ValueTask AuthenticateAsync(Connection connection, HttpRequestMessage message, string? key, CancellationToken cancellation)
    {
        if (connection.Kind == ConnectionKind.Anthropic && !message.Headers.Contains("anthropic-version"))
        {
            message.Headers.TryAddWithoutValidation("anthropic-version", AnthropicVersion);
        }

        switch (connection)
        {
            case { Auth: ConnectionAuth.ManagedIdentity }:
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _identity.TokenAsync(cancellation));
                break;
            case var _ when key is null:
                break;
            case { Kind: ConnectionKind.AzureOpenAi }:
                message.Headers.TryAddWithoutValidation("api-key", key);
                break;
            case { Kind: ConnectionKind.Anthropic }:
                message.Headers.TryAddWithoutValidation("x-api-key", key);
                break;
            default:
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
                break;
        }
    }

    public void Dispose()
    {
        _network.Dispose();
        _guide.Dispose();
        _identity.Dispose();
    }
}
