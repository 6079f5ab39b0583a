using System.Diagnostics;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Survival;

/// <summary>A process of the product on a shared store, in open mode, with a short lease; and a client of it.</summary>
internal sealed class SurvivalSite : IAsyncDisposable
{
    /// <summary>Whose chats they are in open mode.</summary>
    public const string Owner = "u-local";

    private readonly PackageProcess _process;

    private SurvivalSite(PackageProcess process) => (_process, Client) = (process, NewClient(process.Address));

    public HttpClient Client { get; }

    public Uri Address => _process.Address;

    public static async Task<SurvivalSite> StartAsync(PublishedPackage package, SharedStore store, ScriptedProvider provider, params (string Name, string Value)[] more) =>
        new(await PackageProcess.StartAsync(package, [("WEBUI_AUTH", "false"), ("CHAT_ANSWER_LEASE", "2"), .. store.Environment, .. provider.Environment, .. more]));

    /// <summary>Never sends anything twice by itself: each call has a connection of its own.</summary>
    public static HttpClient NewClient(Uri address) => new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ResponseDrainTimeout = TimeSpan.Zero,
    })
    { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGSTOP: it stands still, as a machine does that is moved or out of memory.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT: it goes on, and thinks that no time has passed.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {_process.ProcessId}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return _process.DisposeAsync();
    }
}
