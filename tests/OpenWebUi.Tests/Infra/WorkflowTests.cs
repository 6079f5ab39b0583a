using System.Text.RegularExpressions;
using OpenWebUi.Tests.Package;
using YamlDotNet.RepresentationModel;

namespace OpenWebUi.Tests.Infra;

/// <summary>What can be known of .github/workflows without GitHub: that it is YAML, what it may do, and that what it runs is there.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Repository = PublishedPackage.Repository();

    /// <summary>Beyond reading the sources: where, and what for. Anything else that a workflow asks for fails.</summary>
    private static readonly Dictionary<string, string[]> Granted = new()
    {
        ["test.yml: workflow"] = ["contents: read"],
        ["release.yml: workflow"] = [],
        ["release.yml: test"] = ["contents: read"],
        ["release.yml: package"] = ["attestations: write", "contents: read", "id-token: write"],
        ["release.yml: publish"] = ["contents: write"],
        ["deploy.yml: workflow"] = [],
        ["deploy.yml: deploy"] = ["contents: read", "id-token: write"],
    };

    /// <summary>Actions by their major tag, each of which is known to be there.</summary>
    private static readonly string[] Actions =
    [
        "./.github/workflows/test.yml", "Azure/functions-action@v1", "actions/attest-build-provenance@v2", "actions/checkout@v4", "actions/download-artifact@v4",
        "actions/setup-dotnet@v4", "actions/setup-node@v4", "actions/upload-artifact@v4", "azure/login@v2",
    ];

    private static IEnumerable<(string File, string Text, YamlMappingNode Root)> Workflows =>
        Directory.GetFiles(Path.Combine(Repository, ".github", "workflows")).Order(StringComparer.Ordinal).Select(path =>
        {
            var text = File.ReadAllText(path);
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return (Path.GetFileName(path), text, (YamlMappingNode)yaml.Documents.Single().RootNode);
        });

    private static IEnumerable<(string File, string Name, YamlMappingNode Job)> Jobs =>
        Workflows.SelectMany(w => ((YamlMappingNode)w.Root["jobs"]).Children.Select(job => (w.File, ((YamlScalarNode)job.Key).Value!, (YamlMappingNode)job.Value)));

    private static IEnumerable<YamlMappingNode> Steps =>
        Jobs.SelectMany(job => Child(job.Job, "steps") is YamlSequenceNode steps ? steps.Children.Cast<YamlMappingNode>() : []);

    [Fact]
    public void Workflows_AreTheThree() =>
        Assert.Equal(["deploy.yml", "release.yml", "test.yml"], Workflows.Select(w => w.File));

    [Fact]
    public void Permissions_AreTheLeast()
    {
        var asked = Workflows.Select(w => (Where: $"{w.File}: workflow", Node: Child(w.Root, "permissions")))
            .Concat(Jobs.Select(job => (Where: $"{job.File}: {job.Name}", Node: Child(job.Job, "permissions"))).Where(job => job.Node is not null))
            .ToDictionary(asked => asked.Where, asked =>
            {
                // Without a block a workflow has what the repository's settings give: often everything.
                var block = Assert.IsType<YamlMappingNode>(asked.Node);
                return block.Children.Select(entry => $"{entry.Key}: {entry.Value}").Order(StringComparer.Ordinal).ToArray();
            });
        Assert.Equal(Granted.Keys.Order(StringComparer.Ordinal), asked.Keys.Order(StringComparer.Ordinal));
        Assert.All(asked, entry => Assert.Equal(Granted[entry.Key], entry.Value));
    }

    [Fact]
    public void Secrets_AreNotNamed() =>
        Assert.All(Workflows, w => Assert.DoesNotMatch(SecretWords(), w.Text));

    [Fact]
    public void Actions_AreKnown()
    {
        var used = Steps.Select(step => Child(step, "uses")).Concat(Jobs.Select(job => Child(job.Job, "uses"))).OfType<YamlScalarNode>().Select(uses => uses.Value!).ToHashSet();
        Assert.Equal(Actions, used.Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(Repository, Actions[0])));
    }

    [Fact]
    public void Scripts_ThatAreRun_AreThereAndExecutable()
    {
        var runs = Steps.Select(step => Child(step, "run")).OfType<YamlScalarNode>().Select(run => run.Value!).ToList();
        var scripts = runs.SelectMany(run => ScriptPath().Matches(run).Select(match => match.Value)).Distinct().ToList();
        Assert.Contains("infra/release.sh", scripts);
        Assert.Contains(".ci/run", scripts);
        foreach (var script in scripts)
        {
            if (OperatingSystem.IsWindows())
            {
                throw new PlatformNotSupportedException("Modes of files are looked at on Linux.");
            }

            Assert.True(File.GetUnixFileMode(Path.Combine(Repository, script)).HasFlag(UnixFileMode.UserExecute), script);
        }

        // What an expression puts into a script is code there: values go through env.
        Assert.All(runs, run => Assert.DoesNotContain("${{", run, StringComparison.Ordinal));
    }

    [Fact]
    public void Deployment_WithoutItsVariables_SaysSoAndDeploysNothing()
    {
        var jobs = Jobs.Where(job => job.File == "deploy.yml").ToDictionary(job => job.Name, job => job.Job);
        var look = ((YamlSequenceNode)jobs["configured"]["steps"]).Children.Cast<YamlMappingNode>().Single();
        var names = ((YamlMappingNode)look["env"]).Children.Keys.Cast<YamlScalarNode>().Select(key => key.Value!).ToArray();
        var (said, output) = Bash(((YamlScalarNode)look["run"]).Value!, names.ToDictionary(name => name, name => name.EndsWith("TENANT_ID", StringComparison.Ordinal) ? "x" : ""));
        Assert.StartsWith("::notice title=Nothing is deployed::Repository variables that are not set: AZURE_CLIENT_ID AZURE_SUBSCRIPTION_ID AZURE_FUNCTIONAPP_NAME.", said, StringComparison.Ordinal);
        Assert.Equal("", output);
        Assert.Equal(("", "answer=yes\n"), Bash(((YamlScalarNode)look["run"]).Value!, names.ToDictionary(name => name, _ => "x")));
        Assert.Equal("needs.configured.outputs.answer == 'yes'", ((YamlScalarNode)jobs["deploy"]["if"]).Value);
        Assert.Equal("${{ steps.look.outputs.answer }}", ((YamlScalarNode)jobs["configured"]["outputs"]["answer"]).Value);
    }

    /// <summary>As a runner does it: bash that ends with the first error.</summary>
    private static (string Said, string Output) Bash(string script, Dictionary<string, string> environment)
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = new System.Diagnostics.ProcessStartInfo("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true };
            start.Environment["GITHUB_OUTPUT"] = output;
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }

            using var bash = System.Diagnostics.Process.Start(start)!;
            var said = bash.StandardOutput.ReadToEnd();
            bash.WaitForExit();
            Assert.Equal(0, bash.ExitCode);
            return (said, File.ReadAllText(output));
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static YamlNode? Child(YamlMappingNode owner, string name) => owner.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child : null;

    [GeneratedRegex(@"\bsecrets\b|password|publish-profile|\bcreds\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretWords();

    [GeneratedRegex(@"(?<![\w./-])\.?[\w-]+(?:/[\w.-]+)*/(?:run|[\w-]+\.sh)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ScriptPath();
}
