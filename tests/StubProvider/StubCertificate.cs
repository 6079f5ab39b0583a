using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenWebUi.StubProvider;

/// <summary>Makes the certificates of TLS stubs; nothing is installed or written to disk, so nobody trusts them.</summary>
public static class StubCertificate
{
    /// <summary>Self-signed for localhost and 127.0.0.1, <paramref name="expired"/> yesterday or valid for a day.</summary>
    public static X509Certificate2 Create(bool expired, DateTimeOffset now) => SelfSigned(now.AddDays(-30), now.AddDays(expired ? -1 : 1), "localhost", "127.0.0.1");

    /// <summary>Self-signed for these names and addresses.</summary>
    public static X509Certificate2 SelfSigned(DateTimeOffset from, DateTimeOffset until, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request("CN=OpenWebUi stub provider", key, names);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(from, until);
    }

    /// <summary>Signed by an authority that is made for it and known to nobody.</summary>
    public static X509Certificate2 Signed(DateTimeOffset from, DateTimeOffset until, params string[] names)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=OpenWebUi stub authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request("CN=OpenWebUi stub provider", key, names).Create(authority, from, until, [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Request(string subject, ECDsa key, string[] hosts)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
