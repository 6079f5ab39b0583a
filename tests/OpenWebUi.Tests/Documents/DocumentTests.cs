using System.Text.RegularExpressions;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Documents;

/// <summary>Variables that the documents name, against those that the code reads; and links between documents.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Repository = PublishedPackage.Repository();

    /// <summary>Named, and nothing that this program reads: what for.</summary>
    private static readonly Dictionary<string, string> Others = new()
    {
        ["OLLAMA_HOST"] = "of Ollama",
        ["REMOTE_ADDR"] = "of Apache",
        ["SSL_CERT_FILE"] = "of .NET: authorities that are trusted",
        ["PRODUCT_LOGS"] = "of the tests",
        ["WRITE_DOCS"] = "of the tests",
        ["OPENWEBUI_PACKAGE"] = "of the tests",
    };

    /// <summary>How a row of docs/migration.md says what a variable becomes, by its first word.</summary>
    private static readonly string[] Outcomes = ["works", "nothing", "not yet"];

    private static IEnumerable<string> Pages => Directory.GetFiles(Path.Combine(Repository, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Repository, "README.md"));

    [Fact]
    public void Variable_ThatADocumentNames_IsRead()
    {
        var asked = ReadVariables.Asked();
        var unread = Rows().Where(row => row.Outcome != "works").SelectMany(row => row.Names).ToHashSet();
        foreach (var page in Pages)
        {
            var isMigration = Path.GetFileName(page) == "migration.md";
            var unknown = VariablesIn(File.ReadAllText(page)).Where(name => !asked.Contains(name) && !Others.ContainsKey(name) && !(isMigration && unread.Contains(name)));
            Assert.True(!unknown.Any(), $"{Path.GetRelativePath(Repository, page)} names {string.Join(", ", unknown.Distinct())}");
        }
    }

    [Fact]
    public void Variable_ThatTheCodeReads_IsInTheConfigurationPage()
    {
        var named = VariablesIn(File.ReadAllText(Path.Combine(Repository, "docs", "configuration.md"))).ToHashSet();
        Assert.Empty(ReadVariables.Asked().Except(named));
    }

    [Fact]
    public void Variable_OfAnAncestor_BecomesWhatTheMigrationPageSays()
    {
        var asked = ReadVariables.Asked();
        var rows = Rows().ToList();
        Assert.True(rows.Count > 60, $"{rows.Count} rows");
        foreach (var (names, outcome, line) in rows)
        {
            Assert.True(Outcomes.Contains(outcome), line);
            foreach (var name in names)
            {
                Assert.True(asked.Contains(name) == (outcome == "works"), $"{name}: {line}");
                // Nothing is silent: what does nothing says so at the start.
                Assert.True(ReadVariables.IsIgnored(name) == (outcome != "works"), $"{name} in IgnoredVariables: {line}");
            }
        }
    }

    [Fact]
    public void Links_LeadSomewhere()
    {
        foreach (var page in Pages)
        {
            foreach (var target in Link().Matches(File.ReadAllText(page)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)))
            {
                Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target)), $"{Path.GetRelativePath(Repository, page)} links to {target}");
            }
        }
    }

    /// <summary>The rows of the tables of variables in docs/migration.md.</summary>
    private static IEnumerable<(IReadOnlyList<string> Names, string Outcome, string Line)> Rows() =>
        from line in File.ReadAllLines(Path.Combine(Repository, "docs", "migration.md"))
        let cells = line.Split(" | ")
        where cells.Length >= 2 && cells[0].StartsWith("| `", StringComparison.Ordinal) && VariablesIn(cells[0]).Any()
        select ((IReadOnlyList<string>)[.. VariablesIn(cells[0])], cells[1].Split([':', ';', ',', '.'])[0].TrimEnd(' ', '|'), line);

    /// <summary>What looks like a variable in backticks, in a block of code before an equals sign, or is one of the short ones.</summary>
    private static IEnumerable<string> VariablesIn(string page) =>
        InBackticks().Matches(page).Concat(Assigned().Matches(page)).Select(match => match.Groups[1].Value).Where(name => !name.Contains("...", StringComparison.Ordinal));

    [GeneratedRegex(@"`(?<name>(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+_proxy|AzureWebJobsStorage(?:__\w+)?|AzureSignalRConnectionString(?:__\w+)?|CODE|HOST|PORT))(?:=[^`]*)?`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InBackticks();

    [GeneratedRegex(@"(?:^|[\s`])(?<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|CODE|HOST|PORT)=", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(?:#[^)]*)?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
