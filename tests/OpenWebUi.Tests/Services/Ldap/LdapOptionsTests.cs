using OpenWebUi.Services.Ldap;

namespace OpenWebUi.Tests.Services.Ldap;

public sealed class LdapOptionsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("ENABLE_LDAP=false")]
    [InlineData("ENABLE_LDAP=false\nLDAP_SERVER_PORT=none\nLDAP_SEARCH_FILTER=(((\nLDAP_CA_CERT_FILE=/nowhere")]
    public void Options_WhereLdapIsOff_AreNotLookedAt(string environment)
    {
        var (options, faults) = Read(environment);
        Assert.Null(options);
        Assert.Empty(faults);
    }

    [Fact]
    public void Options_LeftOut_AreOpenWebUisDefaults()
    {
        var (options, faults) = Read("ENABLE_LDAP=true\nLDAP_SEARCH_BASE=dc=example");
        Assert.Empty(faults);
        Assert.Equal(
            new LdapOptions("LDAP Server", "localhost", 389, LdapSecurity.StartTls, true, null, null, null, "dc=example", LdapFilter.None, "uid", "mail", "memberOf", false, false),
            options);
    }

    [Fact]
    public void Options_ThatAreSet_AreRead()
    {
        var (options, faults) = Read(
            "ENABLE_LDAP=1\nLDAP_SERVER_LABEL=Work\nLDAP_SERVER_HOST=dc1.example.com\nLDAP_SERVER_PORT=3890\nLDAP_ATTRIBUTE_FOR_MAIL=userPrincipalName\nLDAP_ATTRIBUTE_FOR_USERNAME=sAMAccountName\n"
            + "LDAP_ATTRIBUTE_FOR_GROUPS=groups\nLDAP_APP_DN=cn=app\nLDAP_APP_PASSWORD=secret\nLDAP_SEARCH_BASE=dc=example\nLDAP_SEARCH_FILTERS=(a=b)\nLDAP_USE_TLS=false\nLDAP_VALIDATE_CERT=no\n"
            + "ENABLE_LDAP_GROUP_MANAGEMENT=true\nENABLE_LDAP_GROUP_CREATION=true");
        Assert.Empty(faults);
        Assert.Equal(
            new LdapOptions("Work", "dc1.example.com", 3890, LdapSecurity.Plain, false, null, "cn=app", "secret", "dc=example", options!.Filter, "sAMAccountName", "userPrincipalName", "groups", true, true),
            options);
        Assert.NotSame(LdapFilter.None, options.Filter);
    }

    [Theory]
    [InlineData("LDAP_SERVER_PORT=389", "localhost:389 StartTls")]
    [InlineData("LDAP_SERVER_PORT=636", "localhost:636 Ldaps")]
    [InlineData("LDAP_SERVER_PORT=636\nLDAP_USE_TLS=false", "localhost:636 Ldaps")]
    [InlineData("LDAP_SERVER_PORT=3269", "localhost:3269 Ldaps")]
    [InlineData("LDAP_USE_TLS=false", "localhost:389 Plain")]
    [InlineData("LDAP_SERVER_HOST=ldaps://a.example", "a.example:636 Ldaps")]
    [InlineData("LDAP_SERVER_HOST=LDAPS://a.example/\nLDAP_SERVER_PORT=6360\nLDAP_USE_TLS=false", "a.example:6360 Ldaps")]
    [InlineData("LDAP_SERVER_HOST=ldap://a.example", "a.example:389 StartTls")]
    [InlineData("LDAP_SERVER_HOST=open_ldap", "open_ldap:389 StartTls")]
    [InlineData("LDAP_SERVER_HOST=[fd00::1]", "fd00::1:389 StartTls")]
    public void Security_FollowsFromPortAndHost(string environment, string expected)
    {
        var (options, faults) = Read("ENABLE_LDAP=true\nLDAP_SEARCH_BASE=dc=example\n" + environment);
        Assert.Empty(faults);
        Assert.Equal(expected, $"{options!.Host}:{options.Port} {options.Security}");
    }

    [Theory]
    [InlineData("LDAP_SEARCH_BASE=", "LDAP_SEARCH_BASE")]
    [InlineData("LDAP_SEARCH_BASE=example.com", "LDAP_SEARCH_BASE")]
    [InlineData("LDAP_SERVER_PORT=0", "LDAP_SERVER_PORT")]
    [InlineData("LDAP_SERVER_PORT=ldap", "LDAP_SERVER_PORT")]
    [InlineData("LDAP_SERVER_HOST=https://a.example", "LDAP_SERVER_HOST")]
    [InlineData("LDAP_SERVER_HOST=a.example:636", "LDAP_SERVER_HOST")]
    [InlineData("LDAP_SERVER_HOST=a.example b.example", "LDAP_SERVER_HOST")]
    [InlineData("LDAP_USE_TLS=maybe", "LDAP_USE_TLS")]
    [InlineData("LDAP_VALIDATE_CERT=maybe", "LDAP_VALIDATE_CERT")]
    [InlineData("ENABLE_LDAP_GROUP_MANAGEMENT=maybe", "ENABLE_LDAP_GROUP_MANAGEMENT")]
    [InlineData("ENABLE_LDAP_GROUP_CREATION=maybe", "ENABLE_LDAP_GROUP_CREATION")]
    [InlineData("LDAP_CA_CERT_FILE=/nowhere/ca.pem", "LDAP_CA_CERT_FILE")]
    [InlineData("LDAP_CA_CERT_FILE=/etc/hostname", "LDAP_CA_CERT_FILE")]
    [InlineData("LDAP_CA_CERT_FILE=/etc", "LDAP_CA_CERT_FILE")]
    [InlineData("LDAP_APP_DN=cn=app", "LDAP_APP_PASSWORD")]
    [InlineData("LDAP_APP_PASSWORD=secret", "LDAP_APP_DN")]
    [InlineData("LDAP_ATTRIBUTE_FOR_MAIL=mail)(a", "LDAP_ATTRIBUTE_FOR_MAIL")]
    [InlineData("LDAP_ATTRIBUTE_FOR_USERNAME=user name", "LDAP_ATTRIBUTE_FOR_USERNAME")]
    [InlineData("LDAP_ATTRIBUTE_FOR_GROUPS=*", "LDAP_ATTRIBUTE_FOR_GROUPS")]
    [InlineData("LDAP_SEARCH_FILTER=(a=b", "LDAP_SEARCH_FILTER")]
    [InlineData("LDAP_SEARCH_FILTERS=(a=b))", "LDAP_SEARCH_FILTERS")]
    [InlineData("LDAP_SEARCH_FILTER=(a=b)\nLDAP_SEARCH_FILTERS=(a=c)", "LDAP_SEARCH_FILTERS")]
    public void Setting_ThatCannotBeMeant_IsAFaultOfItsVariable(string environment, string variable)
    {
        var fault = Assert.Single(Read("ENABLE_LDAP=true\n" + (environment.StartsWith("LDAP_SEARCH_BASE", StringComparison.Ordinal) ? "" : "LDAP_SEARCH_BASE=dc=example\n") + environment).Faults);
        Assert.Equal(variable, fault.Variable);
        Assert.DoesNotContain("secret", fault.Held, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a=b)", true)]
    [InlineData(" (a=b) (c=d) ", true)]
    [InlineData("(a;lang-de=b)", true)]
    [InlineData("(1.2.840.113556.1.4.803=1)", true)]
    [InlineData("(memberOf:1.2.840.113556.1.4.1941:=cn=chat users,dc=example,dc=com)", true)]
    [InlineData("(!(userAccountControl:1.2.840.113556.1.4.803:=2))", true)]
    [InlineData("(:dn:1.2.3:=x)", true)]
    [InlineData("(a=)", true)]
    [InlineData("(a=b=c)", true)]
    [InlineData("a=b", false)]
    [InlineData("()", false)]
    [InlineData("(=b)", false)]
    [InlineData("(a)", false)]
    [InlineData("(a=b)c", false)]
    [InlineData("(a=b(c=d)", false)]
    [InlineData("(&)", false)]
    [InlineData("(!(a=b)(c=d))", false)]
    [InlineData("(&(a=b)", false)]
    [InlineData("(&(a=b)))", false)]
    [InlineData("((a=b))", false)]
    [InlineData("(a b=c)", false)]
    [InlineData("(a=**)", false)]
    [InlineData("(a=b**c)", false)]
    [InlineData(@"(a=\)", false)]
    [InlineData(@"(a=\zz)", false)]
    [InlineData(@"(a=\2)", false)]
    [InlineData("(a=b\0)", false)]
    [InlineData("(:=x)", false)]
    [InlineData("(:dn:=x)", false)]
    [InlineData("(a:b:c:=x)", false)]
    public void Filter_IsAFilterOfRfc4515(string text, bool isFilter) => Assert.Equal(isFilter, LdapFilter.TryParse(text) is not null);

    [Fact]
    public void Filter_ThatIsDeepWithoutEnd_IsRefused() =>
        Assert.Null(LdapFilter.TryParse(string.Concat(Enumerable.Repeat("(!", 100_000)) + "(a=b)" + new string(')', 100_000)));

    [Theory]
    [InlineData("cn=Readers,ou=groups,dc=example", "Readers")]
    [InlineData("CN=Domain Users,CN=Users,DC=example", "Domain Users")]
    [InlineData("cn = Readers , ou=groups", "Readers")]
    [InlineData(@"cn=Sales\, North,dc=example", "Sales, North")]
    [InlineData(@"cn=Sales\2C North,dc=example", "Sales, North")]
    [InlineData(@"cn=Caf\C3\A9,dc=example", "Café")]
    [InlineData(@"cn=Café 🐎,dc=example", "Café 🐎")]
    [InlineData(@"cn=a\+b\\,dc=example", @"a+b\")]
    [InlineData(@"cn=ends with a blank\ ,dc=example", "ends with a blank ")]
    [InlineData("uid=1+cn=Both,dc=example", "Both")]
    [InlineData("2.5.4.3=ByNumber", "ByNumber")]
    [InlineData("ou=groups,cn=NotItsOwn,dc=example", null)]
    [InlineData("cn=,dc=example", null)]
    [InlineData("cn=#0403414243", null)]
    [InlineData(@"cn=\C3,dc=example", null)]
    [InlineData(@"cn=a\", null)]
    [InlineData("Readers", null)]
    [InlineData("", null)]
    public void CommonName_IsThatOfTheEntryItself(string dn, string? expected) => Assert.Equal(expected, DistinguishedName.CommonNameOf(dn));

    private static (LdapOptions? Options, IReadOnlyList<OpenWebUi.Platform.Configuration.Fault> Faults) Read(string environment)
    {
        var (options, faults) = LdapSite.Read(environment.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(p => p[0], p => p[1]));
        return (options, faults.All);
    }
}
