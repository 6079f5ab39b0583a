using System.Text.RegularExpressions;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests;

/// <summary>The list of the host's traps (docs/functions-host.md) names tests that there are.</summary>
public sealed partial class TrapListTests
{
    [Fact]
    public void EveryTest_ThatTheListNames_IsThere()
    {
        var root = PublishedPackage.Repository();
        var rows = File.ReadLines(Path.Combine(root, "docs", "functions-host.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToList();
        var named = rows.SelectMany(row => Name().Matches(row)).Select(match => (Class: match.Groups["class"].Value, Method: match.Groups["method"].Value)).Distinct().ToList();
        Assert.InRange(named.Count, 50, 500);
        var files = new[] { "OpenWebUi.Tests", "FunctionsHostDouble.Tests" }
            .SelectMany(project => Directory.GetFiles(Path.Combine(root, "tests", project), "*Tests.cs", SearchOption.AllDirectories))
            .ToLookup(path => Path.GetFileNameWithoutExtension(path), File.ReadAllText);
        Assert.All(named, test => Assert.Contains(files[test.Class], text => text.Contains($" {test.Method}(", StringComparison.Ordinal)));
        // Each trap is held by somebody.
        Assert.All(rows.Where(row => !row.Contains("**", StringComparison.Ordinal)).Skip(1), row => Assert.Matches(Name(), row));
    }

    [GeneratedRegex("`(?<class>[A-Za-z0-9]+Tests)[.](?<method>[A-Za-z0-9_]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Name();
}
