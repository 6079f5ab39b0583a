using System.Diagnostics;
using System.IO.Compression;

namespace OpenWebUi.Tests.Package;

/// <summary>What <c>infra/release.sh</c>, the script of the release workflow, makes of the published folder, and the zip of it unpacked.</summary>
public sealed class ReleaseZip : IAsyncLifetime
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "openwebui-tests", Guid.NewGuid().ToString("N"));

    public string Output => Path.Combine(_root, "artifacts");

    public string Zip => Path.Combine(Output, "released-package.zip");

    /// <summary>As the platform mounts it.</summary>
    public string Unpacked => Path.Combine(_root, "unpacked");

    public async Task InitializeAsync()
    {
        var published = new PublishedPackage();
        await published.InitializeAsync();
        Assert.Equal((0, ""), Errors(await RunAsync(Output, published.Folder)));
        await ZipFile.ExtractToDirectoryAsync(Zip, Unpacked);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>The script by itself.</summary>
    public static Task<(int ExitCode, string Said, string Errors)> RunAsync(string output, string published, string? tag = null) => RunAsync(
        Path.Combine(PublishedPackage.Repository(), "infra", "release.sh"), tag is null ? [] : [("RELEASE_TAG", tag)], output, published);

    public static async Task<(int ExitCode, string Said, string Errors)> RunAsync(string program, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said, await errors);
    }

    public static (int ExitCode, string Errors) Errors((int ExitCode, string Said, string Errors) run) => (run.ExitCode, run.Errors);
}
