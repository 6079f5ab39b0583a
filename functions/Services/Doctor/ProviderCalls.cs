using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>A credential of one request.</summary>
/// <param name="IsToken">An access token of the platform's identity, not a key.</param>
internal sealed record ProbeKey(string Value, bool IsToken = false);

/// <summary>
/// The HTTP of one walk, to one server: the address that was found is the address that is asked, whatever its name resolves to
/// later. Nothing is followed, kept or read without bound.
/// </summary>
internal sealed class ProviderCalls : IDisposable
{
    /// <summary>Enough for every error and probe.</summary>
    private const int MaxBodyBytes = 1024 * 1024;

    /// <summary>As for every model list (<c>ModelListClient</c>): OpenRouter's is near a megabyte.</summary>
    private const int MaxListBytes = 8 * 1024 * 1024;

    private const string AnthropicVersion = "2023-06-01";

    private readonly Connection _connection;
    private readonly HttpMessageInvoker _http;

    /// <param name="connection">Its headers and organization go with every call.</param>
    /// <param name="address">Where the server is; null where a proxy knows.</param>
    /// <param name="proxy">Null: none.</param>
    /// <param name="seen">Sees the certificate of a server behind a proxy; the answer is whether it is trusted.</param>
    public ProviderCalls(Connection connection, IPEndPoint? address, IWebProxy? proxy, RemoteCertificateValidationCallback? seen)
    {
        _connection = connection;
        // The doctor limits each of its steps.
        var handler = OutboundHandler.New(proxy, Timeout.InfiniteTimeSpan);
        handler.SslOptions = new() { CertificateChainPolicy = TlsReport.NewPolicy(), RemoteCertificateValidationCallback = seen };
        if (address is not null)
        {
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(address, cancellation);
        }

        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Asks for a model list, in the way of a kind.</summary>
    /// <param name="at">Kind, base URL and version of the API: those of the connection, or of what it might be.</param>
    public Task<ProviderAnswer> ListAsync(Connection at, ProbeKey? key, CancellationToken cancellation) => SendAsync(
        new(HttpMethod.Get, ListUrl(at)), at.Kind, key, MaxListBytes, cancellation);

    public Task<ProviderAnswer> GetAsync(Uri url, ConnectionKind kind, ProbeKey? key, CancellationToken cancellation) =>
        SendAsync(new(HttpMethod.Get, url), kind, key, MaxBodyBytes, cancellation);

    /// <summary>Asks for a completion of no messages: every provider refuses that before it computes or bills anything, but after it has looked at the key and the model.</summary>
    public Task<ProviderAnswer> EmptyChatAsync(Connection at, string model, ProbeKey? key, CancellationToken cancellation)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, at.UrlFor(Dialect.OpenAi, "chat/completions", "", model))
        {
            Content = new StringContent($$"""{"model":"{{System.Text.Json.JsonEncodedText.Encode(model)}}","messages":[],"max_tokens":1}""", Encoding.UTF8, "application/json"),
        };
        return SendAsync(message, at.Kind, key, MaxBodyBytes, cancellation);
    }

    public static Uri ListUrl(Connection at) => at.Kind switch
    {
        ConnectionKind.Ollama => at.UrlFor(Dialect.OllamaNative, "tags", ""),
        ConnectionKind.Anthropic => at.UrlFor(Dialect.Anthropic, "models", "?limit=1000"),
        _ => at.UrlFor(Dialect.OpenAi, "models", ""),
    };

    public void Dispose() => _http.Dispose();

    private async Task<ProviderAnswer> SendAsync(HttpRequestMessage message, ConnectionKind kind, ProbeKey? key, int maxBytes, CancellationToken cancellation)
    {
        using (message)
        {
            AddHeaders(message.Headers, kind, key);
            using var answer = await _http.SendAsync(message, cancellation);
            using var body = new MemoryStream();
            var isCut = await CopyAsync(await answer.Content.ReadAsStreamAsync(cancellation), body, answer.IsSuccessStatusCode ? maxBytes : MaxBodyBytes, cancellation);
            return new(
                message.Method.Method, message.RequestUri!, (int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType,
                answer.Headers.Location, answer.Headers.RetryAfter?.Delta,
                answer.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme.ToLowerInvariant() is "basic" or "digest" or "negotiate"), answer.Content.Headers.ContentEncoding.Count > 0, isCut, body.ToArray());
        }
    }

    private void AddHeaders(HttpRequestHeaders headers, ConnectionKind kind, ProbeKey? key)
    {
        foreach (var (name, value) in _connection.Headers.Where(header => Ascii.IsValid(header.Value)))
        {
            headers.TryAddWithoutValidation(name, value);
        }

        if (_connection.Organization is { } organization && kind == ConnectionKind.OpenAi && Ascii.IsValid(organization))
        {
            headers.TryAddWithoutValidation("OpenAI-Organization", organization);
        }

        if (kind == ConnectionKind.Anthropic && !headers.Contains("anthropic-version"))
        {
            headers.TryAddWithoutValidation("anthropic-version", AnthropicVersion);
        }

        if (key is not null)
        {
            var (name, value) = kind switch
            {
                ConnectionKind.AzureOpenAi when !key.IsToken => ("api-key", key.Value),
                ConnectionKind.Anthropic => ("x-api-key", key.Value),
                _ => ("Authorization", "Bearer " + key.Value),
            };
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<bool> CopyAsync(Stream from, MemoryStream to, int maxBytes, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellation)) > 0)
        {
            var room = maxBytes - (int)to.Length;
            to.Write(buffer, 0, Math.Min(read, room));
            if (read > room)
            {
                return true;
            }
        }

        return false;
    }
}
