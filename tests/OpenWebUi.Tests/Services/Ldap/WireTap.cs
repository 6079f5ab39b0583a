using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>Stands before a directory and keeps every byte that is sent to it: who could listen on the network would see no more.</summary>
internal sealed class WireTap : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<MemoryStream> _sent = new();
    private readonly Task _accepting;

    public WireTap(int targetPort)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(targetPort);
    }

    public int Port { get; }

    /// <summary>What was sent over each connection, one character for each byte.</summary>
    public IReadOnlyList<string> Sent => [.. _sent.Select(s => Encoding.Latin1.GetString(s.ToArray()))];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync(int targetPort)
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync(_end.Token);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, targetPort, _end.Token);
                var kept = new MemoryStream();
                _sent.Enqueue(kept);
                _ = CopyAsync(near, far, kept);
                _ = CopyAsync(far, near, null);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, MemoryStream? kept)
    {
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer, _end.Token)) > 0)
            {
                kept?.Write(buffer, 0, count);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has gone; so does the other.
        }

        to.Dispose();
        from.Dispose();
    }
}
