using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Platform.Storage.PostgreSql;
using OpenWebUi.Tests.Services.Ldap;

namespace OpenWebUi.Tests.Platform.Storage;

/// <summary>
/// A real PostgreSQL (Debian's package postgresql) on a free port of 127.0.0.1 with a cluster of its own in a folder of its own, as
/// nobody where the tests run as root, which it refuses. It ends with this process, even with a killed one: a shell between them waits for
/// the end of its standard input. The system's own cluster is neither used nor started.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string Owner = "owner";

    /// <summary>With all that a URL must encode, and the mark by which tests/run finds secrets in logs.</summary>
    public const string Password = "zq7marker p@ss/w:rd?#1%";

    /// <summary>The only name in its certificate. The address 127.0.0.1 is the wrong name.</summary>
    public const string Host = "localhost";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => StartAsync(hasTls: true));

    private readonly string _folder;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<Process> _shells = [];

    private PostgresServer(string folder, int port, LdapCertificates? certificates) => (_folder, Port, Certificates) = (folder, port, certificates);

    public int Port { get; }

    /// <summary>Null: it has no TLS.</summary>
    public LdapCertificates? Certificates { get; }

    /// <summary>What it says.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>One with TLS for all tests of the process; each has databases of its own there.</summary>
    public static Task<PostgresServer> GetAsync() => Shared.Value;

    /// <summary>One of the caller's own, for what concerns the whole server: to be stopped, or without TLS.</summary>
    public static async Task<PostgresServer> StartAsync(bool hasTls)
    {
        var programs = Programs();
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "openwebui-tests", "postgres-" + Guid.NewGuid().ToString("N"))).FullName;
        var certificates = hasTls ? LdapCertificates.Create(folder, Host) : null;
        var passwordFile = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(passwordFile, Password);
        if (certificates is not null && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(certificates.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var server = new PostgresServer(folder, FreePort.Find(), certificates);
        if (Environment.IsPrivilegedProcess)
        {
            await server.RunAsync("chown", "-R", "nobody", folder);
        }

        await server.RunAsync([.. AsNobody, Path.Combine(programs, "initdb"), "-D", Path.Combine(folder, "data"), "-U", Owner, "-A", "scram-sha-256",
            "--pwfile", passwordFile, "-E", "UTF8", "--locale=C", "--no-sync"]);
        await server.StartAgainAsync();
        AppDomain.CurrentDomain.ProcessExit += server.OnTestsEnd;
        return server;
    }

    private static string[] AsNobody => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];

    /// <summary>On the same port and the same cluster.</summary>
    public async Task StartAgainAsync()
    {
        // It need not outlive the machine, only a kill: nothing waits for the disk, but what was committed has left the process.
        string[] settings = ["listen_addresses=127.0.0.1", $"port={Port}", "unix_socket_directories=", "fsync=off", "full_page_writes=off",
            "max_connections=200", "shared_buffers=32MB", "max_wal_size=256MB", "autovacuum_naptime=5s", .. Certificates is null ? (string[])[]
            : ["ssl=on", $"ssl_cert_file={Certificates.CertificateFile}", $"ssl_key_file={Certificates.KeyFile}"]];
        string[] command = [.. AsNobody, Path.Combine(Programs(), "postgres"), "-D", Path.Combine(_folder, "data"), .. settings.SelectMany(setting => (string[])["-c", setting])];
        // SIGQUIT: at once, and its memory and processes go with it.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$@\" & cat >/dev/null; kill -QUIT $!; wait $!; rm -rf \"$0\"", _folder, .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        var isListening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var shell = Process.Start(start)!;
        _shells.Add(shell);
        shell.ErrorDataReceived += (_, line) =>
        {
            _log.Enqueue(line.Data ?? "");
            if (line.Data?.Contains("ready to accept connections", StringComparison.Ordinal) == true)
            {
                isListening.TrySetResult();
            }
        };
        shell.BeginErrorReadLine();
        try
        {
            await isListening.Task.WaitAsync(StartLimit);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException("PostgreSQL did not start:\n" + string.Join('\n', Log), e);
        }
    }

    /// <summary>It dies as a machine does: every connection breaks, nothing is finished.</summary>
    public async Task KillAsync()
    {
        var pid = (await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid")))[0];
        await RunAsync("kill", "-QUIT", pid);
        using var limit = new CancellationTokenSource(StartLimit);
        while (File.Exists(Path.Combine(_folder, "data", "postmaster.pid")))
        {
            await Task.Delay(10, limit.Token);
        }
    }

    /// <returns>The name of a new, empty database.</returns>
    /// <param name="locale">Of ICU, such as en-US; null: that of the cluster, C.</param>
    public async Task<string> NewDatabaseAsync(string? locale = null)
    {
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var connection = await OpenAsync("postgres");
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE template0" + (locale is null ? "" : $" LOCALE_PROVIDER icu ICU_LOCALE '{locale}'"), connection);
        await command.ExecuteNonQueryAsync();
        return name;
    }

    /// <summary>As the product uses it.</summary>
    public PostgreSqlOptions OptionsOf(string database) => new("127.0.0.1", Port, database, Owner, Password);

    /// <summary>For <c>DATABASE_URL</c>.</summary>
    public string UrlOf(string database, string query = "") => $"postgresql://{Owner}:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}/{database}{query}";

    /// <summary>A connection beside the product.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = Port, Database = database, Username = Owner, Password = Password, Pooling = false, GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>One statement beside the product.</summary>
    public async Task<object?> ScalarAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsEnd;
        foreach (var shell in _shells)
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync();
            shell.Dispose();
        }
    }

    private void OnTestsEnd(object? sender, EventArgs e) => _shells.ForEach(shell => shell.StandardInput.Close());

    /// <summary>The folder of the newest version's programs, which Debian keeps out of the path.</summary>
    private static string Programs()
    {
        const string root = "/usr/lib/postgresql";
        var found = !Directory.Exists(root) ? null : Directory.GetDirectories(root)
            .Where(version => File.Exists(Path.Combine(version, "bin", "postgres"))).MaxBy(version => int.TryParse(Path.GetFileName(version), out var number) ? number : 0);
        Assert.True(found is not null, "PostgreSQL is not installed: run tests/run, or install the package postgresql.");
        return Path.Combine(found, "bin");
    }

    private async Task RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command[0]} failed:\n{errors}{await output}");
    }
}
