using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OpenWebUi.Platform.Hosting;

/// <summary>Binds Kestrel. In code, because a container image may set ASPNETCORE_URLS, which would otherwise win under the Functions host.</summary>
internal static class Listener
{
    /// <summary>
    /// The widest limit of any Functions host (older ones take 104,857,600; FUNCTIONS_REQUEST_BODY_SIZE_LIMIT): what the host
    /// lets through must not fail here, because it loses our early 413 when the connection closes under its upload.
    /// </summary>
    public const long MaxBodyBytes = 210_000_000;

    public static void Configure(KestrelServerOptions kestrel, HostingOptions hosting)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        // A reader that pauses for a minute is no attack; the relay ends a stream in which nothing moves for its idle time.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;

        if (hosting.UnderFunctionsHost)
        {
            kestrel.Listen(IPAddress.Loopback, hosting.Port);
        }
        else if (hosting.Host == "localhost" && hosting.Port != 0)
        {
            kestrel.ListenLocalhost(hosting.Port);
        }
        else if (hosting.Host is "*" or "0.0.0.0")
        {
            kestrel.ListenAnyIP(hosting.Port);
        }
        else
        {
            kestrel.Listen(hosting.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(hosting.Host), hosting.Port);
        }
    }
}
