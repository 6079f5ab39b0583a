using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenWebUi.Tests.Platform.Blobs.S3;

namespace OpenWebUi.Tests.Platform.Configuration;

/// <summary>The published behaviour of a start, with the real process.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("openwebui-process");

    [Fact]
    public async Task Start_FaultyConfiguration_EndsWithOneAndTheWholeMessage()
    {
        using var site = Run([.. FaultsTests.Faulty, ("ENABLE_OLLAMA_API", "true")]);
        Assert.Equal(1, await site.EndAsync());
        foreach (var (name, _) in FaultsTests.Faulty)
        {
            Assert.Contains($"\n  {name}: holds ", site.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hush", site.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", site.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FaultInDotEnv_IsFoundInTheWorkingFolder()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, ".env"), "PORT=many\nWEBUI_NAME=x");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "local.settings.json"), """{"Values":{"WEBUI_AUTH":"perhaps"}}""");
        using var site = Run([("PORT", "alot")]);
        Assert.Equal(1, await site.EndAsync());
        Assert.Contains("PORT: holds 'alot'", site.Text, StringComparison.Ordinal);
        Assert.Contains("WEBUI_AUTH: holds 'perhaps'", site.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FaultyUnderTheFunctionsHost_ServesTheFaultsOnEveryPath()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var number = ((IPEndPoint)port.LocalEndpoint).Port;
        port.Stop();
        using var site = Run([.. FaultsTests.Faulty, ("FUNCTIONS_CUSTOMHANDLER_PORT", $"{number}")]);
        await site.SaysAsync("nothing was started");
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) });
        foreach (var path in (string[])["/", "/v1/models", "/api/config"])
        {
            using var answer = await site.ListeningAsync(() => client.GetAsync($"http://127.0.0.1:{number}{path}"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("WEBUI_SECRET_KEY: holds a secret of 8 characters", text, StringComparison.Ordinal);
            Assert.Contains("HIDE_USER_API_KEY", text, StringComparison.Ordinal);
            Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Start_PortTaken_SaysSoInOneLine(string host)
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var number = ((IPEndPoint)port.LocalEndpoint).Port;
        using var site = Run([("HOST", host), ("PORT", $"{number}")]);
        Assert.Equal(1, await site.EndAsync());
        Assert.Equal($"Port {number} is taken by another program. Stop it, or set PORT to another one.", site.Text.Trim());
    }

    [Fact]
    public async Task Start_BucketThatRefusesTheKey_SaysSoInOneLine()
    {
        await using var service = await S3ServiceDouble.StartAsync();
        using var site = Run(
        [
            ("PORT", "0"), ("DATA_DIR", _folder.FullName), ("STORAGE_PROVIDER", "s3"), ("S3_ENDPOINT_URL", service.Endpoint), ("S3_BUCKET_NAME", S3ServiceDouble.BucketName),
            ("S3_REGION_NAME", S3ServiceDouble.Region), ("S3_ACCESS_KEY_ID", S3ServiceDouble.AccessKeyId), ("S3_SECRET_ACCESS_KEY", "zq7marker-wrong"),
        ]);
        Assert.Equal(1, await site.EndAsync());
        Assert.Equal(
            $"The S3 bucket box at {new Uri(service.Endpoint).Authority} refuses the signature; check S3_SECRET_ACCESS_KEY, and that no proxy in between changes the host name (403 SignatureDoesNotMatch).",
            site.Text.Trim());
    }

    /// <summary>The host never restarts what ended with 0.</summary>
    [Fact]
    public async Task Start_PortTakenUnderTheFunctionsHost_DoesNotEndWithZero()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        using var site = Run([("FUNCTIONS_CUSTOMHANDLER_PORT", $"{((IPEndPoint)port.LocalEndpoint).Port}"), ("CODE", "right"), ("STORAGE_PROVIDER", "local")]);
        Assert.Equal(1, await site.EndAsync());
    }

    [Fact]
    public async Task Start_WithIgnoredVariablesAndSecrets_LogsWhyAndNoSecret()
    {
        using var site = Run([("PORT", "0"), ("CODE", "hush-code"), ("OPENAI_API_KEY", "sk-hush"), ("REDIS_URL", "redis://:hush@redis"), ("USE_CUDA_DOCKER", "true")]);
        await site.SaysAsync("Open http://localhost:");
        await site.SaysAsync("REDIS_URL does nothing here: there is no Redis here");
        await site.SaysAsync("USE_CUDA_DOCKER does nothing here: no model runs inside this process");
        Assert.Contains("code (1 access code)", site.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", site.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OpenToTheNetwork_SaysThatAnybodyCanChat()
    {
        using var site = Run([("PORT", "0"), ("HOST", "0.0.0.0"), ("WEBUI_AUTH", "false")]);
        await site.SaysAsync("ANYBODY who reaches this address can chat");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private RunningSite Run((string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "OpenWebUi.dll")])
        {
            WorkingDirectory = _folder.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = start.Environment.Where(e => e.Key is "PATH" or "HOME" or "TMPDIR" || e.Key.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in (IEnumerable<(string, string)>)[.. kept.Select(e => (e.Key, e.Value!)), ("ENABLE_OLLAMA_API", "false"), .. environment])
        {
            start.Environment[name] = value;
        }

        return new RunningSite(Process.Start(start)!);
    }

    /// <summary>A started site; ended with the test, whatever happens.</summary>
    private sealed class RunningSite : IDisposable
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
        private readonly Process _process;
        private readonly StringBuilder _text = new();
        private readonly SemaphoreSlim _lines = new(0);

        public RunningSite(Process process)
        {
            _process = process;
            DataReceivedEventHandler keep = (_, line) =>
            {
                lock (_text)
                {
                    _text.Append(line.Data).Append('\n');
                }

                _lines.Release();
            };
            process.OutputDataReceived += keep;
            process.ErrorDataReceived += keep;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public async Task<int> EndAsync()
        {
            await _process.WaitForExitAsync().WaitAsync(Limit);
            return _process.ExitCode;
        }

        public async Task SaysAsync(string text)
        {
            while (!Text.Contains(text, StringComparison.Ordinal))
            {
                Assert.True(await _lines.WaitAsync(Limit), "It said only: " + Text);
            }
        }

        /// <summary>The message comes before the listener: a refused connection is tried again.</summary>
        public async Task<HttpResponseMessage> ListeningAsync(Func<Task<HttpResponseMessage>> call)
        {
            for (var start = Stopwatch.GetTimestamp(); ;)
            {
                try
                {
                    return await call();
                }
                catch (HttpRequestException) when (Stopwatch.GetElapsedTime(start) < Limit && !_process.HasExited)
                {
                    await Task.Yield();
                }
            }
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _process.Dispose();
            _lines.Dispose();
        }
    }
}
