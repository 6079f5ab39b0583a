using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Infra;

public enum ProxyKind
{
    Nginx, Apache,
}

/// <summary>
/// <c>infra/nginx.conf</c> or <c>infra/apache.conf</c> at work. The very file, but for what a test must put in its place:
/// <para>(1) ports 80 and 443 become free ones of 127.0.0.1 (<c>listen [::]</c> goes: not every machine has IPv6);</para>
/// <para>(2) the app's 127.0.0.1:7071 and Ollama's 127.0.0.1:11434 become where those are in the test;</para>
/// <para>(3) the certificates' paths become those of one that is made here, for both names;</para>
/// <para>(4) the key of the Ollama host, where a test has one.</para>
/// </summary>
internal sealed class SampleProxy : IAsyncDisposable
{
    public const string PublicHost = "chat.example.com";
    public const string OllamaHost = "ollama.example.com";

    /// <summary>Where callers come from, so that they are not taken for the proxy.</summary>
    public static readonly IPAddress Caller = IPAddress.Parse("127.0.0.9");

    private readonly FrontServer _server;
    private readonly X509Certificate2 _certificate;
    private readonly int _plainPort;

    private SampleProxy(FrontServer server, X509Certificate2 certificate, string certificateFile, int plainPort, int tlsPort) =>
        (_server, _certificate, CertificateFile, _plainPort, TlsPort) = (server, certificate, certificateFile, plainPort, tlsPort);

    public int TlsPort { get; }

    /// <summary>The certificate, for programs that are to trust it.</summary>
    public string CertificateFile { get; }

    /// <param name="kind">Which file.</param>
    /// <param name="app">The app; null where nobody asks for it.</param>
    /// <param name="ollama">Ollama; null where nobody asks for it.</param>
    /// <param name="ollamaKey">The key of the Ollama host; null leaves the file's own, which lets nobody in.</param>
    public static async Task<SampleProxy> StartAsync(ProxyKind kind, Uri? app, Uri? ollama = null, string? ollamaKey = null)
    {
        var folder = FrontServer.NewFolder(kind.ToString());
        var (plain, tls) = (FreePort.Find(), FreePort.Find());
        var now = DateTimeOffset.UtcNow;
        var certificate = StubCertificate.SelfSigned(now.AddDays(-1), now.AddDays(1), PublicHost, OllamaHost);
        var (certificateFile, keyFile) = (Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        var file = kind == ProxyKind.Nginx ? "nginx.conf" : "apache.conf";
        var sample = new Substitution(await File.ReadAllTextAsync(Path.Combine(PublishedPackage.Repository(), "infra", file)))
            .Put("127.0.0.1:7071", app?.Authority ?? "127.0.0.1:9")
            .Put("127.0.0.1:11434", ollama?.Authority ?? "127.0.0.1:9");
        foreach (var host in (string[])[PublicHost, OllamaHost])
        {
            sample.Put($"/etc/letsencrypt/live/{host}/fullchain.pem", certificateFile).Put($"/etc/letsencrypt/live/{host}/privkey.pem", keyFile);
        }

        if (kind == ProxyKind.Nginx)
        {
            sample.Put("    listen [::]:80;\n", "").Put("    listen [::]:443 ssl http2;\n", "")
                .Put("listen 80;", $"listen 127.0.0.1:{plain};").Put("listen 443 ", $"listen 127.0.0.1:{tls} ")
                .Put("set $ollama_key \"\";", ollamaKey is null ? null : $"set $ollama_key \"{ollamaKey}\";");
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), NginxServer.Around(folder, sample.Text));
            return new(await FrontServer.StartNginxAsync(folder, plain, tls), certificate, certificateFile, plain, tls);
        }

        sample.Put("<VirtualHost *:80>", $"<VirtualHost 127.0.0.1:{plain}>").Put("<VirtualHost *:443>", $"<VirtualHost 127.0.0.1:{tls}>")
            .Put("Define OLLAMA_KEY none", ollamaKey is null ? null : $"Define OLLAMA_KEY {ollamaKey}");
        await File.WriteAllTextAsync(Path.Combine(folder, "apache.conf"), ApacheAround(folder, sample.Text, plain, tls));
        return new(await FrontServer.StartApacheAsync(folder, plain, tls), certificate, certificateFile, plain, tls);
    }

    /// <summary>Somebody out there: trusts the certificate, and finds both names here. Addresses have no port, as in production. Keeps no cookies, follows nothing.</summary>
    public HttpClient NewClient(bool http2 = false, string host = PublicHost) => new(new Speaking(http2 ? HttpVersion.Version20 : HttpVersion.Version11, new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        ResponseDrainTimeout = TimeSpan.Zero,
        AutomaticDecompression = DecompressionMethods.None,
        Expect100ContinueTimeout = TimeSpan.FromSeconds(30),
        SslOptions = { CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _certificate }, RevocationMode = X509RevocationMode.NoCheck } },
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(Caller, 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port == 443 ? TlsPort : _plainPort, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }))
    { BaseAddress = new Uri($"https://{host}/"), Timeout = TimeSpan.FromSeconds(120) };

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
    }

    /// <summary>What stands around a site in the distribution: its MPM, what every site may use, and the modules that the file says it needs.</summary>
    private static string ApacheAround(string folder, string site, params int[] ports)
    {
        const string Modules = "# Modules: ";
        var needed = site.Split('\n').Single(line => line.StartsWith(Modules, StringComparison.Ordinal))[Modules.Length..].Split(';')[0].Split(", ");
        string[] modules = ["mpm_event", "authz_core", "reqtimeout", .. needed];
        return $$"""
            ServerRoot {{folder}}
            ServerName localhost
            DefaultRuntimeDir {{folder}}
            PidFile {{folder}}/apache.pid
            ErrorLog {{folder}}/error.log
            Mutex file:{{folder}}
            {{string.Concat(modules.Select(module => $"LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n"))}}
            RequestReadTimeout header=20-40,minrate=500
            RequestReadTimeout body=10,minrate=500
            {{string.Concat(ports.Select(port => $"Listen 127.0.0.1:{port}\n"))}}
            {{site}}
            """;
    }

    /// <summary>Every request in this version of HTTP and no other.</summary>
    private sealed class Speaking(Version version, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>A text in which what is replaced must stand.</summary>
    private sealed class Substitution(string text)
    {
        public string Text { get; private set; } = text;

        /// <param name="old">Must be there.</param>
        /// <param name="now">Instead of it; null leaves it.</param>
        public Substitution Put(string old, string? now)
        {
            Assert.Contains(old, Text, StringComparison.Ordinal);
            Text = Text.Replace(old, now ?? old, StringComparison.Ordinal);
            return this;
        }
    }
}
