using OpenWebUi.Services.Ldap;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>What protects passwords on their way, on a real slapd.</summary>
public sealed class LdapTlsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tls_WithTheRightAuthority_IsUsed_AndNothingCanBeRead(bool isLdaps)
    {
        var slapd = await SlapdServer.GetAsync();
        await using var tap = new WireTap(isLdaps ? slapd.TlsPort : slapd.Port);
        var site = new LdapSite(Settings(slapd, tap.Port, isLdaps));
        Assert.IsType<LdapOutcome.Found>(await site.FindAsync("ada", SlapdServer.Password));
        Assert.Equal(2, tap.Sent.Count);
        AssertNothingIsTold(tap);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tls_WithAnotherAuthority_IsRefused_BeforeAnythingIsTold(bool isLdaps)
    {
        var slapd = await SlapdServer.GetAsync();
        await using var tap = new WireTap(isLdaps ? slapd.TlsPort : slapd.Port);
        var folder = Directory.CreateTempSubdirectory("openwebui-ldap-");
        try
        {
            // Right, wrong, right in one process: trust belongs to a connection, and no resumed session brings it along.
            await using (var before = new WireTap(isLdaps ? slapd.TlsPort : slapd.Port))
            {
                Assert.IsType<LdapOutcome.Found>(await new LdapSite(Settings(slapd, before.Port, isLdaps)).FindAsync("ada", SlapdServer.Password));
            }

            var settings = Settings(slapd, tap.Port, isLdaps);
            settings["LDAP_CA_CERT_FILE"] = LdapCertificates.Create(folder.FullName, SlapdServer.Host).AuthorityFile;
            Assert.Contains("LDAP_CA_CERT_FILE names", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
            AssertNothingIsTold(tap);
            Assert.IsType<LdapOutcome.Found>(await new LdapSite(Settings(slapd, tap.Port, isLdaps)).FindAsync("ada", SlapdServer.Password));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Tls_WithTheSystemsAuthoritiesOnly_IsRefused()
    {
        var slapd = await SlapdServer.GetAsync();
        var settings = slapd.Environment();
        settings.Remove("LDAP_CA_CERT_FILE");
        Assert.Contains("certificate chain", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    public async Task Tls_ForAnotherHost_IsRefused_BeforeAnythingIsTold(string host, bool isLdaps)
    {
        var slapd = await SlapdServer.GetAsync();
        await using var tap = new WireTap(isLdaps ? slapd.TlsPort : slapd.Port);
        var settings = Settings(slapd, tap.Port, isLdaps);
        settings["LDAP_SERVER_HOST"] = (isLdaps ? "ldaps://" : "") + host;
        Assert.Contains("RemoteCertificateNameMismatch", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
        AssertNothingIsTold(tap);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tls_ThatIsNotValidated_TakesAnyCertificate_AndStillEncrypts(bool isLdaps)
    {
        var slapd = await SlapdServer.GetAsync();
        await using var tap = new WireTap(isLdaps ? slapd.TlsPort : slapd.Port);
        var settings = Settings(slapd, tap.Port, isLdaps);
        settings.Remove("LDAP_CA_CERT_FILE");
        settings["LDAP_SERVER_HOST"] = (isLdaps ? "ldaps://" : "") + "127.0.0.1";
        settings["LDAP_VALIDATE_CERT"] = "false";
        Assert.IsType<LdapOutcome.Found>(await new LdapSite(settings).FindAsync("ada", SlapdServer.Password));
        AssertNothingIsTold(tap);
    }

    [Fact]
    public async Task StartTls_OnADirectoryWithoutIt_IsNotReplacedByPlainText()
    {
        await using var slapd = await SlapdServer.StartAsync(hasTls: false);
        await using var tap = new WireTap(slapd.Port);
        var settings = slapd.Environment();
        settings["LDAP_SERVER_PORT"] = tap.Port.ToString();
        Assert.Contains("refused StartTLS", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
        AssertNothingIsTold(tap);
        settings["LDAP_USE_TLS"] = "false";
        Assert.IsType<LdapOutcome.Found>(await new LdapSite(settings).FindAsync("ada", SlapdServer.Password));
    }

    [Fact]
    public async Task StartTls_OnAPortOfLdaps_SaysWhatIsWrong()
    {
        var slapd = await SlapdServer.GetAsync();
        var settings = slapd.Environment();
        settings["LDAP_SERVER_PORT"] = slapd.TlsPort.ToString();
        Assert.Contains("ldaps://", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Settings(SlapdServer slapd, int port, bool isLdaps)
    {
        var settings = slapd.Environment();
        settings["LDAP_SERVER_HOST"] = (isLdaps ? "ldaps://" : "") + SlapdServer.Host;
        settings["LDAP_SERVER_PORT"] = port.ToString();
        return settings;
    }

    private static void AssertNothingIsTold(WireTap tap)
    {
        Assert.NotEmpty(tap.Sent);
        foreach (var secret in new[] { SlapdServer.Password, SlapdServer.AppPassword, SlapdServer.AppDn, "ada" })
        {
            Assert.DoesNotContain(tap.Sent, sent => sent.Contains(secret, StringComparison.Ordinal));
        }
    }
}
