using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Ldap;

/// <summary>How what goes to the directory is protected.</summary>
internal enum LdapSecurity
{
    /// <summary>Not at all: passwords cross the network as they are.</summary>
    Plain,

    /// <summary>TLS begins inside the connection, before anything else is said (RFC 4511, 4.14). A directory that refuses it is not used.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Ldaps,
}

/// <summary>The directory that people sign in with, under the names of Open WebUI.</summary>
/// <param name="Label"><c>LDAP_SERVER_LABEL</c>, default <c>LDAP Server</c>: what the page calls it.</param>
/// <param name="Host"><c>LDAP_SERVER_HOST</c>, default <c>localhost</c>: name or address, which the certificate must bear. <c>ldap://</c> before it changes nothing, <c>ldaps://</c> asks for LDAPS on any port.</param>
/// <param name="Port"><c>LDAP_SERVER_PORT</c>, default 389 (636 with <c>ldaps://</c>).</param>
/// <param name="Security"><see cref="LdapSecurity.Ldaps"/> on ports 636 and 3269 (Active Directory's global catalog) and with <c>ldaps://</c>, whatever <c>LDAP_USE_TLS</c> says; on others <see cref="LdapSecurity.StartTls"/>, or <see cref="LdapSecurity.Plain"/> with <c>LDAP_USE_TLS=false</c>.</param>
/// <param name="ValidatesCertificate"><c>LDAP_VALIDATE_CERT</c>, default true. False takes any certificate, and so anybody between us and the directory.</param>
/// <param name="TrustedRoots"><c>LDAP_CA_CERT_FILE</c>: the certificates of a PEM file, read at the start. Then only these are trusted; without it, those of the system.</param>
/// <param name="AppDn"><c>LDAP_APP_DN</c>: who searches. Null searches as nobody (anonymously).</param>
/// <param name="AppPassword"><c>LDAP_APP_PASSWORD</c>, needed with <paramref name="AppDn"/>.</param>
/// <param name="SearchBase"><c>LDAP_SEARCH_BASE</c>: people are below it, at any depth.</param>
/// <param name="Filter"><c>LDAP_SEARCH_FILTER</c> (or <c>LDAP_SEARCH_FILTERS</c>): what else a person's entry must match. Default: nothing.</param>
/// <param name="UserNameAttribute"><c>LDAP_ATTRIBUTE_FOR_USERNAME</c>, default <c>uid</c> (Active Directory: <c>sAMAccountName</c>).</param>
/// <param name="MailAttribute"><c>LDAP_ATTRIBUTE_FOR_MAIL</c>, default <c>mail</c>.</param>
/// <param name="GroupsAttribute"><c>LDAP_ATTRIBUTE_FOR_GROUPS</c>, default <c>memberOf</c>: names of groups' entries.</param>
/// <param name="ManagesGroups"><c>ENABLE_LDAP_GROUP_MANAGEMENT</c>, default false: sign-in makes a person's groups those of the directory.</param>
/// <param name="CreatesGroups"><c>ENABLE_LDAP_GROUP_CREATION</c>, default false: groups that are not here yet are made.</param>
/// <remarks>
/// <c>LDAP_CIPHERS</c> is not read: it is a list of OpenSSL's, for which .NET has no setting. The system's own choice
/// (TLS 1.2 and 1.3) holds; <c>IgnoredVariables</c> says so at the start.
/// </remarks>
internal sealed record LdapOptions(
    string Label,
    string Host,
    int Port,
    LdapSecurity Security,
    bool ValidatesCertificate,
    X509Certificate2Collection? TrustedRoots,
    string? AppDn,
    string? AppPassword,
    string SearchBase,
    LdapFilter Filter,
    string UserNameAttribute,
    string MailAttribute,
    string GroupsAttribute,
    bool ManagesGroups,
    bool CreatesGroups)
{
    private const string LdapsScheme = "ldaps://";
    private const string LdapScheme = "ldap://";

    /// <summary>Leaves the password out.</summary>
    public override string ToString() => $"{Label} ({Host}:{Port}, {Security})";

    /// <summary>Null when <c>ENABLE_LDAP</c> is not true: then nothing else is looked at.</summary>
    public static LdapOptions? Read(VariableReader reader)
    {
        if (reader.Flag("ENABLE_LDAP") != true)
        {
            return null;
        }

        var (host, isLdaps) = ReadHost(reader);
        var port = reader.Integer("LDAP_SERVER_PORT", 1, 65_535) ?? (isLdaps ? 636 : 389);
        var usesTls = reader.Flag("LDAP_USE_TLS") ?? true;
        var (appDn, appPassword) = ReadApp(reader);
        return new(
            reader.Text("LDAP_SERVER_LABEL") ?? "LDAP Server",
            host,
            port,
            isLdaps || port is 636 or 3269 ? LdapSecurity.Ldaps : usesTls ? LdapSecurity.StartTls : LdapSecurity.Plain,
            reader.Flag("LDAP_VALIDATE_CERT") ?? true,
            ReadRoots(reader),
            appDn,
            appPassword,
            ReadSearchBase(reader),
            ReadFilter(reader),
            ReadAttribute(reader, "LDAP_ATTRIBUTE_FOR_USERNAME", "uid"),
            ReadAttribute(reader, "LDAP_ATTRIBUTE_FOR_MAIL", "mail"),
            ReadAttribute(reader, "LDAP_ATTRIBUTE_FOR_GROUPS", "memberOf"),
            reader.Flag("ENABLE_LDAP_GROUP_MANAGEMENT") ?? false,
            reader.Flag("ENABLE_LDAP_GROUP_CREATION") ?? false);
    }

    /// <summary>A name or number of an attribute, with options after semicolons (RFC 4512, 2.5).</summary>
    public static bool IsAttribute(string name) =>
        name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or ';' or '_');

    private static (string Host, bool IsLdaps) ReadHost(VariableReader reader)
    {
        const string variable = "LDAP_SERVER_HOST";
        var text = reader.Text(variable) ?? "localhost";
        var isLdaps = text.StartsWith(LdapsScheme, StringComparison.OrdinalIgnoreCase);
        var host = isLdaps ? text[LdapsScheme.Length..] : text.StartsWith(LdapScheme, StringComparison.OrdinalIgnoreCase) ? text[LdapScheme.Length..] : text;
        host = host.TrimEnd('/').Trim('[', ']');
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            reader.Fault(variable, text, "one host name or address, such as ldap.example.com or ldaps://ldap.example.com; the port stands in LDAP_SERVER_PORT");
        }

        return (host, isLdaps);
    }

    /// <summary>A DN without a password would be taken as nobody by many directories (RFC 4513, 5.1.2): what then fails looks like an empty directory.</summary>
    private static (string? Dn, string? Password) ReadApp(VariableReader reader)
    {
        var (dn, password) = (reader.Text("LDAP_APP_DN"), reader.Text("LDAP_APP_PASSWORD"));
        if (dn is null && password is not null)
        {
            reader.Fault("LDAP_APP_DN", "nothing", "the DN that LDAP_APP_PASSWORD belongs to, such as cn=site,dc=example,dc=com");
        }
        else if (dn is not null && password is null)
        {
            reader.Fault("LDAP_APP_PASSWORD", "nothing", "the password of LDAP_APP_DN (leave both out to search anonymously)");
        }

        return (dn, password);
    }

    private static string ReadSearchBase(VariableReader reader)
    {
        var text = reader.Text("LDAP_SEARCH_BASE");
        if (text is null || !text.Contains('=', StringComparison.Ordinal))
        {
            reader.Fault("LDAP_SEARCH_BASE", text ?? "nothing", "the DN below which people are, such as ou=people,dc=example,dc=com");
        }

        return text ?? "";
    }

    private static LdapFilter ReadFilter(VariableReader reader)
    {
        if (reader.Text("LDAP_SEARCH_FILTER", "LDAP_SEARCH_FILTERS") is not { } text)
        {
            return LdapFilter.None;
        }

        if (LdapFilter.TryParse(text) is { } filter)
        {
            return filter;
        }

        reader.Fault(
            reader.Text("LDAP_SEARCH_FILTER") is null ? "LDAP_SEARCH_FILTERS" : "LDAP_SEARCH_FILTER", text,
            "a filter with balanced parentheses, such as (objectClass=person) or (&(objectClass=person)(!(employeeType=guest)))");
        return LdapFilter.None;
    }

    private static string ReadAttribute(VariableReader reader, string variable, string standard)
    {
        var text = reader.Text(variable) ?? standard;
        if (!IsAttribute(text))
        {
            reader.Fault(variable, text, $"the name of an attribute, such as {standard}");
        }

        return text;
    }

    private static X509Certificate2Collection? ReadRoots(VariableReader reader)
    {
        const string variable = "LDAP_CA_CERT_FILE";
        if (reader.Text(variable) is not { } path)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // What is wrong with it is said below, with the same words for an empty file.
        }

        if (roots.Count == 0)
        {
            reader.Fault(variable, path, "a file that this process can read, with at least one certificate in PEM form (BEGIN CERTIFICATE)");
        }

        return roots;
    }
}
