using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Tests.Infra;

/// <summary>
/// A web server of the distribution, on 127.0.0.1, with a folder of its own for everything that it writes. It runs as an ordinary user:
/// tests that run as root start it as <c>nobody</c>.
/// </summary>
internal sealed class FrontServer : IAsyncDisposable
{
    private const string Nobody = "65534";

    private readonly Process _process;
    private readonly string _folder;

    private FrontServer(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>A folder for a server, which it may write to whoever it runs as.</summary>
    public static string NewFolder(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "openwebui-tests", $"{name}-{Guid.NewGuid():N}"));
        if (!OperatingSystem.IsWindows())
        {
            folder.UnixFileMode = (UnixFileMode)0x1FF;
        }

        return folder.FullName;
    }

    public static Task<FrontServer> StartNginxAsync(string folder, params int[] ports) => StartAsync(
        "nginx", "nginx-light", folder, ["-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", Path.Combine(folder, "nginx.conf")], ports);

    public static Task<FrontServer> StartApacheAsync(string folder, params int[] ports) =>
        StartAsync("apache2", "apache2-bin", folder, ["-f", Path.Combine(folder, "apache.conf"), "-DFOREGROUND"], ports);


    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsEnd;
        End();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<FrontServer> StartAsync(string name, string package, string folder, IEnumerable<string> arguments, int[] ports)
    {
        var program = new[] { "/usr/sbin/", "/usr/local/sbin/", "/usr/bin/" }.Select(place => place + name).FirstOrDefault(File.Exists);
        Assert.True(program is not null, $"{name} is not installed: run tests/run, or install the package {package}.");
        string[] asUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=" + Nobody, "--regid=" + Nobody, "--clear-groups", "--"] : [];
        string[] command = [.. asUser, program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        var server = new FrontServer(Process.Start(start)!, folder);
        var said = new System.Text.StringBuilder();
        server._process.ErrorDataReceived += (_, e) => said.AppendLine(e.Data);
        server._process.OutputDataReceived += (_, e) => said.AppendLine(e.Data);
        server._process.BeginErrorReadLine();
        server._process.BeginOutputReadLine();
        AppDomain.CurrentDomain.ProcessExit += server.OnTestsEnd;
        try
        {
            foreach (var port in ports)
            {
                await server.ListensAsync(port);
            }

            return server;
        }
        catch (SocketException e)
        {
            var log = Path.Combine(folder, "error.log");
            var text = said + (File.Exists(log) ? await File.ReadAllTextAsync(log) : "");
            await server.DisposeAsync();
            throw new InvalidOperationException($"{name} did not start:\n{text}", e);
        }
    }

    private async Task ListensAsync(int port)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 400 && !_process.HasExited)
            {
                await Task.Delay(25);
            }
        }
    }

    private void OnTestsEnd(object? sender, EventArgs e) => End();

    private void End()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }
}
