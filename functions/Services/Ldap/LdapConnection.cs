using System.Formats.Asn1;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace OpenWebUi.Services.Ldap;

/// <summary>
/// One connection to the directory, for one operation after another. Nothing is sent before TLS stands, where TLS is wanted.
/// Certificates, host name and time limits belong to the connection, which libldap cannot do: there they are the process's.
/// </summary>
internal sealed class LdapConnection : IAsyncDisposable
{
    /// <summary>A search of ours finds two entries at most; what else a directory sends (references to others) is passed over up to here.</summary>
    private const int MaxReferences = 100;

    private readonly Socket _socket;
    private Stream _stream;
    private int _lastId;

    private LdapConnection(Socket socket) => (_socket, _stream) = (socket, new NetworkStream(socket, ownsSocket: true));

    /// <summary>Connected, and encrypted as the options want it.</summary>
    /// <exception cref="LdapException">StartTLS was refused, or something else than LDAP answered.</exception>
    /// <exception cref="SocketException">Nobody listens there, or there is no such host.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The certificate is not right.</exception>
    public static async Task<LdapConnection> OpenAsync(LdapOptions options, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        LdapConnection? connection = null;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellation);
            connection = new LdapConnection(socket);
            if (options.Security == LdapSecurity.StartTls)
            {
                await connection.StartTlsAsync(cancellation);
            }

            if (options.Security != LdapSecurity.Plain)
            {
                await connection.EncryptAsync(options, cancellation);
            }

            return connection;
        }
        catch
        {
            socket.Dispose();
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Binds with name and password (RFC 4511, 4.2).</summary>
    /// <param name="password">Never empty: that would be a bind as nobody, which succeeds (RFC 4513, 5.1.2).</param>
    public async Task<LdapResult> BindAsync(string dn, string password, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(dn);
        ArgumentException.ThrowIfNullOrEmpty(password);
        var id = ++_lastId;
        await _stream.WriteAsync(LdapWire.Bind(id, dn, password), cancellation);
        return LdapWire.Result(await ReadAsync(id, LdapWire.BindResponse, cancellation));
    }

    /// <summary>What was found, and how the search ended. References to other directories are not followed.</summary>
    public async Task<(IReadOnlyList<LdapEntry> Entries, LdapResult Result)> SearchAsync(LdapSearch search, CancellationToken cancellation)
    {
        var id = ++_lastId;
        await _stream.WriteAsync(LdapWire.Search(id, search), cancellation);
        var entries = new List<LdapEntry>();
        for (var messages = 0; messages <= search.MaxEntries + MaxReferences; messages++)
        {
            var (kind, content) = await ReadAsync(id, cancellation);
            switch (kind)
            {
                case LdapWire.SearchEntry when entries.Count < search.MaxEntries:
                    entries.Add(LdapWire.Entry(content));
                    break;
                case LdapWire.SearchReference:
                    break;
                case LdapWire.SearchDone:
                    return (entries, LdapWire.Result(content));
                default:
                    throw new LdapException("it answered a search with something else, or with more than was asked for");
            }
        }

        throw new LdapException($"it answered a search with more than {MaxReferences} references to other directories: make LDAP_SEARCH_BASE narrower");
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task StartTlsAsync(CancellationToken cancellation)
    {
        var id = ++_lastId;
        await _stream.WriteAsync(LdapWire.StartTls(id), cancellation);
        var result = LdapWire.Result(await ReadAsync(id, LdapWire.ExtendedResponse, cancellation));
        if (result.Code != LdapCode.Success)
        {
            throw new LdapException($"it refused StartTLS (code {(int)result.Code} {result.Diagnostic}), and without TLS nothing is sent: give the directory a certificate, "
                + "or use LDAPS (port 636), or set LDAP_USE_TLS=false, which sends passwords in the clear");
        }
    }

    /// <summary>
    /// Messages are read to their last byte and not further (<see cref="ReadExactlyAsync"/>): whatever somebody slips in behind the
    /// answer to StartTLS, unencrypted, meets the handshake and breaks it, instead of being taken as said under TLS.
    /// </summary>
    private async Task EncryptAsync(LdapOptions options, CancellationToken cancellation)
    {
        var policy = new X509ChainPolicy
        {
            // Private authorities of directories seldom have lists of revoked certificates, and nothing else may be fetched during a sign-in.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (options.TrustedRoots is { } roots)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        var client = new SslClientAuthenticationOptions { TargetHost = options.Host, CertificateChainPolicy = policy };
        if (!options.ValidatesCertificate)
        {
#pragma warning disable CA5359, MA0039 // LDAP_VALIDATE_CERT=false asks for this, and its docstring says what it costs.
            client.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359, MA0039
        }

        await tls.AuthenticateAsClientAsync(client, cancellation);
    }

    private async Task<AsnReader> ReadAsync(int id, int expected, CancellationToken cancellation)
    {
        var (kind, content) = await ReadAsync(id, cancellation);
        return kind == expected ? content : throw new LdapException("it answered with something else than was asked for");
    }

    private async Task<(int Kind, AsnReader Content)> ReadAsync(int id, CancellationToken cancellation)
    {
        var head = new byte[6];
        var have = 0;
        int? length;
        while ((length = LdapWire.BodyLength(head.AsSpan(0, have))) is null)
        {
            await ReadExactlyAsync(head.AsMemory(have, 1), cancellation);
            have++;
        }

        var body = new byte[length.Value];
        await ReadExactlyAsync(body, cancellation);
        var (of, kind, content) = LdapWire.Open(body);
        return of == id ? (kind, content)
            : of == 0 && kind == LdapWire.ExtendedResponse ? throw new LdapException($"it ended the connection ({LdapWire.Result(content).Diagnostic})")
            : throw new LdapException("it answered something that was not asked");
    }

    private async Task ReadExactlyAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            await _stream.ReadExactlyAsync(buffer, cancellation);
        }
        catch (EndOfStreamException)
        {
            throw new LdapException("it closed the connection before it answered"
                + (_stream is NetworkStream ? " (a port for TLS only? Then put ldaps:// before LDAP_SERVER_HOST)" : ""));
        }
    }
}
