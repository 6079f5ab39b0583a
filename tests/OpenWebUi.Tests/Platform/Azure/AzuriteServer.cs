using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Platform.Azure;

/// <summary>
/// One Azurite for all tests of the process: started by the first that asks, on free ports of 127.0.0.1, its content in
/// memory. It ends with this process, even with a killed one, because its standard input closes then.
/// </summary>
internal sealed partial class AzuriteServer : IDisposable
{
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<AzuriteServer>> Shared = new(StartAsync);

    // Held, so that the input stays open.
    private readonly Process server;

    private AzuriteServer(Process server, Uri blobs, Uri tables) => (this.server, BlobEndpoint, TableEndpoint) = (server, blobs, tables);

    /// <summary>The Blob service with the account's name as its path.</summary>
    public Uri BlobEndpoint { get; }

    /// <summary>The Table service in the same form.</summary>
    public Uri TableEndpoint { get; }

    /// <summary>For <c>AzureWebJobsStorage</c> and for other clients.</summary>
    public string ConnectionString => ConnectionStringOf(TableEndpoint, BlobEndpoint);

    public int ProcessId => server.Id;

    public static Task<AzuriteServer> GetAsync() => Shared.Value;

    /// <summary>The same account behind other addresses, such as those of a <see cref="FaultProxy"/>.</summary>
    public static string ConnectionStringOf(Uri tables, Uri blobs) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};TableEndpoint={tables};BlobEndpoint={blobs}";

    /// <summary>The account as the product reads it.</summary>
    public static StorageAccount AccountOf(string connectionString)
    {
        var faults = new FaultList();
        var account = StorageAccount.Read(new VariableReader(new Variables(new Dictionary<string, string> { ["AzureWebJobsStorage"] = connectionString }), faults));
        return account ?? throw new InvalidOperationException(faults.ToString());
    }

    /// <summary>Ends one that a test has started for itself; the shared one goes on.</summary>
    public void Dispose()
    {
        if (!Shared.IsValueCreated || Shared.Value.Result != this)
        {
            server.Kill();
            server.Dispose();
        }
    }

    /// <summary>One of the caller's own, empty: for what only one can have in an account, such as the signing key.</summary>
    public static async Task<AzuriteServer> StartAsync()
    {
        var folder = Path.Combine(PublishedPackage.Repository(), "tests", "sdk");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "azurite")), $"Azurite is not installed: run `npm ci` in {folder}, or tests/run.");
        var start = new ProcessStartInfo("node",
            [
                Path.Combine(folder, "azurite.mjs"), "--silent", "--skipApiVersionCheck", "--inMemoryPersistence",
                "--blobHost", "127.0.0.1", "--blobPort", "0", "--tableHost", "127.0.0.1", "--tablePort", "0", "--queueHost", "127.0.0.1", "--queuePort", "0",
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // Its test has ended it.
            }
        };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        Uri? blobs = null, tables = null;
        while (blobs is null || tables is null)
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("Azurite ended before it listened.");
            if (Listening().Match(line) is { Success: true } match)
            {
                var address = new Uri($"{match.Groups["address"].Value}/{Account}");
                (blobs, tables) = match.Groups["service"].Value switch
                {
                    "Blob" => (address, tables),
                    "Table" => (blobs, address),
                    _ => (blobs, tables),
                };
            }
        }

        // Nothing may wait for its output to be read.
        _ = process.StandardOutput.ReadToEndAsync();
        return new AzuriteServer(process, blobs, tables);
    }

    [GeneratedRegex(@"^Azurite (?<service>\w+) service is successfully listening at (?<address>http://\S+?)/?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Listening();
}
