using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace OpenWebUi.Services.Doctor;

/// <summary>What a TLS handshake showed of the server's certificate.</summary>
/// <param name="Names">For which hosts and addresses it is; at most ten are kept.</param>
/// <param name="IsSelfSigned">It vouches for itself.</param>
internal sealed record TlsReport(
    SslPolicyErrors Errors, X509ChainStatusFlags Chain, IReadOnlyList<string> Names, DateTimeOffset NotBefore, DateTimeOffset NotAfter, bool IsSelfSigned)
{
    private const int MaxNames = 10;

    /// <summary>A chain is built from what the server sends and the system trusts: a certificate could else name an address that we would then fetch.</summary>
    public static X509ChainPolicy NewPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        ApplicationPolicy = { new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1") },
    };

    /// <summary>Reads it inside the validation callback, where certificate and chain are alive.</summary>
    public static TlsReport? Of(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return null;
        }

        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var flags = chain is null ? X509ChainStatusFlags.NoError : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        return new(
            errors, flags, NamesOf(copy), new(copy.NotBefore.ToUniversalTime()), new(copy.NotAfter.ToUniversalTime()),
            copy.SubjectName.RawData.AsSpan().SequenceEqual(copy.IssuerName.RawData));
    }

    /// <summary>What is wrong with it; null where it is trusted.</summary>
    public Finding? Fault(Uri url, DateTimeOffset now)
    {
        var host = url.IdnHost;
        if (Errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (NotAfter < now)
        {
            return new("tls_expired", $"The certificate of {host} expired on {Day(NotAfter)}: renew it on the server.");
        }

        if (NotBefore > now)
        {
            return new("tls_not_yet_valid", $"The certificate of {host} is valid only from {Day(NotBefore)} on: set the clock of this server or of that one right.");
        }

        if (Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var names = Names.Count == 0 ? "no name" : string.Join(", ", Names);
            return new("tls_wrong_name", $"The certificate is for {names} and not for {host}: use a base URL with one of its names, or give the server a certificate for {host}.");
        }

        if (IsSelfSigned)
        {
            return new("tls_self_signed", $"The certificate of {host} is self-signed: give the server one of a known authority, or add it to the trusted certificates where this site runs (SSL_CERT_DIR).");
        }

        if (Chain.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return new("tls_expired", $"A certificate in the chain of {host} has expired: renew it on the server.");
        }

        return new("tls_unknown_authority",
            $"The certificate of {host} comes from an authority that is not trusted here: let the server send its whole chain, or add the authority to the trusted certificates where this site runs (SSL_CERT_DIR).");
    }

    public string Detail => $"certificate for {(Names.Count == 0 ? "no name" : string.Join(", ", Names))}, valid until {Day(NotAfter)}";

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())));
        return [.. names.Take(MaxNames)];
    }
}
