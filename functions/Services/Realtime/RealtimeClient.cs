using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Realtime;

/// <summary>What a browser connects with.</summary>
/// <param name="Url">The service's address for clients of our hub.</param>
/// <param name="Token">Good for <see cref="RealtimeClient.ClientTokenLifetime"/>, for one user id.</param>
internal sealed record ClientAccess(string Url, string Token);

/// <summary>
/// Calls an Azure SignalR Service over its REST API: one message to all browsers of an owner, and a token for one of them. With an access key
/// tokens are signed here, and a browser's costs no call; with an identity Entra's goes along, and the service makes the browser's.
/// Safe for concurrent use.
/// </summary>
/// <remarks>
/// "Azure SignalR service data plane REST API reference", version 2024-12-01, the first documented one with :generateToken, and there
/// "Authenticate via Azure SignalR Service AccessKey" and "User-related REST API" (learn.microsoft.com, read 2026-11).
/// </remarks>
internal sealed class RealtimeClient : IDisposable
{
    public const string Hub = "openwebui";
    public const string Scope = "https://signalr.azure.com/.default";
    public const string ApiVersion = "2024-12-01";

    public static readonly TimeSpan ClientTokenLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A service that takes longer has lost what it was told.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const string UserPurpose = "realtime-user-v1";
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly RealtimeService _service;
    private readonly SigningKey _signingKey;
    private readonly AzureIdentity? _identity;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public RealtimeClient(RealtimeService service, OutboundProxy? proxy, SigningKey signingKey, TimeProvider time)
    {
        (_service, _signingKey, _time) = (service, signingKey, time);
        _identity = service.Identity is { } identity ? new(() => identity.Value, time, Scope) : null;
        _http = new(OutboundHandler.New(proxy, Patience)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>Calls a method of every browser of an owner that is connected; none is a success too.</summary>
    /// <param name="audience">Whose.</param>
    /// <param name="target">The method's name.</param>
    /// <param name="argument">Writes its one argument.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HttpRequestException">The service did not take it: no answer within <see cref="Patience"/>, or a refusal.</exception>
    public async Task SendAsync(Audience audience, string target, Action<Utf8JsonWriter> argument, CancellationToken cancellation)
    {
        var path = $"/api/hubs/{Hub}/users/{await UserAsync(audience, cancellation)}/:send";
        using var content = new ByteArrayContent(JsonBytes.Object(json =>
        {
            json.WriteString("target", target);
            json.WriteStartArray("arguments");
            argument(json);
            json.WriteEndArray();
        }));
        content.Headers.ContentType = new("application/json");
        (await CallAsync(path, "", content, cancellation)).Dispose();
    }

    /// <summary>Lets a browser of this owner connect, and hear what is this owner's.</summary>
    /// <exception cref="HttpRequestException">The service gave no token.</exception>
    public async Task<ClientAccess> AccessAsync(Audience audience, CancellationToken cancellation)
    {
        var url = $"{_service.Root}/client/?hub={Hub}";
        var user = await UserAsync(audience, cancellation);
        if (_service.AccessKey is { } key)
        {
            return new(url, Token(key, url, user));
        }

        var query = string.Create(CultureInfo.InvariantCulture, $"&userId={user}&minutesToExpire={(int)ClientTokenLifetime.TotalMinutes}");
        using var answer = await CallAsync($"/api/hubs/{Hub}/:generateToken", query, content: null, cancellation);
        try
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(cancellation));
            return new(url, body.RootElement.GetProperty("token").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HttpRequestException("The SignalR Service answered without a token.", e);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _identity?.Dispose();
    }

    /// <summary>What the service knows an owner by: no e-mail, no id of ours, and on no two sites the same.</summary>
    private async ValueTask<string> UserAsync(Audience audience, CancellationToken cancellation) => Convert.ToHexStringLower(
        HMACSHA256.HashData(await _signingKey.ForAsync(UserPurpose, cancellation), Encoding.UTF8.GetBytes(audience.Owner)));

    private async Task<HttpResponseMessage> CallAsync(string path, string query, HttpContent? content, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{_service.Root}{path}?api-version={ApiVersion}{query}") { Content = content };
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", _service.AccessKey is { } key ? Token(key, _service.Root + path, user: null) : await _identity!.TokenAsync(either.Token));
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            answer.Dispose();
            throw new HttpRequestException($"The SignalR Service answered {(int)answer.StatusCode}{Advice((int)answer.StatusCode)}");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"The SignalR Service did not answer within {Patience.TotalSeconds:0} s.", e);
        }
    }

    private string Advice(int status) => status switch
    {
        401 or 403 when _identity is not null => ": this site's identity needs the role SignalR REST API Owner there.",
        401 or 403 => ": check the access key.",
        429 => ": its tier has no messages left today.",
        _ => ".",
    };

    /// <summary>A JWT (RFC 7519), HS256: <c>aud</c> is the address without its query for a call, with it for a browser, whose user is <c>nameid</c>.</summary>
    private string Token(byte[] key, string audience, string? user)
    {
        var now = _time.GetUtcNow();
        var body = JsonBytes.Object(json =>
        {
            json.WriteString("aud", audience);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + ClientTokenLifetime).ToUnixTimeSeconds());
            if (user is not null)
            {
                json.WriteString("nameid", user);
            }
        });
        return SignedToken.SignHs256("""{"alg":"HS256","typ":"JWT"}"""u8, body, key);
    }
}
