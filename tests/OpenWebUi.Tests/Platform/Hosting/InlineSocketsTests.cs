using System.Net.Sockets;
using System.Reflection;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Tests.Platform.Hosting;

public sealed class InlineSocketsTests
{
    /// <summary>The switch is internal to .NET: a runtime without it must be noticed here.</summary>
    [Fact]
    public void Socket_ThatIsToCallInline_HasTheSwitchOn()
    {
        var property = typeof(SafeSocketHandle).GetProperty("PreferInlineCompletions", BindingFlags.Instance | BindingFlags.NonPublic)!;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Assert.False((bool)property.GetValue(socket.SafeHandle)!);
        InlineSockets.Prefer(socket);
        Assert.True((bool)property.GetValue(socket.SafeHandle)!);
    }

    /// <summary>What hears of socket events must not run what a route outside the relay does: neither at its start nor after a wait.</summary>
    [Fact]
    public async Task Work_ThatMayBlock_RunsInThePool_AlsoAfterItWaited()
    {
        var heard = new TaskCompletionSource();
        var places = new List<bool>();
        Task work = Task.CompletedTask;
        var thread = new Thread(() =>
        {
            work = PoolContext.RunAsync(async () =>
            {
                places.Add(Thread.CurrentThread.IsThreadPoolThread);
                await heard.Task;
                places.Add(Thread.CurrentThread.IsThreadPoolThread);
            });
        });
        thread.Start();
        thread.Join();
        var completing = new Thread(() => heard.SetResult());
        completing.Start();
        await work;
        completing.Join();
        Assert.Equal([true, true], places);
    }
}
