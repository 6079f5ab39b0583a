using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>The far end for what no real directory does: it answers the first message on each connection with the bytes that were made for it, and then is silent, connection open.</summary>
internal sealed class ScriptedDirectory : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    /// <param name="answers">By connection. Those beyond are served with silence, as is an empty answer.</param>
    public ScriptedDirectory(params byte[][] answers)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = ServeAsync(answers);
    }

    public int Port { get; }

    /// <summary>Done when the first message has come.</summary>
    public Task Called => _called.Task;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync(byte[][] answers)
    {
        var open = new List<Task>();
        try
        {
            for (var i = 0; ; i++)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                open.Add(AnswerAsync(client, i < answers.Length ? answers[i] : []));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task AnswerAsync(TcpClient client, byte[] answer)
    {
        using (client)
        {
            var buffer = new byte[4096];
            try
            {
                var rest = answer;
                while (await client.GetStream().ReadAsync(buffer, _end.Token) > 0)
                {
                    _called.TrySetResult();
                    await client.GetStream().WriteAsync(rest, _end.Token);
                    rest = [];
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The test is over, or the site has gone.
            }
        }
    }
}
