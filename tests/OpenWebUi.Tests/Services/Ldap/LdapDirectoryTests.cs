using OpenWebUi.Services.Ldap;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>Who somebody is, asked of a real slapd over StartTLS unless said otherwise.</summary>
public sealed class LdapDirectoryTests
{
    [Fact]
    public async Task Person_WithTheRightPassword_IsFoundWithGroups()
    {
        var site = await SiteAsync();
        var person = Assert.IsType<LdapOutcome.Found>(await site.FindAsync(" ADA ", SlapdServer.Password)).Person;
        Assert.Equal(("Ada Lovelace", "ada", "ada.lovelace@example.com"), (person.Name, person.UserName, person.Email));
        Assert.Equal(["Readers", "Sales, North"], person.Groups.Order(StringComparer.Ordinal));
        Assert.Empty(site.Lines);
    }

    [Fact]
    public async Task Person_WithCharactersBeyondAscii_IsFound()
    {
        var person = Assert.IsType<LdapOutcome.Found>(await (await SiteAsync()).FindAsync("zoë", "pässwörd 🐎")).Person;
        Assert.Equal(("Zoë, Dr.", "zoë", "zoe@example.com"), (person.Name, person.UserName, person.Email));
        Assert.Empty(person.Groups);
    }

    [Theory]
    [InlineData("ada", "wrong")]
    [InlineData("ada", "Right horse")]
    [InlineData("ada", "right horse ")]
    [InlineData("nopassword", SlapdServer.Password)]
    [InlineData("nobody", SlapdServer.Password)]
    [InlineData("twin", SlapdServer.Password)]
    [InlineData("nomail", "wrong")]
    [InlineData("*", SlapdServer.Password)]
    [InlineData("a*", SlapdServer.Password)]
    [InlineData("ada)(uid=*", SlapdServer.Password)]
    [InlineData(")(uid=*", SlapdServer.Password)]
    [InlineData("ada)(|(uid=*", SlapdServer.Password)]
    [InlineData("x)(|(objectClass=*)", SlapdServer.Password)]
    [InlineData("ada\0", SlapdServer.Password)]
    [InlineData("ada\0)(uid=*", SlapdServer.Password)]
    [InlineData("\\61da", SlapdServer.Password)]
    [InlineData("\\", SlapdServer.Password)]
    [InlineData("\\2a", SlapdServer.Password)]
    [InlineData("\ud800", SlapdServer.Password)]
    [InlineData("", SlapdServer.Password)]
    // By RFC 4518 these are ada, too (for slapd the wide letter is); for who counts guesses by name they would be others.
    [InlineData("a\u00adda", SlapdServer.Password)]
    [InlineData("\uff41da", SlapdServer.Password)]
    [InlineData("a\u200bda", SlapdServer.Password)]
    public async Task Credentials_ThatAreNotRight_AreWrong(string user, string password) =>
        Assert.IsType<LdapOutcome.WrongCredentials>(await (await SiteAsync()).FindAsync(user, password));

