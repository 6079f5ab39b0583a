using System.Net.Sockets;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// The sockets to providers: what waits for an answer goes on where it was heard (<see cref="InlineSockets"/>). A TLS handshake computes
/// for milliseconds, and may even wait for a certificate that the provider does not send: it stays in the thread pool, and
/// a connection changes over when it is through. One that goes through a proxy's tunnel never does.
/// </summary>
internal static class UpstreamSockets
{
    private static readonly HttpRequestOptionsKey<Socket> Opened = new("OpenWebUi.Socket");

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = await GuardedConnect.OpenAsync(context.DnsEndPoint, cancellation);
        context.InitialRequestMessage.Options.Set(Opened, socket);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>For <see cref="SocketsHttpHandler.PlaintextStreamFilter"/>, which is called when a connection is ready for HTTP.</summary>
    public static ValueTask<Stream> Ready(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellation)
    {
        if (context.InitialRequestMessage.Options.TryGetValue(Opened, out var socket))
        {
            InlineSockets.Prefer(socket);
        }

        return new(context.PlaintextStream);
    }
}
