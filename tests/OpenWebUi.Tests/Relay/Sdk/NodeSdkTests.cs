using System.Diagnostics;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Relay.Sdk;

/// <summary>The packages of npm in programs of their own (tests/sdk), which know a base URL and a key.</summary>
[Collection(PackageGroup.Name)]
public sealed class NodeSdkTests(PublishedPackage package)
{
    public static TheoryData<Door, Backing, string, string, int> Programs
    {
        get
        {
            var rows = new TheoryData<Door, Backing, string, string, int>();
            foreach (var path in (string[])["v1", "openai", "ollama/v1"])
            {
                rows.Add(Door.Kestrel, Backing.OpenAiAndOllama, "openai.mjs", path, 11);
                rows.Add(Door.FunctionsHost, Backing.OpenAiAndOllama, "openai.mjs", path, 11);
            }

            rows.Add(Door.Kestrel, Backing.OpenAiAndOllama, "ollama.mjs", "ollama", 13);
            rows.Add(Door.FunctionsHost, Backing.OpenAiAndOllama, "ollama.mjs", "ollama", 13);
            rows.Add(Door.Nginx, Backing.OpenAiAndOllama, "openai.mjs", "v1", 11);
            rows.Add(Door.Nginx, Backing.OpenAiAndOllama, "ollama.mjs", "ollama", 13);
            foreach (var door in (Door[])[Door.Kestrel, Door.Nginx])
            {
                rows.Add(door, Backing.OpenAi, "ollama.mjs", "ollama", 13);
                rows.Add(door, Backing.OpenAi, "ai-sdk.mjs", "v1", 9);
                rows.Add(door, Backing.OpenAi, "langchain.mjs", "v1", 9);
                rows.Add(door, Backing.OpenAi, "anthropic.mjs", "", 12);
                rows.Add(door, Backing.Anthropic, "anthropic.mjs", "", 12);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Checks_AllPass(Door door, Backing backing, string script, string path, int checks)
    {
        await using var site = await SdkSite.StartAsync(door, package, backing);
        var output = await RunAsync(script, [new Uri(site.Address, path).ToString(), SdkSite.Key]);
        Assert.Equal(checks, output.Split("ok ").Length - 1);
        await Assert.Single(site.Stub.Requests, r => r.Model == "stall").Aborted.WaitAsync(TimeSpan.FromSeconds(20));

        // The picture came to the provider whole, and the site's code did not.
        Assert.Contains(site.Stub.Requests, r => r.BodyText.Contains(Picture, StringComparison.Ordinal));
        Assert.DoesNotContain(site.Stub.Requests, r => r.Headers.Values.Any(v => v.Contains(HostedPackage.Code, StringComparison.Ordinal)));
    }

    /// <summary>The one of check.mjs.</summary>
    private const string Picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

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