    /// <summary>The name is compared letter by letter: nothing in it is escaped twice or read as a filter.</summary>
    [Fact]
    public async Task UserName_MadeOfFilterCharacters_IsOnlyItself()
    {
        var found = Assert.IsType<LdapOutcome.Found>(await (await SiteAsync()).FindAsync(@"o*d)(uid=\2a", SlapdServer.Password));
        Assert.Equal("odd@example.com", found.Person.Email);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t\n\u00a0")]
    [InlineData("\0")]
    [InlineData(" \0 ")]
    [InlineData("\0right horse")]
    [InlineData("right horse\0")]
    public async Task Password_ThatIsEmptyOrHoldsNul_IsWrong_AndTheDirectoryHearsNothing(string password)
    {
        var slapd = await SlapdServer.GetAsync();
        await using var tap = new WireTap(slapd.Port);
        var site = new LdapSite(LdapSite.Plain(tap.Port));
        Assert.IsType<LdapOutcome.WrongCredentials>(await site.FindAsync("ada", password));
        Assert.Empty(tap.Sent);
        // The tap would have heard it, and slapd is one that lets an empty password in as nobody.
        Assert.IsType<LdapOutcome.Found>(await site.FindAsync("ada", SlapdServer.Password));
        Assert.Equal(2, tap.Sent.Count);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("twin")]
    public async Task Person_WhoIsUnknownOrNotUnique_CostsTheSameMessages_AndThePasswordGoesNowhere(string user)
    {
        var slapd = await SlapdServer.GetAsync();
        await using var tap = new WireTap(slapd.Port);
        var site = new LdapSite(LdapSite.Plain(tap.Port));
        Assert.IsType<LdapOutcome.WrongCredentials>(await site.FindAsync(user, SlapdServer.Password));
        Assert.Equal(2, tap.Sent.Count);
        Assert.Contains("cn=nobody-", tap.Sent[1], StringComparison.Ordinal);
        Assert.DoesNotContain(tap.Sent, sent => sent.Contains(SlapdServer.Password, StringComparison.Ordinal));
        Assert.Contains(slapd.Log, line => line.Contains("BIND dn=\"cn=nobody-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TwoOfOneName_AreNobody_AndTheOperatorIsTold()
    {
        var site = await SiteAsync();
        Assert.IsType<LdapOutcome.WrongCredentials>(await site.FindAsync("twin", SlapdServer.Password));
        Assert.Contains("LDAP_SEARCH_FILTER", Assert.Single(site.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchBase_ThatHoldsOneOfThem_MakesThemUnique()
    {
        var site = await SiteAsync(("LDAP_SEARCH_BASE", SlapdServer.PeopleDn));
        var person = Assert.IsType<LdapOutcome.Found>(await site.FindAsync("twin", SlapdServer.Password)).Person;
        Assert.Equal(("First Twin", "Sales, North"), (person.Name, Assert.Single(person.Groups)));
    }

    [Fact]
    public async Task Person_WithoutMail_IsToldSo_ButOnlyWithTheRightPassword()
    {
        var site = await SiteAsync();
        Assert.IsType<LdapOutcome.WrongCredentials>(await site.FindAsync("nomail", "wrong"));
        Assert.Empty(site.Lines);
        Assert.IsType<LdapOutcome.NoMail>(await site.FindAsync("nomail", SlapdServer.Password));
        Assert.Contains("LDAP_ATTRIBUTE_FOR_MAIL", Assert.Single(site.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_OfOtherNames_AreReadInstead()
    {
        var site = await SiteAsync(("LDAP_ATTRIBUTE_FOR_USERNAME", "employeeNumber"), ("LDAP_ATTRIBUTE_FOR_MAIL", "MAIL"), ("LDAP_ATTRIBUTE_FOR_GROUPS", "title"));
        var person = Assert.IsType<LdapOutcome.Found>(await site.FindAsync("1815", SlapdServer.Password)).Person;
        Assert.Equal(("1815", "ada.lovelace@example.com"), (person.UserName, person.Email));
        Assert.Empty(person.Groups);
    }

    /// <summary>slapd is the judge of what the filter means.</summary>
    [Theory]
    [InlineData("(objectClass=person)", true)]
    [InlineData("(objectClass=groupOfNames)", false)]
    [InlineData("(&(sn=lovelace)(!(sn=byron)))", true)]
    [InlineData("( & (sn=lovelace) ( ! (sn=lovelace) ) )", false)]
    [InlineData("(|(sn=byron)(sn=lovelace))", true)]
    [InlineData("(sn=lovelace)(sn=byron)", false)]
    [InlineData("(sn=lovelace)(employeeNumber=1815)", true)]
    [InlineData("(mail=*)", true)]
    [InlineData("(telephoneNumber=*)", false)]
    [InlineData("(cn=ada*)", true)]
    [InlineData("(cn=*lace)", true)]
    [InlineData("(cn=a*a*love*e)", true)]
    [InlineData("(cn=*byron*)", false)]
    [InlineData(@"(title=countess \28of\29 \2alovelace\2a)", true)]
    [InlineData(@"(title=*\2a*\2A)", true)]
    [InlineData(@"(title=*\28if*)", false)]
    [InlineData("(createTimestamp>=20200101000000Z)", true)]
    [InlineData("(createTimestamp<=20200101000000Z)", false)]
    [InlineData("(sn~=lovelace)", true)]
    [InlineData("(cn:caseExactMatch:=Ada Lovelace)", true)]
    [InlineData("(cn:caseExactMatch:=ada lovelace)", false)]
    [InlineData("(ou:dn:=people)", true)]
    [InlineData("(ou:dn:2.5.13.2:=guests)", false)]
    [InlineData("(memberOf=cn=Readers,ou=groups,dc=example,dc=com)", true)]
    public async Task SearchFilter_NarrowsWhoIsFound(string filter, bool isFound)
    {
        var outcome = await (await SiteAsync(("LDAP_SEARCH_FILTER", filter))).FindAsync("ada", SlapdServer.Password);
        Assert.IsType(isFound ? typeof(LdapOutcome.Found) : typeof(LdapOutcome.WrongCredentials), outcome);
    }

    [Fact]
    public async Task Search_WithoutAnApp_IsAnonymous()
    {
        var slapd = await SlapdServer.GetAsync();
        Assert.IsType<LdapOutcome.Found>(await new LdapSite(LdapSite.Plain(slapd.Port)).FindAsync("ada", SlapdServer.Password));
    }

    [Fact]
    public async Task App_WithTheWrongPassword_IsTheOperatorsFault()
    {
        var site = await SiteAsync(("LDAP_APP_PASSWORD", "mistyped"));
        Assert.Contains("LDAP_APP_PASSWORD (code 49", await site.FailAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ou=nowhere,dc=example,dc=com")]
    [InlineData("ou=hidden,dc=example,dc=com")]
    public async Task SearchBase_ThatIsNotThere_IsTheOperatorsFault(string searchBase)
    {
        var slapd = await SlapdServer.GetAsync();
        var settings = LdapSite.Plain(slapd.Port);
        settings["LDAP_SEARCH_BASE"] = searchBase;
        Assert.Contains("LDAP_SEARCH_BASE", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_AtOnce_EachGetTheirOwnAnswer()
    {
        var site = await SiteAsync();
        var asked = Enumerable.Range(0, 60).Select(i => (IsRight: i % 3 == 0, Answer: site.FindAsync(i % 2 == 0 ? "ada" : "zoë", i % 3 != 0 ? "wrong" : i % 2 == 0 ? SlapdServer.Password : "pässwörd 🐎"))).ToList();
        await Task.WhenAll(asked.Select(a => a.Answer));
        Assert.All(asked, a => Assert.IsType(a.IsRight ? typeof(LdapOutcome.Found) : typeof(LdapOutcome.WrongCredentials), a.Answer.Result));
    }

    /// <summary>It works where libldap is missing, because it is not used: certificates, time limits and loading are ours.</summary>
    [Fact]
    public async Task SignIn_LoadsNoLibraryOfTheSystem()
    {
        Assert.IsType<LdapOutcome.Found>(await (await SiteAsync()).FindAsync("ada", SlapdServer.Password));
        Assert.DoesNotContain("libldap", await File.ReadAllTextAsync("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static async Task<LdapSite> SiteAsync(params (string Name, string Value)[] settings)
    {
        var environment = (await SlapdServer.GetAsync()).Environment();
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return new LdapSite(environment);
    }
}
