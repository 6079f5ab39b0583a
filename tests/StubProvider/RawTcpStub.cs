using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.StubProvider;

/// <summary>What is wrong with a <see cref="RawTcpStub"/>.</summary>
public enum RawTcpMode
{
    /// <summary>The port is taken but nobody listens: connecting is refused.</summary>
    Refuse,

    /// <summary>Connections are accepted and read, and nothing is ever answered.</summary>
    Blackhole,

    /// <summary>Bytes that are not HTTP are sent at the first byte received, then the connection ends.</summary>
    Garbage,

    /// <summary>Connections end as soon as they are accepted.</summary>
    CloseAtOnce,

    /// <summary>Connecting never ends: the queue of waiting connections is full, and the system drops what comes after, as a firewall does (Linux).</summary>
    Drop,
}

/// <summary>A TCP endpoint on 127.0.0.1 that is no HTTP server.</summary>
public sealed class RawTcpStub : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RawTcpMode _mode;
    private readonly List<Socket> _waiting = [];
    private readonly Task _accepting = Task.CompletedTask;
    private int _connections;

    private RawTcpStub(RawTcpMode mode)
    {
        _mode = mode;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        if (mode == RawTcpMode.Drop)
        {
            _socket.Listen(0);
            FillQueue();
        }
        else if (mode != RawTcpMode.Refuse)
        {
            _socket.Listen();
            _accepting = AcceptAsync();
        }
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The URL that a caller would take for a provider, such as <c>http://127.0.0.1:43211/v1</c>.</summary>
    public string BaseUrl => FormattableString.Invariant($"http://127.0.0.1:{Port}/v1");

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Completes at the first connection.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when a caller has closed its connection first.</summary>
    public Task Disconnected => _disconnected.Task;

    internal static ReadOnlyMemory<byte> GarbageBytes { get; } = new byte[] { 0x16, 0x03, 0x01, 0x00, 0xFF, 0x00, 0x13, 0x37, 0x0D, 0x0A, 0x80, 0xFE, 0x0D, 0x0A, 0x0D, 0x0A };

    /// <summary>Starts an endpoint; its port stays reserved until it is disposed.</summary>
    public static RawTcpStub Start(RawTcpMode mode) => new(mode);

    /// <summary>Ends every connection and frees the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        _waiting.ForEach(waiting => waiting.Dispose());
        await _accepting;
        _stopping.Dispose();
    }

    /// <summary>More connections than the queue holds, none of which is ever accepted.</summary>
    private void FillQueue()
    {
        for (var i = 0; i < 4; i++)
        {
            var waiting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _waiting.Add(waiting);
            try
            {
                waiting.Connect(IPAddress.Loopback, Port);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // It waits.
            }
        }
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var connection = await _socket.AcceptAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                _connected.TrySetResult();
                open.Add(ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            if (_mode == RawTcpMode.CloseAtOnce)
            {
                connection.LingerState = new LingerOption(enable: true, 0);
                return;
            }

            try
            {
                var buffer = new byte[16 * 1024];
                while (await connection.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token) > 0)
                {
                    if (_mode == RawTcpMode.Garbage)
                    {
                        await connection.SendAsync(GarbageBytes, SocketFlags.None, _stopping.Token);
                        connection.Shutdown(SocketShutdown.Send);
                        return;
                    }
                }

                _disconnected.TrySetResult();
            }
            catch (SocketException)
            {
                _disconnected.TrySetResult();
            }
            catch (OperationCanceledException)
            {
                // The stub is being disposed.
            }
        }
    }
}
