using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Services.Upstreams;

/// <summary>Every address of the host is one that no connection may lead to.</summary>
internal sealed class RefusedAddressException() : Exception(AddressGuard.Refusal);

/// <summary>
/// Opens the TCP connection of a call (<see cref="SocketsHttpHandler.ConnectCallback"/>): resolves the name, leaves out what
/// <see cref="AddressGuard"/> refuses, and connects to one of the very addresses that were looked at. So a name cannot mean
/// something else between the look and the connection.
/// </summary>
internal static class GuardedConnect
{
    /// <summary>An address that swallows packets leaves time for the next one.</summary>
    private static readonly TimeSpan OneAddress = TimeSpan.FromSeconds(3);

    /// <inheritdoc cref="OpenAsync(DnsEndPoint, CancellationToken)"/>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation) =>
        new NetworkStream(await OpenAsync(context.DnsEndPoint, cancellation), ownsSocket: true);

    /// <exception cref="RefusedAddressException">No other address is left.</exception>
    /// <exception cref="SocketException">The name does not resolve, or no address accepts: the last one's reason.</exception>
    public static async ValueTask<Socket> OpenAsync(DnsEndPoint where, CancellationToken cancellation)
    {
        var (host, port) = (where.Host, where.Port);
        if (AddressGuard.IsMetadataName(host))
        {
            throw new RefusedAddressException();
        }

        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation);
        var allowed = addresses.Where(address => !AddressGuard.IsMetadata(address)).ToList();
        for (var i = 0; i < allowed.Count - 1; i++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(OneAddress);
            try
            {
                return await OpenAsync(allowed[i], port, limit.Token);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // The next address may answer.
            }
        }

        return allowed.Count > 0 ? await OpenAsync(allowed[^1], port, cancellation)
            : addresses.Length > 0 ? throw new RefusedAddressException()
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<Socket> OpenAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
