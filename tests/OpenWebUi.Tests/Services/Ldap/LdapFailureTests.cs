using System.Net;
using System.Net.Sockets;
using OpenWebUi.Services.Ldap;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>Directories that are away, slow, broken or hostile, and what only some of them do.</summary>
public sealed class LdapFailureTests
{
    private static readonly byte[] Done = LdapAnswers.Result(1, LdapAnswers.SearchDone, 0);
    private static readonly byte[] Bound = LdapAnswers.Result(1, LdapAnswers.Bind, 0);
    private static readonly byte[] TlsGranted = LdapAnswers.Result(1, LdapAnswers.Extended, 0);
    private static readonly byte[] Ada = LdapAnswers.Entry(1, "uid=ada,dc=example", ("UID", ["ada"]), ("mail", ["", "ada@example.com"]));

    [Fact]
    public async Task Directory_ThatIsDown_IsUnavailable()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Contains($"127.0.0.1:{port}", await new LdapSite(LdapSite.Plain(port)).FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ThatIsNot_IsUnavailable()
    {
        var settings = LdapSite.Plain(389);
        settings["LDAP_SERVER_HOST"] = "directory.invalid";
        Assert.Contains("LDAP_SERVER_HOST", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
    }

    /// <summary>Silent in the search, in StartTLS, in the handshake after it, and in the handshake of LDAPS.</summary>
    [Theory]
    [InlineData("", "false", false)]
    [InlineData("", "true", false)]
    [InlineData("", "true", true)]
    [InlineData("ldaps://", "true", false)]
    public async Task Directory_ThatIsSilent_IsUnavailableAfterTheLimit(string scheme, string usesTls, bool grantsTls)
    {
        await using var silent = new ScriptedDirectory(grantsTls ? TlsGranted : []);
        var time = new ManualTime();
        var settings = LdapSite.Plain(silent.Port);
        settings["LDAP_SERVER_HOST"] = scheme + "127.0.0.1";
        settings["LDAP_USE_TLS"] = usesTls;
        var site = new LdapSite(settings, time);
        var answer = site.FindAsync("ada", SlapdServer.Password);
        await silent.Called;
        time.Advance(LdapDirectory.Limit - TimeSpan.FromMilliseconds(1));
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var unavailable = Assert.IsType<LdapOutcome.Unavailable>(await answer.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("did not answer within 10 s", unavailable.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_WhoGoes_IsNotAnswered()
    {
        await using var silent = new ScriptedDirectory();
        using var caller = new CancellationTokenSource();
        var site = new LdapSite(LdapSite.Plain(silent.Port));
        var answer = site.Directory.FindAsync("ada", SlapdServer.Password, caller.Token);
        await silent.Called;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Empty(site.Lines);
    }

    [Fact]
    public async Task Directory_ThatWritesLikeActiveDirectory_IsUnderstood()
    {
        await using var directory = new ScriptedDirectory(
            [.. LdapAnswers.Reference(1, "ldap://127.0.0.1:1/dc=elsewhere"), .. Ada, .. LdapAnswers.Reference(1, "ldap://127.0.0.1:1/"), .. Done], Bound);
        var found = Assert.IsType<LdapOutcome.Found>(await new LdapSite(LdapSite.Plain(directory.Port)).FindAsync("ada", SlapdServer.Password));
        Assert.Equal(("ada", "ada", "ada@example.com"), (found.Person.Name, found.Person.UserName, found.Person.Email));
    }

    [Theory]
    [InlineData("ADA")]
    [InlineData("Zeta")]
    public async Task Person_OfTwoUserNames_IsOnePerson(string typed)
    {
        var entry = LdapAnswers.Entry(1, "uid=ada,dc=example", ("uid", ["Zeta", "Ada"]), ("mail", ["ada@example.com"]));
        await using var directory = new ScriptedDirectory([.. entry, .. Done], Bound);
        var found = Assert.IsType<LdapOutcome.Found>(await new LdapSite(LdapSite.Plain(directory.Port)).FindAsync(typed, SlapdServer.Password));
        Assert.Equal("ada", found.Person.UserName);
    }

    [Fact]
    public async Task Entry_ThatShowsNoUserName_IsNobody_AndTheOperatorIsTold()
    {
        await using var directory = new ScriptedDirectory([.. LdapAnswers.Entry(1, "uid=ada,dc=example", ("mail", ["ada@example.com"])), .. Done], Bound);
        var site = new LdapSite(LdapSite.Plain(directory.Port));
        Assert.IsType<LdapOutcome.WrongCredentials>(await site.FindAsync("ada", SlapdServer.Password));
        Assert.Contains("LDAP_ATTRIBUTE_FOR_USERNAME", Assert.Single(site.Lines), StringComparison.Ordinal);
    }

    /// <summary>The second connection, where the password is looked at: codes of RFC 4511, appendix A.</summary>
    [Theory]
    [InlineData(49, true)]
    [InlineData(48, true)]
    [InlineData(53, true)]
    [InlineData(19, true)]
    [InlineData(32, true)]
    [InlineData(14, true)]
    [InlineData(10, false)]
    [InlineData(13, false)]
    [InlineData(51, false)]
    [InlineData(52, false)]
    [InlineData(80, false)]
    public async Task Bind_ThatEndsOtherwise_IsThePersonsFaultOrTheDirectorys(int code, bool isThePersons)
    {
        await using var directory = new ScriptedDirectory([.. Ada, .. Done], LdapAnswers.Result(1, LdapAnswers.Bind, code));
        var outcome = await new LdapSite(LdapSite.Plain(directory.Port)).FindAsync("ada", SlapdServer.Password);
        Assert.IsType(isThePersons ? typeof(LdapOutcome.WrongCredentials) : typeof(LdapOutcome.Unavailable), outcome);
    }

    /// <summary>A directory that lets everybody in does not make a person of nobody.</summary>
    [Fact]
    public async Task Nobody_WelcomedByTheDirectory_IsStillNobody()
    {
        await using var directory = new ScriptedDirectory(Done, Bound);
        Assert.IsType<LdapOutcome.WrongCredentials>(await new LdapSite(LdapSite.Plain(directory.Port)).FindAsync("nobody", SlapdServer.Password));
    }

    [Fact]
    public async Task Search_CutByTheDirectorysLimit_IsNotTakenAsOne()
    {
        await using var directory = new ScriptedDirectory([.. Ada, .. LdapAnswers.Result(1, LdapAnswers.SearchDone, 4)], Bound);
        Assert.IsType<LdapOutcome.WrongCredentials>(await new LdapSite(LdapSite.Plain(directory.Port)).FindAsync("ada", SlapdServer.Password));
    }

    public static TheoryData<string, byte[]> Nonsense => new()
    {
        { "a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray() },
        { "a TLS alert", [0x15, 3, 3, 0, 2, 2, 40] },
        { "a length without end", [0x30, 0x80, 2, 1, 1, 0, 0] },
        { "a length of nine bytes", [0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
        { "2 GB to come", [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF] },
        { "4 GB to come", [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "an empty message", [0x30, 0] },
        { "an id and nothing", [0x30, 3, 2, 1, 1] },
        { "an id of 20 bytes", [0x30, 22, 2, 20, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
        { "no operation", [0x30, 5, 2, 1, 1, 4, 0] },
        { "an empty operation", [0x30, 5, 2, 1, 1, 0x65, 0] },
        { "an answer to something else", LdapAnswers.Result(7, LdapAnswers.SearchDone, 0) },
        { "another kind of answer", Bound },
        { "an entry without a name", [.. LdapAnswers.Entry(1, "", ("uid", ["ada"])), .. Done] },
        { "three entries, two asked for", [.. Ada, .. Ada, .. Ada, .. Done] },
        { "references for ever", [.. Enumerable.Repeat(LdapAnswers.Reference(1, "ldap://x/"), 200).SelectMany(r => r)] },
        { "a farewell", LdapAnswers.Result(0, LdapAnswers.Extended, 52, "going down") },
        { "a referral", LdapAnswers.Result(1, LdapAnswers.SearchDone, 10) },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Answer_ThatMakesNoSense_IsUnavailable(string name, byte[] answer)
    {
        await using var directory = new ScriptedDirectory(answer);
        var reason = await new LdapSite(LdapSite.Plain(directory.Port)).FailAsync();
        Assert.False(reason.Contains("within 10 s", StringComparison.Ordinal), $"{name}: {reason}");
    }

    /// <summary>Somebody on the way adds an answer behind the one to StartTLS: it must not count as said under TLS.</summary>
    [Fact]
    public async Task Answer_SlippedInBehindStartTls_BreaksTheHandshake()
    {
        await using var directory = new ScriptedDirectory([.. TlsGranted, .. LdapAnswers.Result(2, LdapAnswers.Bind, 0)]);
        var settings = LdapSite.Plain(directory.Port);
        settings["LDAP_USE_TLS"] = "true";
        settings["LDAP_VALIDATE_CERT"] = "false";
        Assert.Contains("TLS", await new LdapSite(settings).FailAsync(), StringComparison.Ordinal);
    }
}
