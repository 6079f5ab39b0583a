using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Documents;

/// <summary>The tables of docs/configuration.md against the program: names, defaults, and the file itself.</summary>
public sealed partial class VariableTableTests
{
    /// <summary>Writes the file anew instead of comparing: <c>WRITE_DOCS=1 dotnet test tests/OpenWebUi.Tests --filter FullyQualifiedName~VariableTableTests</c>.</summary>
    private const string Write = "WRITE_DOCS";

    /// <summary>In the source and no variable: features of Open WebUI that settings of its form name, and what prompts may hold in braces.</summary>
    private static readonly string[] Words =
        ["CURRENT_DATE", "CURRENT_DATETIME", "CURRENT_TIME", "CURRENT_WEEKDAY", "ENABLE_CHANNELS", "ENABLE_COMMUNITY_SHARING", "ENABLE_MESSAGE_RATING", "ENABLE_NOTES", "ENABLE_USER_WEBHOOKS", "RESPONSE_WATERMARK"];

    private static IEnumerable<VariableRow> Rows => VariableTable.All.SelectMany(table => table.Rows);

    [Fact]
    public void Variables_ThatTheCodeReads_AreThoseOfTheTable()
    {
        var asked = ReadVariables.Asked();
        Assert.Equal(asked, Rows.SelectMany(row => NamesIn(row.Names)).ToSortedSet());
        // What listening missed because no site of it sets what it hangs on.
        Assert.Empty(ReadVariables.InSource().Except(asked).Except(Words));
        Assert.True(asked.Count > 190, $"{asked.Count} variables");
    }

    [Fact]
    public void Variable_StandsInOneRow() =>
        Assert.Empty(Rows.SelectMany(row => NamesIn(row.Names)).GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key));

    [Fact]
    public void Default_SetByHand_ChangesNothing()
    {
        var count = 0;
        foreach (var (name, value) in Rows.SelectMany(Defaults))
        {
            foreach (var site in ReadVariables.Sites.Where(site => !site.ContainsKey(name)))
            {
                var (before, after) = (Picture(site), Picture(new(site) { [name] = value }));
                Assert.True(before == after, $"{name}={value} changes\n{before}\ninto\n{after}");
                count++;
            }
        }

        Assert.True(count > 500, $"{count} comparisons");
    }

    [Fact]
    public void Default_OfAnother_IsNoticed()
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("CHAT_RUNNING_LIMIT", "17"), ("ENABLE_TITLE_GENERATION", "false"), ("WEBUI_NAME", "Other"), ("PORT", "7072"), ("OAUTH_ROLES_CLAIM", "other")])
        {
            Assert.NotEqual(Picture([]), Picture(new() { [name] = value }));
        }
    }

    [Fact]
    public void ConfigurationPage_HoldsTheTables()
    {
        var path = Path.Combine(PublishedPackage.Repository(), "docs", "configuration.md");
        var page = File.ReadAllText(path);
        var tables = VariableTable.All.ToDictionary(table => table.Name, table => VariableTable.Markdown(table.Rows));
        Assert.Equal(tables.Keys, Places().Matches(page).Select(place => place.Groups[1].Value));
        var fresh = Places().Replace(page, place => $"<!-- variables: {place.Groups[1].Value} -->\n{tables[place.Groups[1].Value]}<!-- end -->\n");
        if (Environment.GetEnvironmentVariable(Write) is not null)
        {
            File.WriteAllText(path, fresh);
            return;
        }

        Assert.True(fresh == page, $"docs/configuration.md is stale. Write it anew: {Write}=1 dotnet test tests/OpenWebUi.Tests --filter FullyQualifiedName~{nameof(VariableTableTests)}");
    }

    private static IEnumerable<string> NamesIn(string cell) => Quoted().Matches(cell).Select(match => match.Groups[1].Value);

    /// <summary>The names of a row with the defaults that stand alone in backticks; other defaults are words.</summary>
    private static IEnumerable<(string Name, string Value)> Defaults(VariableRow row)
    {
        var names = NamesIn(Bracketed().Replace(row.Names, "")).ToList();
        // A single variable has one default, whatever commas are in it.
        var cells = names.Count == 1 ? [row.Default] : InBackticksOrWords().Matches(row.Default).Select(match => match.Value.Trim()).ToList();
        if (names.Count != cells.Count)
        {
            Assert.True(cells.Count == 1 && !IsLiteral(cells[0]), $"{row.Names} has {names.Count} names and the defaults {row.Default}");
            yield break;
        }

        foreach (var (name, cell) in names.Zip(cells).Where(pair => IsLiteral(pair.Second)))
        {
            yield return (name, cell.Trim('`'));
        }
    }

    private static bool IsLiteral(string cell) => Literal().IsMatch(cell) && !cell.Contains('<', StringComparison.Ordinal);

    /// <summary>Everything that the settings hold, as text: records are compared member by member, also lists in them.</summary>
    private static string Picture(Dictionary<string, string> environment)
    {
        var faults = new FaultList();
        var text = new StringBuilder();
        Draw(text, SiteSettings.Read(new Variables(environment), faults), 0);
        Assert.True(faults.All.Count == 0, faults.ToString());
        return text.ToString();
    }

    private static void Draw(StringBuilder text, object? value, int depth)
    {
        if (value is null or string or Uri || value.GetType() is { IsPrimitive: true } or { IsEnum: true } || value is IFormattable || depth > 6)
        {
            text.Append(value).Append('\n');
            return;
        }

        if (value is IEnumerable many)
        {
            foreach (var one in many)
            {
                Draw(text, one, depth + 1);
            }

            return;
        }

        foreach (var field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(field => value.GetType().Namespace?.StartsWith("OpenWebUi", StringComparison.Ordinal) == true && !typeof(Delegate).IsAssignableFrom(field.FieldType)))
        {
            // What the environment fixes is told apart from what is so anyway: an administrator cannot change it. The value is what a default is about.
            if (field.Name.StartsWith("<EnablesO", StringComparison.Ordinal) || field.Name.StartsWith("<Permissions>", StringComparison.Ordinal) || field.Name.StartsWith("<Values>", StringComparison.Ordinal))
            {
                continue;
            }

            text.Append(' ', depth).Append(field.Name).Append('=');
            Draw(text, field.GetValue(value), depth + 1);
        }

        if (value is AdminSettingsOptions admin)
        {
            Draw(text, admin.Alone, depth + 1);
        }
    }

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@" \([^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bracketed();

    [GeneratedRegex("(?:`[^`]*`|[^,`])+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InBackticksOrWords();

    [GeneratedRegex("^`[^`]+`$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex("<!-- variables: (?<table>[a-z-]+) -->\n(?:[^<]|<(?!!-- end))*<!-- end -->\n", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Places();
}
