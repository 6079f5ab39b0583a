using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenWebUi.FunctionsHostDouble;

namespace OpenWebUi.Tests.Package;

/// <summary>The published executable alone: Kestrel on a loopback port, no host in front.</summary>
internal sealed class PackageProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string? _data;

    private readonly ConcurrentQueue<string> _lines;

    private PackageProcess(Process process, string? data, Uri address, ConcurrentQueue<string> lines) =>
        (_process, _data, Address, _lines) = (process, data, address, lines);

    /// <summary>What it has said so far, on both streams.</summary>
    public string Output => string.Join('\n', _lines);

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <param name="package">What is started.</param>
    /// <param name="environment">Variables. A DATA_DIR among them is the caller's and outlives the process; without one it gets a folder of its own.</param>
    public static async Task<PackageProcess> StartAsync(PublishedPackage package, params (string Name, string Value)[] environment)
    {
        var given = environment.FirstOrDefault(e => e.Name == "DATA_DIR").Value;
        var data = given ?? Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(data);
        var port = FreePort.Find();
        var start = new ProcessStartInfo(package.Executable) { WorkingDirectory = data, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["HOST"] = "127.0.0.1";
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["DATA_DIR"] = data;
        var process = new Process { StartInfo = start };
        process.Start();
        // Read in any case: a full pipe would stop the app at a line of its log.
        var id = process.Id;
        var lines = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var app = new PackageProcess(process, given is null ? data : null, new Uri($"http://127.0.0.1:{port}/"), lines);
        using var client = new HttpClient { BaseAddress = app.Address };
        for (var tries = 0; ; tries++)
        {
            try
            {
                (await client.GetAsync("/health")).EnsureSuccessStatusCode();
                return app;
            }
            catch (HttpRequestException) when (tries < 400 && !process.HasExited)
            {
                await Task.Delay(25);
            }
            catch
            {
                await app.DisposeAsync();
                throw;
            }
        }

        void Hear(string? line)
        {
            ProductLog.Add(id, line);
            lines.Enqueue(line ?? "");
        }
    }

    /// <summary>SIGKILL: the process hears nothing of it. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        if (_data is not null)
        {
            Directory.Delete(_data, recursive: true);
        }
    }

}
