using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>The step <c>tls</c>, and whether a port speaks TLS or plain http at all. No request with a secret is made here.</summary>
internal static class TlsCheck
{
    private const int LongestGreeting = 64;

    public static async Task<StepOutcome> RunAsync(Examination walk, CancellationToken cancellation)
    {
        if (walk.Base.Scheme == Uri.UriSchemeHttp)
        {
            return walk.Connection.Keys.Count > 0 && walk.Proxy is null && !NetworkChecks.IsPrivate(walk)
                ? StepOutcome.Warning("http: not encrypted", Finding.WithFix("key_in_clear",
                    "The key goes over the internet unencrypted: use https.", ("base_url", walk.BaseWith("https"))))
                : StepOutcome.Skipped("http: not encrypted");
        }

        if (walk.Proxy is not null)
        {
            return StepOutcome.Skipped("made through the proxy, with the first request");
        }

        var (report, failure) = await HandshakeAsync(walk, cancellation);
        if (report is not null)
        {
            return report.Fault(walk.Base, walk.Time.GetUtcNow()) is { } fault ? StepOutcome.Failed(report.Detail, fault) : StepOutcome.Ok(report.Detail);
        }

        return await SpeaksHttpAsync(walk, cancellation)
            ? StepOutcome.Failed("the port speaks plain http", Finding.WithFix("tls_plain_http",
                $"{walk.Host} speaks plain http, not https: begin the base URL with http://, or use the port of its https.", ("base_url", walk.BaseWith("http"))))
            : StepOutcome.Failed(failure ?? "no handshake", new("tls_failed",
                $"{walk.Host} broke off the TLS handshake: check that the port is one of https, and that the server speaks TLS 1.2 or newer without asking for a client certificate."));
    }

    /// <returns>What the certificate is, trusted or not; or null and why there was no handshake.</returns>
    public static async Task<(TlsReport? Report, string? Failure)> HandshakeAsync(Examination walk, CancellationToken cancellation)
    {
        TlsReport? report = null;
        try
        {
            await using var network = await OpenAsync(walk.Reached!, cancellation);
            await using var tls = new SslStream(network);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = walk.Base.IdnHost.Trim('[', ']'),
                CertificateChainPolicy = TlsReport.NewPolicy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    report = TlsReport.Of(certificate, chain, errors);
                    return errors == SslPolicyErrors.None;
                },
            }, cancellation);
            return (report, null);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            // A certificate that is not trusted ends the handshake too, after we have seen it.
            return report is not null ? (report, null) : (null, e is AuthenticationException ? "the server refused the handshake, or sent something else" : "the connection ended in the handshake");
        }
    }

    /// <summary>Asks for the root in plain text and looks whether an HTTP status line comes back.</summary>
    private static async Task<bool> SpeaksHttpAsync(Examination walk, CancellationToken cancellation)
    {
        try
        {
            await using var network = await OpenAsync(walk.Reached!, cancellation);
            await network.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
            var greeting = new byte[LongestGreeting];
            var length = await network.ReadAtLeastAsync(greeting, "HTTP/".Length, throwOnEndOfStream: false, cancellation);
            return greeting.AsSpan(0, length).StartsWith("HTTP/"u8);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return false;
        }
    }

    private static async Task<NetworkStream> OpenAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
