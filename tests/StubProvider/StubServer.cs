using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.StubProvider;

/// <summary>
/// A model provider on 127.0.0.1 that speaks the OpenAI, the Ollama and the Anthropic dialect, records what it is asked and misbehaves on demand:
/// for all requests by <see cref="Behavior"/>, for single ones by their model's name (<see cref="StubBehavior.FromModel"/>).
/// </summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly StubOptions _options;
    private readonly RequestLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private WebApplication? _app;
    private int _active;
    private volatile bool _released;

    private StubServer(StubOptions options, X509Certificate2? certificate)
    {
        _options = options;
        _log = new RequestLog(options.MaxRecordedRequests);
        Certificate = certificate;
    }

    /// <summary>The base URL for the OpenAI dialect, such as <c>http://127.0.0.1:43211/v1</c>.</summary>
    public string BaseUrl => OllamaUrl + "/v1";

    /// <summary>The base URL for the Ollama dialect: the same host without a path or a final slash.</summary>
    public string OllamaUrl { get; private set; } = "";

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The certificate of <see cref="StartTlsAsync"/>, null otherwise.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>What is done with every request; where it is <see cref="StubBehavior.Answer"/>, the default, the model's name decides.</summary>
    public StubBehavior Behavior { get; set; } = StubBehavior.Answer;

    /// <summary>A key that must stand in <c>Authorization: Bearer</c>, <c>api-key</c> or <c>x-api-key</c>, else 401; null, the default, asks for none.</summary>
    public string? RequiredKey { get; set; }

    /// <summary>The ids of <c>/v1/models</c> and <c>/api/tags</c>; <c>echo</c>, <c>echo-large</c> and <c>embed</c> unless set.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["echo", "echo-large", "embed"];

    /// <summary>Answers as vLLM does: its model list with <c>max_model_len</c>, 404 for models that are not in it, 400 for more tokens than they have.</summary>
    public bool IsVllm { get; set; }

    /// <summary>The answer's text; null, the default, echoes: <c>You said: </c> and the last user message.</summary>
    public string? ReplyText { get; set; }

    /// <summary>What <c>/api/version</c> of the Ollama dialect says; a version newer than any unless set.</summary>
    public string OllamaVersion { get; set; } = "0.99.0-stub";

    /// <summary>The context of the model that <c>/api/ps</c> says is loaded, in tokens; null, the default, as servers that do not say.</summary>
    public int? LoadedContext { get; set; }

    /// <summary>The length of embedding vectors, 8 unless set; vectors have unit length and depend on the text alone.</summary>
    public int EmbeddingDimensions { get; set; } = 8;

    /// <summary>The gate of the <c>stepped</c> behaviour.</summary>
    public StepGate Steps { get; } = new();

    /// <summary>Every request so far in the order of arrival, from the moment its head was read.</summary>
    public IReadOnlyList<StubRequest> Requests => _log.Snapshot();

    /// <summary>Requests that are being answered now.</summary>
    public int ActiveRequests => Volatile.Read(ref _active);

    internal TimeProvider Time => _options.TimeProvider;

    /// <summary>Starts a stub over plain HTTP/1.1.</summary>
    public static Task<StubServer> StartAsync(StubOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(new StubServer(options ?? new StubOptions(), certificate: null), cancellationToken);

    /// <summary>Starts a stub over TLS with a self-signed certificate for localhost and 127.0.0.1, <paramref name="expired"/> yesterday or valid for a day.</summary>
    public static Task<StubServer> StartTlsAsync(bool expired = false, StubOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new StubOptions();
        return StartAsync(new StubServer(options, StubCertificate.Create(expired, options.TimeProvider.GetUtcNow())), cancellationToken);
    }

    /// <summary>Starts a stub over TLS with this certificate, which it disposes of.</summary>
    public static Task<StubServer> StartTlsAsync(X509Certificate2 certificate, CancellationToken cancellationToken = default) =>
        StartAsync(new StubServer(new StubOptions(), certificate), cancellationToken);

    /// <summary>
    /// The next request that no earlier call returned, once its whole body is here; with <paramref name="path"/> the next to that
    /// decoded path (others are left for other calls).
    /// </summary>
    /// <exception cref="TimeoutException">None came for 30 s.</exception>
    public Task<StubRequest> WaitForRequestAsync(string? path = null, CancellationToken cancellationToken = default) =>
        _log.WaitAsync(r => path is null || string.Equals(r.Path, path, StringComparison.Ordinal), TimeSpan.FromSeconds(30), cancellationToken);

    /// <summary>Lets one chunk of the <c>stepped</c> answers go; short for <c>Steps.Step()</c>.</summary>
    public void Step() => Steps.Step();

    /// <summary>Lets one chunk of the <c>stepped</c> answers go and waits until it is flushed; short for <c>Steps.StepAsync()</c>.</summary>
    public Task<StubStep> StepAsync(CancellationToken cancellationToken = default) => Steps.StepAsync(null, cancellationToken);

    /// <summary>Lets all held requests go on, present and future (<c>stall</c>, <c>slow-headers</c>, <c>stepped</c>).</summary>
    public void Release()
    {
        _released = true;
        Steps.Open();
        foreach (var request in Requests)
        {
            request.Release();
        }
    }

    /// <summary>Cuts every open connection and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_app is not null)
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
            await _app.DisposeAsync();
        }

        Certificate?.Dispose();
        _stopping.Dispose();
    }

    private static async Task<StubServer> StartAsync(StubServer stub, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (stub.Certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, stub._options.Port, listen =>
            {
                if (stub.Certificate is not null)
                {
                    listen.UseHttps(stub.Certificate);
                }
            });
        });
        var app = builder.Build();
        app.Run(stub.HandleAsync);
        await app.StartAsync(cancellationToken);
        stub._app = app;
        stub.Port = new Uri(app.Urls.First()).Port;
        stub.OllamaUrl = FormattableString.Invariant($"{(stub.Certificate is null ? "http" : "https")}://127.0.0.1:{stub.Port}");
        return stub;
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = new StubRequest(context, Time.GetUtcNow());
        _log.Add(request);
        if (_released)
        {
            request.Release();
        }

        Interlocked.Increment(ref _active);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        var left = context.RequestAborted.Register(() => request.MarkAborted(Time.GetUtcNow()));
        try
        {
            await request.ReadBodyAsync(context.Request.Body, _options.MaxRecordedBodyBytes, ending.Token);
            _log.Arrived(request);
            await new Exchange(this, context, request, left, ending.Token).RunAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException or ConnectionAbortedException)
        {
            // The caller left (the registration above has recorded it), or the stub is being disposed.
            await left.DisposeAsync();
            context.Abort();
        }
        finally
        {
            await left.DisposeAsync();
            Interlocked.Decrement(ref _active);
            request.MarkCompleted();
        }
    }
}
