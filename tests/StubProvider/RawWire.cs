using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OpenWebUi.StubProvider;

/// <summary>Writes past Kestrel, straight to the connection's socket.</summary>
internal static class RawWire
{
    /// <summary>Sends the bytes as they are, then ends the connection; over TLS nothing is sent, the connection just breaks.</summary>
    public static async Task SendAndResetAsync(HttpContext context, CancellationTokenRegistration left, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        // The end below is the stub's doing and must not be recorded as the caller's.
        await left.DisposeAsync();
        if (context.Features.Get<ITlsHandshakeFeature>() is null && context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
            }

            socket.LingerState = new LingerOption(enable: true, 0);
        }

        context.Abort();
    }
}
