using System.Diagnostics;
using System.Runtime.CompilerServices;
using OpenWebUi.StubProvider;

namespace OpenWebUi.FunctionsHostDouble.Tests.StubProvider;

/// <summary>The real SDKs straight against the stub: what fails through the relay later is then the relay's doing. Needs <c>npm ci</c> in tests/sdk.</summary>
public class SdkTests
{
    [Fact]
    public async Task OpenAiSdk_AgainstTheStub_AllChecksPass()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "sk-stub";
        var output = await NodeAsync("openai.mjs", stub.BaseUrl, "sk-stub");
        Assert.Equal(11, output.Split("ok ").Length - 1);
        await AbortIsSeenAsync(stub);
    }

    [Fact]
    public async Task OllamaSdk_AgainstTheStub_AllChecksPass()
    {
        await using var stub = await StubServer.StartAsync();
        stub.RequiredKey = "sk-stub";
        var output = await NodeAsync("ollama.mjs", stub.OllamaUrl, "sk-stub");
        Assert.Equal(13, output.Split("ok ").Length - 1);
        await AbortIsSeenAsync(stub);
    }

    private static Task<DateTimeOffset> AbortIsSeenAsync(StubServer stub) => stub.Requests.Single(r => r.Model == "stall").Aborted;

    private static async Task<string> NodeAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(SdkFolder(), script), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);
        return output;
    }

    private static string SdkFolder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "sdk"));
}
