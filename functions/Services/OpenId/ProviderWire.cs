using OpenWebUi.Platform.Security;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.OpenId;

/// <summary>
/// The only way from here to a provider: JSON in, at most 256 kB, in at most 10 s, no redirect followed, no cookie kept.
/// </summary>
internal sealed class ProviderWire(OutboundProxy? proxy, TimeProvider time) : IDisposable
{
    public const int MaxBytes = 256 * 1024;
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _network = new(OutboundHandler.New(proxy, Timeout));

    /// <summary>Reads a document that must be there.</summary>
    /// <exception cref="ProviderUnavailableException">Anything but a 200 with JSON.</exception>
    public async Task<JsonElement> GetAsync(SignInProvider provider, ProviderLeg leg, Uri url, string? accessToken, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (accessToken is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        }

        var (status, json) = await SendAsync(provider, leg, request, cancellation);
        return status != HttpStatusCode.OK ? throw Failed(provider, leg, ProviderProblem.Status, (int)status)
            : json ?? throw Failed(provider, leg, ProviderProblem.Unreadable);
    }

    /// <summary>Sends a call; the body is null where it is no JSON. The caller judges the status, which is never a redirect.</summary>
    /// <exception cref="ProviderUnavailableException">There was no whole answer.</exception>
    public async Task<(HttpStatusCode Status, JsonElement? Json)> SendAsync(
        SignInProvider provider, ProviderLeg leg, HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Headers.Accept.Add(new("application/json"));
        // GitHub refuses calls without one.
        request.Headers.UserAgent.Add(new("OpenWebUi", ProductVersion.Text));
        using var limit = new CancellationTokenSource(Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var response = await _network.SendAsync(request, both.Token);
            if ((int)response.StatusCode is >= 300 and < 400)
            {
                throw Failed(provider, leg, ProviderProblem.Redirect, (int)response.StatusCode);
            }

            var body = await ReadAsync(response, both.Token) ?? throw Failed(provider, leg, ProviderProblem.TooLong);
            return (response.StatusCode, StrictJson.Parse(body));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new ProviderUnavailableException(new(provider.Name, leg, ProviderFailure.ProblemOf(e)), e);
        }
    }

    public void Dispose() => _network.Dispose();

    public static ProviderUnavailableException Failed(SignInProvider provider, ProviderLeg leg, ProviderProblem problem, int? status = null) =>
        new(new(provider.Name, leg, problem, status));

    /// <summary>The body, or null when it is longer than any that we take: counted as it comes, because a length can be missing or lie.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[8 * 1024];
        var length = 0;
        int read;
        while ((read = await body.ReadAsync(buffer.AsMemory(length), cancellation)) > 0)
        {
            length += read;
            if (length > MaxBytes)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBytes + 1));
            }
        }

        return buffer[..length];
    }
}
