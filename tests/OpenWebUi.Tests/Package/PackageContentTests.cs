namespace OpenWebUi.Tests.Package;

[Collection(PackageGroup.Name)]
public sealed class PackageContentTests(PublishedPackage package)
{
    /// <summary>Of 57 (2026-11-21). 41 without the storage account; 52 with it: Azure.Identity, which a managed identity needs, and Azure.Core; the rest is accounts: our own code, and regular expressions for the password rule.</summary>
    /// <summary>What Azure loads is bounded by the zip (ReleaseZipTests); this notices a package that brings its whole family.</summary>
    private const long MaxExecutableBytes = 75L * 1024 * 1024;

    [Fact]
    public void Folder_HoldsWhatAzureNeedsAndNothingElse()
    {
        Assert.Equal(
            ["Access", "Auth", "Chat", "Housekeeping", "Ollama", "OpenAi", "OpenWebUi", "V1", "Website", "host.json", "wwwroot"],
            Directory.GetFileSystemEntries(package.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var function in Directory.GetDirectories(package.Folder).Where(d => Path.GetFileName(d) != "wwwroot"))
        {
            Assert.Equal(["function.json"], Directory.GetFileSystemEntries(function).Select(Path.GetFileName));
        }
    }

    [Fact]
    public void Executable_CanBeRunByTheHost_AndIsSmall()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The package is for Linux and is tested there.");
        }

        var mode = File.GetUnixFileMode(package.Executable);
        Assert.True(mode.HasFlag(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute), mode.ToString());
        Assert.InRange(new FileInfo(package.Executable).Length, 1, MaxExecutableBytes);
        using var file = File.OpenRead(package.Executable);
        var head = new byte[4];
        file.ReadExactly(head);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], head);
    }

    [Fact]
    public void Page_HasBothCompressedForms()
    {
        var page = Path.Combine(package.Folder, "wwwroot");
        var texts = Directory.GetFiles(page, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".html" or ".js" or ".css" or ".svg").ToList();
        Assert.Contains(Path.Combine(page, "index.html"), texts);
        Assert.All(texts, text =>
        {
            Assert.True(File.Exists(text + ".br"), text);
            Assert.True(File.Exists(text + ".gz"), text);
        });
        Assert.DoesNotContain(Directory.GetFiles(page, "*", SearchOption.AllDirectories), f => Path.GetExtension(f) is ".map" || f.Contains("/.vite/", StringComparison.Ordinal));
    }
}
