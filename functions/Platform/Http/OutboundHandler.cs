using System.Net;

namespace OpenWebUi.Platform.Http;

/// <summary>The way out of this program: through the proxy that the environment names; no redirect followed, no cookie kept, nothing unpacked or traced.</summary>
internal static class OutboundHandler
{
    /// <param name="proxy">Null: none.</param>
    /// <param name="connectTimeout">For the connection alone; a limit on the call is its caller's.</param>
    public static SocketsHttpHandler New(IWebProxy? proxy, TimeSpan connectTimeout) => new()
    {
        Proxy = proxy,
        UseProxy = proxy is not null,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = connectTimeout,
        // Long enough to reuse, short enough to follow a DNS change.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // An abandoned answer is closed, not read to its end: a provider would go on billing.
        ResponseDrainTimeout = TimeSpan.Zero,
        MaxResponseDrainSize = 0,
    };
}
