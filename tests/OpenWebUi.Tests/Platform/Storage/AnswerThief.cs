using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>
/// A TCP line to a server. Asked to, it keeps an answer for itself and breaks the line: the server has done what it was asked, and nobody hears of it.
/// </summary>
internal sealed class AnswerThief : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _lines = [];
    private readonly Task _accepting;
    private int _left = -1;

    public AnswerThief(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether the answer was kept.</summary>
    public bool HasStolen => Volatile.Read(ref _left) < 0;

    /// <param name="after">How many answers come through before the one that does not.</param>
    public void Steal(int after) => Volatile.Write(ref _left, after);

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
                _lines.Add(CarryAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, ending.Token);
                await await Task.WhenAny(PassAsync(client, server, isAnswer: false, ending.Token), PassAsync(server, client, isAnswer: true, ending.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One of both has gone by itself: so does the other.
            }

            client.LingerState = new(enable: true, seconds: 0);
            await ending.CancelAsync();
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isAnswer, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, cancellation) is > 0 and var read)
        {
            if (isAnswer && Volatile.Read(ref _left) >= 0 && Interlocked.Decrement(ref _left) < 0)
            {
                return;
            }

            await to.SendAsync(buffer.AsMemory(0, read), cancellation);
        }
    }
}
