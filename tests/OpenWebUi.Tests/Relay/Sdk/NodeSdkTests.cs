using System.Diagnostics;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Relay.Sdk;

/// <summary>The npm packages <c>openai</c> and <c>ollama</c> in programs of their own (tests/sdk), which know a base URL and a key.</summary>
[Collection(PackageGroup.Name)]
public sealed class NodeSdkTests(PublishedPackage package)
{
    [Theory]
    [InlineData(Door.Kestrel, "openai.mjs", "v1", 10)]
    [InlineData(Door.Kestrel, "openai.mjs", "openai", 10)]
    [InlineData(Door.Kestrel, "openai.mjs", "ollama/v1", 10)]
    [InlineData(Door.Kestrel, "ollama.mjs", "ollama", 12)]
    [InlineData(Door.FunctionsHost, "openai.mjs", "v1", 10)]
    [InlineData(Door.FunctionsHost, "openai.mjs", "openai", 10)]
    [InlineData(Door.FunctionsHost, "openai.mjs", "ollama/v1", 10)]
    [InlineData(Door.FunctionsHost, "ollama.mjs", "ollama", 12)]
    public async Task Checks_AllPass(Door door, string script, string path, int checks)
    {
        await using var site = await SdkSite.StartAsync(door, package);
        var output = await RunAsync(script, new Uri(site.Address, path).ToString(), SdkSite.Key);
        Assert.Equal(checks, output.Split("ok ").Length - 1);
        await Assert.Single(site.Stub.Requests, r => r.Model == "stall").Aborted.WaitAsync(TimeSpan.FromSeconds(20));
    }

    internal static async Task<string> RunAsync(string script, params string[] arguments)
    {
        var folder = Path.Combine(PublishedPackage.Repository(), "tests", "sdk");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "openai")), $"The SDKs are not installed: run `npm ci` in {folder}, or tests/run.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, script), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);
        return output;
    }
}
