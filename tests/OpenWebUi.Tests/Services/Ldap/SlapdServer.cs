using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OpenWebUi.FunctionsHostDouble;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>
/// A real slapd (Debian's package slapd) on free ports of 127.0.0.1 with a few people in it (<see cref="People"/>), its own
/// configuration and database in a folder of its own. It ends with this process, even with a killed one: a shell between
/// them waits for the end of its standard input. The system's own slapd is neither used nor started.
/// </summary>
internal sealed class SlapdServer : IAsyncDisposable
{
    public const string BaseDn = "dc=example,dc=com";
    public const string PeopleDn = "ou=people," + BaseDn;
    public const string AppDn = "cn=site," + BaseDn;
    public const string AppPassword = "password-of-the-site";

    /// <summary>The only name in its certificate. The address 127.0.0.1 is the wrong name.</summary>
    public const string Host = "localhost";

    /// <summary>Of everybody, except Zoë (<c>pässwörd 🐎</c>) and who has none.</summary>
    public const string Password = "right horse";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<SlapdServer>> Shared = new(() => StartAsync(hasTls: true));

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private SlapdServer(Process process, int port, int tlsPort, LdapCertificates? certificates) =>
        (_process, Port, TlsPort, Certificates) = (process, port, tlsPort, certificates);

    /// <summary>LDAP, with StartTLS where it has a certificate.</summary>
    public int Port { get; }

    /// <summary>LDAPS.</summary>
    public int TlsPort { get; }

    /// <summary>Null: it has no TLS.</summary>
    public LdapCertificates? Certificates { get; }

    /// <summary>What it says of connections, binds and searches.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>One with TLS for all tests of the process. Tests read in it only.</summary>
    public static Task<SlapdServer> GetAsync() => Shared.Value;

    /// <summary>The environment of a site that uses it: StartTLS with the right authority.</summary>
    public Dictionary<string, string> Environment() => new()
    {
        ["ENABLE_LDAP"] = "true",
        ["LDAP_SERVER_HOST"] = Host,
        ["LDAP_SERVER_PORT"] = Port.ToString(),
        ["LDAP_APP_DN"] = AppDn,
        ["LDAP_APP_PASSWORD"] = AppPassword,
        ["LDAP_SEARCH_BASE"] = BaseDn,
        ["LDAP_CA_CERT_FILE"] = Certificates?.AuthorityFile ?? "",
    };

