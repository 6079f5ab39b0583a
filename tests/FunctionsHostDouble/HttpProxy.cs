using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>Forwards a matched request to the handler with the host's settings: YARP's default transformer, 240 s without a byte, no redirects, no cookies.</summary>
internal sealed class HttpProxy(IHttpForwarder forwarder, FunctionsHostOptions options, Uri handler) : IDisposable
{
    /// <summary>Characters, as the documentation of the HTTP trigger has them.</summary>
    private const int MaxQuery = 4096, MaxUrl = 8192;

    /// <summary>The host's ActivityTimeout. It is watched by <see cref="SilenceClock"/>, because YARP's own cannot be moved.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(240);

    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan };

    private readonly HttpMessageInvoker _invoker = new(new RetryProxyHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,

        // The host runs with the default, a static proxy setting of the machine; the double never wants one for 127.0.0.1.
        UseProxy = false,
        ActivityHeadersPropagator = DistributedContextPropagator.Current,
    }));

    public static bool IsTooLong(HttpContext context) =>
        context.Request.QueryString.Value!.Length > MaxQuery || context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length > MaxUrl;

    public async Task ForwardAsync(HttpContext context, HostInvocation invocation)
    {
        var id = invocation.Id.ToString();
        var headers = context.Request.Headers;
        headers["x-ms-invocation-id"] = id;
        headers["X-Azure-Functions-InvocationId"] = id;
        headers["X-Azure-Functions-HostVersion"] = options.HostVersion;
        if (headers.TraceParent.Count == 0)
        {
            // The host's own span; a caller's trace goes on.
            headers.TraceParent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
        }

        using var silence = new SilenceClock(context, MaxSilence, options.TimeProvider);
        await forwarder.SendAsync(context, handler.ToString(), _invoker, Config, HttpTransformer.Default, silence.Token);
        if (silence.HasEnded && !context.Response.HasStarted)
        {
            // As YARP answers when its own clock ends the exchange.
            context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        }
    }

    /// <summary>What the App Service front end and the host's header fix-up do before a function is chosen.</summary>
    public void PlayFrontEnd(HttpContext context)
    {
        if (options.ClientIp is { } ip)
        {
            context.Request.Headers["client-ip"] = ip;
        }

        if (options.PublicHost is { } host)
        {
            context.Request.Headers["DISGUISED-HOST"] = host;
            context.Request.Headers.Host = host;
        }

        if ((options.PublicScheme ?? (options.PublicHost is null ? null : "https")) is { } scheme)
        {
            context.Request.Headers["X-Forwarded-Proto"] = scheme;
            context.Request.Scheme = scheme;
        }
    }

    public void Dispose() => _invoker.Dispose();
}
