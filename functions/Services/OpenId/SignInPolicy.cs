using OpenWebUi.Platform.Security;
using System.Text.Json;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.OpenId;

/// <summary>Which claims mean what. A name with dots that is no claim itself goes into objects: <c>realm_access.roles</c>.</summary>
/// <param name="Name"><c>OAUTH_USERNAME_CLAIM</c>, default <c>name</c>.</param>
/// <param name="Email"><c>OAUTH_EMAIL_CLAIM</c>, default <c>email</c>.</param>
/// <param name="Picture"><c>OAUTH_PICTURE_CLAIM</c>, default <c>picture</c>.</param>
/// <param name="Subject"><c>OAUTH_SUB_CLAIM</c>, default null: <c>sub</c>. Another one must be as unique and as lasting, or accounts fall into other hands.</param>
/// <param name="Roles"><c>OAUTH_ROLES_CLAIM</c>, default <c>roles</c>.</param>
/// <param name="Groups"><c>OAUTH_GROUPS_CLAIM</c>, default <c>groups</c>.</param>
internal sealed record ClaimNames(string Name, string Email, string Picture, string? Subject, string Roles, string Groups)
{
    public static ClaimNames Read(VariableReader reader) => new(
        reader.Text("OAUTH_USERNAME_CLAIM") ?? "name",
        reader.Text("OAUTH_EMAIL_CLAIM") ?? "email",
        reader.Text("OAUTH_PICTURE_CLAIM") ?? "picture",
        reader.Text("OAUTH_SUB_CLAIM"),
        reader.Text("OAUTH_ROLES_CLAIM") ?? "roles",
        reader.Text("OAUTH_GROUPS_CLAIM") ?? "groups");
}

/// <summary>Who may come in from a provider, and as what.</summary>
/// <param name="CreatesAccounts"><c>ENABLE_OAUTH_SIGNUP</c>, default false: only people who have an account come in.</param>
/// <param name="MergesByEmail"><c>OAUTH_MERGE_ACCOUNTS_BY_EMAIL</c>, default false: an account is found by its verified e-mail address too.</param>
/// <param name="ManagesRoles"><c>ENABLE_OAUTH_ROLE_MANAGEMENT</c>, default false: the provider's roles decide at every sign-in.</param>
/// <param name="AllowedRoles"><c>OAUTH_ALLOWED_ROLES</c>, default <c>user,admin</c>: who has none of them stays out or pending.</param>
/// <param name="AdminRoles"><c>OAUTH_ADMIN_ROLES</c>, default <c>admin</c>.</param>
/// <param name="ManagesGroups"><c>ENABLE_OAUTH_GROUP_MANAGEMENT</c>, default false.</param>
/// <param name="CreatesGroups"><c>ENABLE_OAUTH_GROUP_CREATION</c>, default false: groups that are not there yet are made.</param>
/// <param name="BlockedGroups"><c>OAUTH_BLOCKED_GROUPS</c>, default none: groups of the provider that mean nothing here.</param>
/// <param name="AllowedDomains"><c>OAUTH_ALLOWED_DOMAINS</c>, default <c>*</c>: null when every domain is allowed. In small letters.</param>
internal sealed record SignInPolicy(
    bool CreatesAccounts, bool MergesByEmail, bool ManagesRoles, IReadOnlyList<string> AllowedRoles, IReadOnlyList<string> AdminRoles,
    bool ManagesGroups, bool CreatesGroups, IReadOnlyList<string> BlockedGroups, IReadOnlyList<string>? AllowedDomains)
{
    private const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    public static SignInPolicy Read(VariableReader reader) => new(
        reader.Flag("ENABLE_OAUTH_SIGNUP") ?? false,
        reader.Flag("OAUTH_MERGE_ACCOUNTS_BY_EMAIL") ?? false,
        reader.Flag("ENABLE_OAUTH_ROLE_MANAGEMENT") ?? false,
        Commas(reader, "OAUTH_ALLOWED_ROLES") ?? ["user", "admin"],
        Commas(reader, "OAUTH_ADMIN_ROLES") ?? ["admin"],
        reader.Flag("ENABLE_OAUTH_GROUP_MANAGEMENT") ?? false,
        reader.Flag("ENABLE_OAUTH_GROUP_CREATION") ?? false,
        Commas(reader, "OAUTH_BLOCKED_GROUPS") ?? [],
        Domains(reader));

    /// <summary>Whether an e-mail address may come in. Without an address only where every domain may.</summary>
    public bool AllowsDomainOf(string? email)
    {
        if (AllowedDomains is null)
        {
            return true;
        }

        var at = email?.LastIndexOf('@') ?? -1;
        return at > 0 && AllowedDomains.Contains(email![(at + 1)..].ToLowerInvariant());
    }

    private static List<string>? Domains(VariableReader reader)
    {
        const string variable = "OAUTH_ALLOWED_DOMAINS";
        if (Commas(reader, variable) is not { } entries || entries.Contains("*"))
        {
            return null;
        }

        foreach (var entry in entries.Where(entry => Uri.CheckHostName(entry) != UriHostNameType.Dns))
        {
            // "@example.com" would match nobody, and lock everybody out without a word.
            reader.Fault(variable, entry, "domains such as example.com with commas between them, or *");
        }

        return [.. entries.Select(entry => entry.ToLowerInvariant())];
    }

    /// <summary>Commas, or a JSON array of strings.</summary>
    private static string[]? Commas(VariableReader reader, string name)
    {
        if (reader.Text(name) is not { } text)
        {
            return null;
        }

        if (text[0] != '[')
        {
            return text.Split(',', Clean);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(e => e.GetString()?.Trim() ?? "").Where(entry => entry.Length > 0)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            reader.Fault(name, text, "entries with commas between them, or a JSON array of strings");
            return null;
        }
    }
}