    public static async Task<SlapdServer> StartAsync(bool hasTls)
    {
        const string program = "/usr/sbin/slapd";
        Assert.True(File.Exists(program) && File.Exists("/usr/bin/ldapadd"), "slapd is not installed: run tests/run, or install the packages slapd and ldap-utils.");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "openwebui-tests", "slapd-" + Guid.NewGuid().ToString("N"))).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        var certificates = hasTls ? LdapCertificates.Create(folder, Host) : null;
        var configuration = Path.Combine(folder, "slapd.conf");
        await File.WriteAllTextAsync(configuration, Configuration(folder, certificates));
        var (port, tlsPort) = (FreePort.Find(), FreePort.Find());
        var addresses = $"ldap://127.0.0.1:{port}/" + (hasTls ? $" ldaps://127.0.0.1:{tlsPort}/" : "");
        // A debug level keeps it in the foreground; "stats" is a line for each operation. The shell cleans up, because a test host is killed while it ends.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$@\" & cat >/dev/null; kill $!; wait $!; rm -rf \"$0\"", folder, program, "-d", "stats", "-f", configuration, "-h", addresses])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        var server = new SlapdServer(Process.Start(start)!, port, tlsPort, certificates);
        var isListening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server._process.ErrorDataReceived += (_, line) =>
        {
            server._log.Enqueue(line.Data ?? "");
            if (line.Data?.EndsWith("slapd starting", StringComparison.Ordinal) == true)
            {
                isListening.TrySetResult();
            }
        };
        server._process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += server.OnTestsEnd;
        try
        {
            await isListening.Task.WaitAsync(StartLimit);
            await AnswersAsync(port);
            await server.AddAsync(People);
            return server;
        }
        catch (Exception e)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException("slapd did not start:\n" + string.Join('\n', server.Log), e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsEnd;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void OnTestsEnd(object? sender, EventArgs e) => _process.StandardInput.Close();

    /// <summary>It says that it starts, and only then listens.</summary>
    private static async Task AnswersAsync(int port)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(10, limit.Token);
            }
        }
    }

    /// <summary>Over the wire and not into the database's files, because only so its overlay keeps memberOf.</summary>
    private async Task AddAsync(string ldif)
    {
        var start = new ProcessStartInfo("/usr/bin/ldapadd", ["-x", "-H", $"ldap://127.0.0.1:{Port}/", "-D", AppDn, "-w", AppPassword])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var add = Process.Start(start)!;
        await add.StandardInput.WriteAsync(ldif);
        add.StandardInput.Close();
        var output = add.StandardOutput.ReadToEndAsync();
        var errors = await add.StandardError.ReadToEndAsync();
        await add.WaitForExitAsync();
        Assert.True(add.ExitCode == 0, errors + await output);
    }

    /// <summary><c>bind_anon_cred</c> makes it as trusting as many directories are: a name with an empty password is welcome as nobody.</summary>
    private static string Configuration(string folder, LdapCertificates? tls) => $"""
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        moduleload memberof
        pidfile {folder}/slapd.pid
        argsfile {folder}/slapd.args
        allow bind_anon_cred
        {(tls is null ? "" : $"TLSCertificateFile {tls.CertificateFile}\nTLSCertificateKeyFile {tls.KeyFile}\nTLSCACertificateFile {tls.AuthorityFile}")}
        database mdb
        directory {folder}/data
        maxsize 16777216
        suffix "{BaseDn}"
        rootdn "{AppDn}"
        rootpw {AppPassword}
        overlay memberof
        access to dn.subtree="ou=hidden,{BaseDn}" by anonymous auth by * none
        access to attrs=userPassword by anonymous auth by * none
        access to * by * read

        """;

    private const string People = $"""
        dn: {BaseDn}
        objectClass: organization
        objectClass: dcObject
        o: Example
        dc: example

        dn: {PeopleDn}
        objectClass: organizationalUnit
        ou: people

        dn: ou=guests,{BaseDn}
        objectClass: organizationalUnit
        ou: guests

        dn: ou=groups,{BaseDn}
        objectClass: organizationalUnit
        ou: groups

        dn: ou=hidden,{BaseDn}
        objectClass: organizationalUnit
        ou: hidden

        dn: uid=ada,{PeopleDn}
        objectClass: inetOrgPerson
        uid: ada
        cn: Ada Lovelace
        sn: Lovelace
        title: Countess (of) *Lovelace*
        employeeNumber: 1815
        mail: Ada.Lovelace@Example.com
        mail: second@example.com
        userPassword: {Password}

        dn: cn=Zoë\, Dr.+uid=zoë,{PeopleDn}
        objectClass: inetOrgPerson
        uid: zoë
        cn: Zoë, Dr.
        sn: Zoë
        mail: zoe@example.com
        userPassword: pässwörd 🐎

        dn: cn=Odd,{PeopleDn}
        objectClass: inetOrgPerson
        uid: o*d)(uid=\2a
        cn: Odd
        sn: Odd
        mail: odd@example.com
        userPassword: {Password}

        dn: uid=nomail,{PeopleDn}
        objectClass: inetOrgPerson
        uid: nomail
        cn: No Mail
        sn: Mail
        userPassword: {Password}

        dn: uid=nopassword,{PeopleDn}
        objectClass: inetOrgPerson
        uid: nopassword
        cn: No Password
        sn: Password
        mail: nopassword@example.com

        dn: uid=twin,{PeopleDn}
        objectClass: inetOrgPerson
        uid: twin
        cn: First Twin
        sn: Twin
        mail: twin@example.com
        userPassword: {Password}

        dn: uid=twin,ou=guests,{BaseDn}
        objectClass: inetOrgPerson
        uid: twin
        cn: Second Twin
        sn: Twin
        mail: twin@example.com
        userPassword: {Password}

        dn: cn=Readers,ou=groups,{BaseDn}
        objectClass: groupOfNames
        cn: Readers
        member: uid=ada,{PeopleDn}

        dn: cn=Sales\, North,ou=groups,{BaseDn}
        objectClass: groupOfNames
        cn: Sales, North
        member: uid=ada,{PeopleDn}
        member: uid=twin,{PeopleDn}

        """;

}
