using System.Net.Sockets;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>The step <c>http</c>: asks for the model list, as every later call would, and looks whether HTTP comes back.</summary>
internal static class HttpCheck
{
    public static async Task<StepOutcome> RunAsync(Examination walk, CancellationToken cancellation)
    {
        try
        {
            var answer = await walk.Calls.ListAsync(walk.Connection, walk.Key, cancellation);
            walk.Answer = answer;
            if (answer is { Status: 400, Json: null } && walk.Base.Scheme == Uri.UriSchemeHttp && await SpeaksTlsAsync(walk, cancellation))
            {
                return NeedsTls(walk, answer.Summary);
            }

            return answer.Status == 407
                ? StepOutcome.Failed("the proxy answered 407", ProxyLogin)
                : StepOutcome.Ok($"{answer.Method} {answer.Url.GetLeftPart(UriPartial.Path)} answered {answer.Status}{(answer.MediaType is null ? "" : $" ({answer.MediaType})")}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return await ExplainAsync(walk, e, cancellation);
        }
    }

    private static Finding ProxyLogin => new("proxy_login", "The proxy asks for a user name and password: put them into HTTP_PROXY or HTTPS_PROXY, as http://name:password@host:port.");

    private static async Task<StepOutcome> ExplainAsync(Examination walk, Exception e, CancellationToken cancellation)
    {
        var http = e as HttpRequestException;
        if (walk.CertificateSeen?.Fault(walk.Base, walk.Time.GetUtcNow()) is { } fault)
        {
            return StepOutcome.Failed(walk.CertificateSeen.Detail, fault);
        }

        if (walk.Proxy is { } proxy && (http is { HttpRequestError: HttpRequestError.ProxyTunnelError } || e.InnerException is SocketException))
        {
            return http is { StatusCode: System.Net.HttpStatusCode.ProxyAuthenticationRequired }
                ? StepOutcome.Failed("the proxy answered 407", ProxyLogin)
                : StepOutcome.Failed("the proxy made no connection", new("proxy_refused",
                    $"The proxy {proxy.Authority} does not connect to {walk.Host}: allow it there, or name {walk.Base.Host} in NO_PROXY."));
        }

        if (http is { HttpRequestError: HttpRequestError.SecureConnectionError })
        {
            return StepOutcome.Failed("no secure connection", new("tls_failed", $"{walk.Host} broke off the TLS handshake: check that the port is one of https."));
        }

        if (walk is { Proxy: null } && walk.Base.Scheme == Uri.UriSchemeHttp && await SpeaksTlsAsync(walk, cancellation))
        {
            return NeedsTls(walk, "the port speaks TLS");
        }

        return UpstreamFailure.Of(e, walk.Host).Leg == UpstreamLeg.Protocol
            ? StepOutcome.Failed("what came back is not HTTP", new("not_http",
                $"What {walk.Host} speaks is not HTTP: correct the port of the base URL."))
            : StepOutcome.Failed("the connection ended before an answer", Cut(walk.Host));
    }

    public static Finding Cut(string host) =>
        new("connection_cut", $"{host} closes the connection without an answer: correct the port, or look into the log of that server.");

    private static StepOutcome NeedsTls(Examination walk, string detail) => StepOutcome.Failed(detail, Finding.WithFix("http_needs_tls",
        $"{walk.Host} speaks https, not plain http: begin the base URL with https://.", ("base_url", walk.BaseWith("https"))));

    private static async Task<bool> SpeaksTlsAsync(Examination walk, CancellationToken cancellation) =>
        walk.Proxy is null && (await TlsCheck.HandshakeAsync(walk, cancellation)).Report is not null;
}
