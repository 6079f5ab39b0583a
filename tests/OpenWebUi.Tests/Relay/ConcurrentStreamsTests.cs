using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Package;
using Xunit.Abstractions;

namespace OpenWebUi.Tests.Relay;

/// <summary>A thousand people read slow answers at the same time: every one gets all of theirs. The published package, in a process of its own.</summary>
[Collection(PackageGroup.Name)]
public sealed class ConcurrentStreamsTests(PublishedPackage package, ITestOutputHelper output)
{
    private const int Streams = 1_000;
    private const int Chunks = 40;
    private const string Model = "paced-40x500";

    /// <summary>Each stream takes up to six sockets in this process: caller's and provider's end, and the host double's two.</summary>
    private const int NeededFiles = 8 * Streams;

    [Fact]
    public async Task Kestrel_Carries1000Streams()
    {
        await using var stub = await StubServer.StartAsync();
        await using var app = await PackageProcess.StartAsync(package, ("OPENAI_API_BASE_URL", stub.BaseUrl), ("ENABLE_OLLAMA_API", "false"), ("CODE", HostedPackage.Code));
        await RunAsync(app.Address, app.ProcessId);
        Assert.Equal(0, stub.ActiveRequests);
    }

    [Fact]
    public async Task FunctionsHost_Carries1000Streams()
    {
        await using var site = await HostedPackage.StartAsync(package);
        await RunAsync(site.Host.Address, site.Host.HandlerProcess.Id);
        Assert.Equal(0, site.Stub.ActiveRequests);
        Assert.Equal(1, site.Host.HandlerStarts);
        Assert.All(site.Host.InvocationLog.Where(i => i.Path == "/v1/chat/completions"), i => Assert.Equal(200, i.Completed.Result));
    }

    private async Task RunAsync(Uri address, int processId)
    {
        // .NET raises its own soft limit to the hard one at start, and what it starts inherits that.
        foreach (var id in (string[])["self", processId.ToString(CultureInfo.InvariantCulture)])
        {
            Assert.True(OpenFilesOf(id) >= NeededFiles, $"Process {id} may open {OpenFilesOf(id)} files; this test needs {NeededFiles}: raise the hard limit (ulimit -Hn).");
        }

        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, MaxConnectionsPerServer = Streams })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(3),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "nk-" + HostedPackage.Code);
        var watch = Stopwatch.StartNew();
        using var process = Process.GetProcessById(processId);
        var busyBefore = process.TotalProcessorTime;
        var ends = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => ReadAsync(client)));
        process.Refresh();
        output.WriteLine(FormattableString.Invariant(
            $"{Streams} streams x {Chunks} chunks: {watch.Elapsed.TotalSeconds:F1} s (least {Chunks * 0.5:F0}), peak {process.PeakWorkingSet64 / 1048576.0:F0} MB resident, {(process.TotalProcessorTime - busyBefore).TotalSeconds:F1} s of processor time"));
        Assert.All(ends, end => Assert.Equal(new End(200, Chunks, Errors: 0, IsDone: true), end));
    }

    private static async Task<End> ReadAsync(HttpClient client)
    {
        using var request = HostedPackage.Chat("/v1/chat/completions", Model);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var (texts, errors, done) = (0, 0, false);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
            {
                continue;
            }

            if (line == "data: [DONE]")
            {
                done = true;
                continue;
            }

            using var chunk = JsonDocument.Parse(line.AsMemory(6));
            errors += chunk.RootElement.TryGetProperty("error", out _) ? 1 : 0;
            texts += chunk.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
                && choices[0].GetProperty("delta").TryGetProperty("content", out var text) && text.GetString() is { Length: > 0 } ? 1 : 0;
        }

        return new End((int)answer.StatusCode, texts, errors, done);
    }

    private static int OpenFilesOf(string process) => int.Parse(
        File.ReadLines($"/proc/{process}/limits").Single(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3],
        CultureInfo.InvariantCulture);

    private sealed record End(int Status, int Texts, int Errors, bool IsDone);
}
