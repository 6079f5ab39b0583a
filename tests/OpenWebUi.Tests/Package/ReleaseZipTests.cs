using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;
using OpenWebUi.FunctionsHostDouble;

namespace OpenWebUi.Tests.Package;

/// <summary>The release: its files, and that what comes out of the zip works behind the Functions host.</summary>
[Collection(PackageGroup.Name)]
public sealed class ReleaseZipTests(ReleaseZip release) : IClassFixture<ReleaseZip>
{
    private const long MaxZipBytes = 35L * 1024 * 1024;

    /// <summary>Made by Unix, 0755: what the Functions host asks for and cannot set itself.</summary>
    private const int Executable = unchecked((int)0x81ED0000);
    private const int Plain = unchecked((int)0x81A40000);

    /// <summary>A tree without its repository has no commit to stamp.</summary>
    private static string Commit => Path.Exists(Path.Combine(PublishedPackage.Repository(), ".git")) ? "[0-9a-f]{40}" : "";

    private static string Version => XDocument.Load(Path.Combine(PublishedPackage.Repository(), "Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void Output_HoldsTheThreeFiles_AndTheirChecksums()
    {
        Assert.Equal(["SHA256SUMS", "released-package.cdx.json", "released-package.zip"], Directory.GetFiles(release.Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var lines = File.ReadAllLines(Path.Combine(release.Output, "SHA256SUMS"));
        Assert.Equal(["released-package.zip", "released-package.cdx.json"], lines.Select(line => line.Split("  ")[1]));
        Assert.All(lines, line => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(release.Output, line.Split("  ")[1])))), line.Split("  ")[0]));
    }

    [Fact]
    public async Task Zip_HoldsThePackage_SortedAndWithoutATime_AndIsSmall()
    {
        Assert.InRange(new FileInfo(release.Zip).Length, 1, MaxZipBytes);
        await using var zip = await ZipFile.OpenReadAsync(release.Zip);
        var names = zip.Entries.Select(entry => entry.FullName).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(
            ["Access", "Auth", "Chat", "Housekeeping", "Ollama", "OpenAi", "OpenWebUi", "V1", "Website", "host.json", "wwwroot"],
            names.Select(name => name.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("Website/function.json", names);
        Assert.Contains("wwwroot/index.html.br", names);
        Assert.DoesNotContain(names, name => name.Contains("local.settings", StringComparison.Ordinal) || name.EndsWith(".pdb", StringComparison.Ordinal) || name.EndsWith(".map", StringComparison.Ordinal));
        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime));
        Assert.All(zip.Entries, entry => Assert.Equal(entry.FullName == "OpenWebUi" ? Executable : Plain, entry.ExternalAttributes));
    }

