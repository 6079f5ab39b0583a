using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace OpenWebUi.Tests.Package;

/// <summary>The folder that Azure gets, published once for a test run, whichever group asks first; <c>OPENWEBUI_PACKAGE</c> names a ready one.</summary>
public sealed class PublishedPackage : IAsyncLifetime
{
    private static readonly Lazy<Task<string>> Shared = new(PublishAsync);

    public string Folder { get; private set; } = "";

    public string Executable => Path.Combine(Folder, "OpenWebUi");

    public async Task InitializeAsync() => Folder = await Shared.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The root of the checkout that these tests were compiled from.</summary>
    public static string Repository() => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    private static async Task<string> PublishAsync()
    {
        if (Environment.GetEnvironmentVariable("OPENWEBUI_PACKAGE") is { Length: > 0 } ready)
        {
            return Path.GetFullPath(ready);
        }

        var folder = Path.Combine(Path.GetTempPath(), "openwebui-package-" + Guid.NewGuid().ToString("N"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        };
        // The restore of the test's own build has fetched what publishing needs: a feed is not asked while tests run.
        var start = new ProcessStartInfo("dotnet",
            ["publish", Path.Combine(Repository(), "functions"), "-c", "Release", "--no-restore", "-o", folder, "-m:1", "-nodeReuse:false", "--nologo", "-v:quiet"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            // `dotnet test` points these at its own tools.
            start.Environment.Remove(name);
        }

        using var publish = Process.Start(start)!;
        var errors = publish.StandardError.ReadToEndAsync();
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, "dotnet publish failed:\n" + output + await errors);
        return folder;
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>Tests on the package share one and run one after the other: each starts processes of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PackageGroup : ICollectionFixture<PublishedPackage>
{
    public const string Name = "package";
}
