using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenWebUi.StubProvider;

/// <summary>Makes the self-signed certificates of TLS stubs; nothing is installed or written to disk.</summary>
internal static class StubCertificate
{
    public static X509Certificate2 Create(bool expired, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=OpenWebUi stub provider", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(now.AddDays(-30), now.AddDays(expired ? -1 : 1));
    }
}
