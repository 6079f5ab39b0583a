using Azure.Core;
using Azure.Core.Pipeline;

namespace OpenWebUi.Platform.Azure;

/// <summary>The way to a storage account's Table and Blob services: signed, retried with a bound, over one pool of connections.</summary>
/// <remarks>
/// Nothing is called until the first request. No content, address or header is logged, no telemetry is sent. A failure
/// that retries did not heal comes as an answer (4xx, 5xx) or as <see cref="global::Azure.RequestFailedException"/> and
/// <see cref="AggregateException"/> where there was none. One for the process; safe for concurrent use.
/// </remarks>
internal sealed class StoragePipeline : IDisposable
{
    /// <summary>What a bearer token is asked for; the same in every cloud of Azure.</summary>
    public const string Scope = "https://storage.azure.com/.default";

    /// <summary>Knows Entra tokens for tables (2020-12-06 on) and is old enough for every cloud and emulator.</summary>
    public const string ServiceVersion = "2021-12-02";

    private readonly HttpClientTransport transport;

    public StoragePipeline(StorageAccount account, StoragePipelineOptions? options = null)
    {
        options ??= new StoragePipelineOptions();
        Account = account;
        transport = new HttpClientTransport(options.Handler ?? Sockets(account, options));
        Tables = Build(options, Authorization(account.Credential, key => new TableKeyPolicy(account.Name, key, options.Clock)));
        Blobs = Build(options, Authorization(account.Credential, key => new BlobKeyPolicy(account.Name, key, options.Clock)));
    }

    public StorageAccount Account { get; }

    /// <summary>For requests to <see cref="StorageAccount.TableEndpoint"/>.</summary>
    public HttpPipeline Tables { get; }

    /// <summary>For requests to <see cref="StorageAccount.BlobEndpoint"/>.</summary>
    public HttpPipeline Blobs { get; }

    public void Dispose() => transport.Dispose();

    private static SocketsHttpHandler Sockets(StorageAccount account, StoragePipelineOptions options) => new()
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // The service moves between addresses; a connection is left after a while so that a new name look-up is seen.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        Proxy = options.Proxy,
        UseProxy = options.Proxy is not null || !account.TableEndpoint.IsLoopback,
        ActivityHeadersPropagator = null,
    };

    /// <summary>A key signs each try anew, because the signature holds the date; the token policy keeps its token until shortly before its end.</summary>
    private static HttpPipelinePolicy Authorization(StorageCredential credential, Func<byte[], HttpPipelinePolicy> sign) => credential switch
    {
        StorageCredential.SharedKey shared => sign(shared.Key),
        StorageCredential.Entra entra => new BearerTokenAuthenticationPolicy(new LateCredential(entra.Identity), Scope),
        _ => throw new InvalidOperationException($"Unknown credential {credential.GetType().Name}."),
    };

    private HttpPipeline Build(StoragePipelineOptions options, HttpPipelinePolicy authorization)
    {
        var settings = new Settings { Transport = transport, RetryPolicy = new StorageRetries(options.MaxRetries, options.FirstRetryDelay) };
        settings.Retry.NetworkTimeout = options.NetworkTimeout;
        settings.Diagnostics.IsLoggingEnabled = false;
        settings.Diagnostics.IsLoggingContentEnabled = false;
        settings.Diagnostics.IsTelemetryEnabled = false;
        settings.Diagnostics.IsDistributedTracingEnabled = false;
        return HttpPipelineBuilder.Build(settings, [new HeaderPolicy(options.Clock)], [authorization], responseClassifier: null);
    }

    private sealed class Settings : ClientOptions;

    /// <summary>What every request of either service must carry; a key's signature renews the date.</summary>
    private sealed class HeaderPolicy(TimeProvider clock) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            message.Request.Headers.SetValue("x-ms-version", ServiceVersion);
            message.Request.Headers.SetValue("x-ms-date", clock.GetUtcNow().ToString("R"));
        }
    }

    private sealed class LateCredential(Lazy<TokenCredential> identity) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            identity.Value.GetToken(requestContext, cancellationToken);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            identity.Value.GetTokenAsync(requestContext, cancellationToken);
    }
}
