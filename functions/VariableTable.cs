using System.Text;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi;

/// <summary>A row of docs/configuration.md, in Markdown.</summary>
/// <param name="Names">One variable or several that belong together, each in backticks; other names for one stand behind it in brackets.</param>
/// <param name="Default">One, or one for each name with commas between them. What stands in backticks alone is what the variable could be set to without changing anything.</param>
/// <param name="Meaning">What it does.</param>
internal sealed record VariableRow(string Names, string Default, string Meaning);

/// <summary>
/// Every environment variable that is read: what <c>OpenWebUi variables</c> prints and docs/configuration.md holds. <c>VariableTableTests</c>
/// compares it with what the options classes really ask for, its defaults with theirs, and docs/configuration.md with it.
/// </summary>
internal static partial class VariableTable
{
    /// <summary>The tables by the name that marks their place in docs/configuration.md, in its order.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<VariableRow> Rows)> All =>
    [
        ("access", Access), ("providers", Providers), ("vendors", [.. Vendors]), ("models", Models), ("store", Store), ("answers", Answers),
        ("site", Site), ("administrator", Administrator), ("permissions", [.. Permissions]), ("sign-in", SignIn), ("ldap", Ldap), ("platform", Platform),
    ];

    private static IEnumerable<VariableRow> Vendors =>
        VendorVariables.Known.Select(vendor => new VariableRow($"`{vendor.Prefix}_API_KEY`, `{vendor.Prefix}_URL`", "none, the vendor's", vendor.Url));

    private static IEnumerable<VariableRow> Permissions =>
        PermissionSet.Known.Select(one => new VariableRow($"`{one.Variable}`", one.IsDefault ? "`true`" : "`false`", $"`{one.Path}`"));

    public static string Markdown(IReadOnlyList<VariableRow> rows)
    {
        var text = new StringBuilder("| variable | default | meaning |\n|---|---|---|\n");
        foreach (var row in rows)
        {
            text.Append("| ").Append(row.Names).Append(" | ").Append(row.Default).Append(" | ").Append(row.Meaning).Append(" |\n");
        }

        return text.ToString();
    }
}