    [Fact]
    public async Task Script_RunAgain_MakesTheSameBytes()
    {
        var again = Path.Combine(Path.GetDirectoryName(release.Output)!, "again");
        Assert.Equal(0, (await ReleaseZip.RunAsync(again, release.Unpacked, "v" + Version)).ExitCode);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(release.Output, "SHA256SUMS")), await File.ReadAllTextAsync(Path.Combine(again, "SHA256SUMS")));
    }

    [Fact]
    public async Task Script_WithATagOfAnotherVersion_MakesNothing()
    {
        var none = Path.Combine(Path.GetDirectoryName(release.Output)!, "none");
        var run = await ReleaseZip.RunAsync(none, release.Unpacked, "v99.0.0");
        Assert.Equal((1, $"The tag is v99.0.0 and Directory.Build.props says {Version}: change one of them.\n"), (run.ExitCode, run.Errors));
        Assert.Empty(Directory.GetFileSystemEntries(none));
    }

    [Fact]
    public async Task Script_WithAProgramOfAnotherVersion_MakesNothing()
    {
        var other = Path.Combine(Path.GetDirectoryName(release.Output)!, "other");
        Directory.CreateDirectory(other);
        var program = Path.Combine(other, "OpenWebUi");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho OpenWebUi 99.0.0\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var run = await ReleaseZip.RunAsync(Path.Combine(other, "out"), other);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'OpenWebUi 99.0.0'", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(other, "out")));
    }

    [Fact]
    public void Sbom_NamesWhatIsInside_WithWhatPinsIt()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(release.Output, "released-package.cdx.json")));
        var bom = document.RootElement;
        Assert.Equal(("CycloneDX", "1.5", Version), (bom.GetProperty("bomFormat").GetString(), bom.GetProperty("specVersion").GetString(), bom.GetProperty("metadata").GetProperty("component").GetProperty("version").GetString()));
        var components = bom.GetProperty("components").EnumerateArray().ToList();
        var scopes = components.ToDictionary(c => c.GetProperty("purl").GetString()!, c => c.GetProperty("scope").GetString());

        using var nuget = JsonDocument.Parse(File.ReadAllText(Path.Combine(PublishedPackage.Repository(), "functions", "packages.lock.json")));
        foreach (var package in nuget.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject())
        {
            var isBuild = package.Name.Contains("Analyzer", StringComparison.Ordinal) || package.Name.EndsWith(".ILLink.Tasks", StringComparison.Ordinal);
            Assert.Equal(isBuild ? "excluded" : "required", scopes[$"pkg:nuget/{package.Name}@{package.Value.GetProperty("resolved").GetString()}"]);
        }

        // The runtime that this very test was built with is the one that is published.
        Assert.Equal("required", scopes[scopes.Keys.Single(purl => purl.StartsWith("pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@", StringComparison.Ordinal))]);
        Assert.Equal(
            ["dompurify", "highlight.js", "katex", "marked", "mermaid", "signalr", "svelte"],
            components.Where(c => c.GetProperty("purl").GetString()!.StartsWith("pkg:npm/", StringComparison.Ordinal) && c.GetProperty("scope").GetString() == "required")
                .Select(c => c.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.All(components.Where(c => c.GetProperty("purl").GetString()!.StartsWith("pkg:npm/", StringComparison.Ordinal)), c => Assert.Matches("^[0-9a-f]{128}$", c.GetProperty("hashes")[0].GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Program_AskedForItsVersion_SaysItAndTheCommit_WhateverItsConfiguration()
    {
        var run = await ReleaseZip.RunAsync(Path.Combine(release.Unpacked, "OpenWebUi"), [("CHAT_RUNNING_LIMIT", "many")], "--version");
        Assert.Matches($@"^OpenWebUi {Version.Replace(".", @"\.", StringComparison.Ordinal)}{(Commit.Length == 0 ? "" : $@" \({Commit}\)")}\n$", run.Said);
        Assert.Equal((0, ""), ReleaseZip.Errors(run));
        var variables = await ReleaseZip.RunAsync(Path.Combine(release.Unpacked, "OpenWebUi"), [], "variables");
        Assert.Contains("| `CODE` | none | access codes, commas between them |\n", variables.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unpacked_BehindTheHost_DoesWhatANewSiteMust()
    {
        // Accounts: the first to sign up is the admin. The guide and a provider answer.
        await using var hosted = await HostedPackage.StartAsync(release.Unpacked, new FunctionsHostOptions(), ("CODE", ""), ("ENABLE_GUIDE_MODEL", "true"), ("OLLAMA_BASE_URL", ""));
        using var stranger = hosted.NewClient();

        using var page = await stranger.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("<script", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("""{"status":true}""", await stranger.GetStringAsync("/health"));
        var version = await stranger.GetFromJsonAsync<JsonElement>("/api/version");
        Assert.Equal(Version, version.GetProperty("version").GetString());
        Assert.Matches($"^{Commit}$", version.GetProperty("commit").GetString() ?? "");
        Assert.True((await stranger.GetFromJsonAsync<JsonElement>("/api/config")).GetProperty("onboarding").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(HostedPackage.Chat("/v1/chat/completions", "guide"))).StatusCode);

        using var answer = await stranger.PostAsJsonAsync("/api/v1/auths/signup", new { name = "Ann", email = "ann@example.org", password = "a long passphrase" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var account = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("admin", account.GetProperty("role").GetString());

        using var admin = hosted.NewClient();
        admin.DefaultRequestHeaders.Authorization = new("Bearer", account.GetProperty("token").GetString());
        var models = (await admin.GetFromJsonAsync<JsonElement>("/v1/models")).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        Assert.Contains("guide", models);
        foreach (var model in (string?[])["guide", models.First(id => id != "guide")])
        {
            using var streamed = await admin.SendAsync(HostedPackage.Chat("/v1/chat/completions", model!), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (streamed.StatusCode, streamed.Content.Headers.ContentType!.MediaType));
            var lines = (await streamed.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.True(lines.Length > 3, $"{model}: {lines.Length} events");
            Assert.Equal("data: [DONE]", lines[^1]);
        }

        Assert.Single(hosted.Stub.Requests, request => request.Path == "/v1/chat/completions");
    }
}
