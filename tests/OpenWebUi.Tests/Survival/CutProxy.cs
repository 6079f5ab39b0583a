using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Tests.Survival;

/// <summary>
/// A TCP line between a client and a server that breaks, by a reset to both, when so many bytes have passed in one
/// direction: each connection takes the next of the given budgets, and after the last one they hold.
/// </summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly Queue<(bool Up, int Bytes)> _cuts;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _lines = [];
    private readonly Task _accepting;
    private int _cut;

    /// <param name="server">Where to.</param>
    /// <param name="cuts">For each connection: counted on the way up, or on the way down, and after how many bytes it breaks.</param>
    public CutProxy(Uri server, IEnumerable<(bool Up, int Bytes)> cuts)
    {
        (_server, _cuts) = (server, new(cuts));
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many lines broke.</summary>
    public int Cuts => Volatile.Read(ref _cut);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_lines);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _lines.Add(CarryAsync(client, _cuts.TryDequeue(out var cut) ? cut : null));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(Socket client, (bool Up, int Bytes)? cut)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server.Port, ending.Token);
                var isCut = await await Task.WhenAny(
                    PassAsync(client, server, cut is { Up: true } up ? up.Bytes : null, ending.Token),
                    PassAsync(server, client, cut is { Up: false } down ? down.Bytes : null, ending.Token));
                if (isCut)
                {
                    Interlocked.Increment(ref _cut);
                    client.LingerState = server.LingerState = new(enable: true, seconds: 0);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One of both has gone by itself: so does the other.
            }

            await ending.CancelAsync();
        }
    }

    /// <returns>True where the budget was used up, false at the end of the bytes.</returns>
    private static async Task<bool> PassAsync(Socket from, Socket to, int? budget, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        while (budget != 0)
        {
            var read = await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, budget ?? buffer.Length)), cancellation);
            if (read == 0)
            {
                return false;
            }

            await to.SendAsync(buffer.AsMemory(0, read), cancellation);
            budget -= read;
        }

        return true;
    }
}
