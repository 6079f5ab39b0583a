using System.Net;
using System.Net.Http.Headers;
using OpenWebUi.Services.Guide;

namespace OpenWebUi.Services.Upstreams;

/// <summary>Sends calls to providers. It knows connections and HTTP; it knows no users, and no caller chooses where it connects.</summary>
internal sealed class UpstreamClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Long enough to reuse, short enough to follow a DNS change.</summary>
    private static readonly TimeSpan PooledLifetime = TimeSpan.FromMinutes(5);

    private readonly HttpMessageInvoker _network;
    private readonly HttpMessageInvoker _guide;

    public UpstreamClient(OutboundProxy? proxy, TimeProvider time)
    {
        _network = new HttpMessageInvoker(new SocketsHttpHandler
        {
            Proxy = proxy,
            UseProxy = proxy is not null,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = PooledLifetime,
            EnableMultipleHttp2Connections = true,
            MaxConnectionsPerServer = int.MaxValue,
            // An abandoned answer is closed, not read to its end: the provider would go on billing.
            ResponseDrainTimeout = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
        });
        _guide = new HttpMessageInvoker(new GuideProvider(time));
    }

    /// <summary>Sends one call and returns when the provider's status and headers are there; its body is read by the caller, who disposes the answer.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="message">Method, URL (<see cref="Connection.UrlFor"/>), the caller's headers, body.</param>
    /// <param name="ownKey">The caller's provider key in place of ours, or null.</param>
    /// <param name="cancellation">Cancelled: the connection to the provider is closed at once.</param>
    /// <exception cref="HttpRequestException">No answer: see <see cref="UpstreamFailure.Of"/>.</exception>
    public Task<HttpResponseMessage> SendAsync(Connection connection, HttpRequestMessage message, string? ownKey, CancellationToken cancellation)
    {
        if (ownKey is not null && !connection.TakesOwnKeys)
        {
            throw new InvalidOperationException($"{connection.Name} takes no key of a caller.");
        }

        var key = ownKey ?? (connection.Keys.Count == 0 ? null : connection.Keys[Random.Shared.Next(connection.Keys.Count)]);
        if (key is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (connection.Organization is { } organization && ownKey is null)
        {
            message.Headers.TryAddWithoutValidation("OpenAI-Organization", organization);
        }

        return (connection.Kind == ConnectionKind.Guide ? _guide : _network).SendAsync(message, cancellation);
    }

    public void Dispose()
    {
        _network.Dispose();
        _guide.Dispose();
    }
}
