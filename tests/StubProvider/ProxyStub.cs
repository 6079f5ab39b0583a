using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenWebUi.StubProvider;

/// <summary>A request that went through a <see cref="ProxyStub"/>.</summary>
/// <param name="Method"><c>CONNECT</c>, or the method of a request in absolute form.</param>
/// <param name="Target">The authority that the caller wanted, such as <c>api.example.org:443</c> or <c>ollama.local</c>.</param>
/// <param name="Authorization">The Proxy-Authorization header, null where there was none.</param>
public sealed record ProxiedRequest(string Method, string Target, string? Authorization);

/// <summary>
/// A forward proxy on 127.0.0.1 for HTTP_PROXY tests: takes requests in absolute form (RFC 9112 §3.2.2) and CONNECT (RFC 9110 §9.3.6),
/// records who was wanted, and connects every caller to one stub, whatever the target's name. Nothing else is reached.
/// </summary>
public sealed class ProxyStub : IAsyncDisposable
{
    private const int MaxHeadBytes = 64 * 1024;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<ProxiedRequest> _requests = new();
    private readonly IPEndPoint _forwardTo;
    private readonly Task _accepting;

    private ProxyStub(int forwardToPort)
    {
        _forwardTo = new IPEndPoint(IPAddress.Loopback, forwardToPort);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The value for HTTP_PROXY or HTTPS_PROXY, such as <c>http://127.0.0.1:43211</c>.</summary>
    public string Url => FormattableString.Invariant($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>What was asked of the proxy, in the order of arrival.</summary>
    public IReadOnlyList<ProxiedRequest> Requests => [.. _requests];

    /// <summary>The authorities that were wanted, in the order of arrival.</summary>
    public IReadOnlyList<string> Targets => [.. _requests.Select(r => r.Target)];

    /// <summary>Starts a proxy that forwards everything to that stub; for CONNECT to an https target let it be a TLS stub.</summary>
    public static ProxyStub Start(StubServer forwardTo) => Start(forwardTo.Port);

    /// <summary>Starts a proxy that forwards everything to that port of 127.0.0.1.</summary>
    public static ProxyStub Start(int forwardToPort) => new(forwardToPort);

    /// <summary>Ends every connection and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using (caller)
        {
            using var target = new TcpClient();
            try
            {
                var callerStream = caller.GetStream();
                var (head, after) = await ReadHeadAsync(callerStream);
                var lines = head.Split("\r\n");
                var requestLine = lines[0].Split(' ');
                await target.ConnectAsync(_forwardTo, _stopping.Token);
                var targetStream = target.GetStream();
                if (requestLine[0] == "CONNECT")
                {
                    Record(requestLine[0], requestLine[1], lines);
                    await callerStream.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stopping.Token);
                }
                else if (Uri.TryCreate(requestLine[1], UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp)
                {
                    Record(requestLine[0], uri.Authority, lines);
                    await targetStream.WriteAsync(Encoding.Latin1.GetBytes(OriginForm(requestLine, uri, lines)), _stopping.Token);
                }
                else
                {
                    await callerStream.WriteAsync("HTTP/1.1 400 Not a proxy request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stopping.Token);
                    return;
                }

                await targetStream.WriteAsync(after, _stopping.Token);
                await Task.WhenAny(callerStream.CopyToAsync(targetStream, _stopping.Token), targetStream.CopyToAsync(callerStream, _stopping.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either side went away; leaving the block closes both.
            }
        }
    }

    private void Record(string method, string target, string[] lines)
    {
        const string Name = "Proxy-Authorization:";
        var authorization = Array.Find(lines, l => l.StartsWith(Name, StringComparison.OrdinalIgnoreCase))?[Name.Length..].Trim();
        _requests.Enqueue(new ProxiedRequest(method, target, authorization));
    }

    /// <summary>The head with a plain path and without proxy headers; one request a connection, so that each is recorded.</summary>
    private static string OriginForm(string[] requestLine, Uri uri, string[] lines)
    {
        var kept = lines.Skip(1).Where(l => l.Length > 0
            && !l.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase) && !l.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase));
        return $"{requestLine[0]} {uri.PathAndQuery} {requestLine[2]}\r\n{string.Join("\r\n", kept)}\r\nConnection: close\r\n\r\n";
    }

    private async Task<(string Head, ReadOnlyMemory<byte> After)> ReadHeadAsync(NetworkStream stream)
    {
        var buffer = new byte[MaxHeadBytes];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), _stopping.Token);
            if (read == 0)
            {
                break;
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                return (Encoding.Latin1.GetString(buffer, 0, end), buffer.AsMemory(end + 4, length - end - 4));
            }
        }

        throw new IOException("The caller sent no complete head.");
    }
}
