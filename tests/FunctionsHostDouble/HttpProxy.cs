using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>Forwards a matched request to the handler with the host's settings: YARP's default transformer, 240 s without a byte, no redirects, no cookies.</summary>
internal sealed class HttpProxy(IHttpForwarder forwarder, FunctionsHostOptions options, Uri handler) : IDisposable
{
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly HttpMessageInvoker _invoker = new(new RetryProxyHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,

        // The host runs with the default, a static proxy setting of the machine; the double never wants one for 127.0.0.1.
        UseProxy = false,
        ActivityHeadersPropagator = DistributedContextPropagator.Current,
    }));

    public async Task ForwardAsync(HttpContext context, HostInvocation invocation)
    {
        var id = invocation.Id.ToString();
        var headers = context.Request.Headers;
        headers["x-ms-invocation-id"] = id;
        headers["X-Azure-Functions-InvocationId"] = id;
        headers["X-Azure-Functions-HostVersion"] = options.HostVersion;
        await forwarder.SendAsync(context, handler.ToString(), _invoker, Config, HttpTransformer.Default);
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
