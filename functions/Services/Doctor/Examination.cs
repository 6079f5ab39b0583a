using System.Net;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>What one walk knows so far: each step leaves here what the next one needs.</summary>
/// <param name="surroundings">Where this process runs.</param>
/// <param name="proxy">The proxy of calls to providers, or null.</param>
/// <param name="time">The clock.</param>
internal sealed class Examination(Connection typed, DoctorOptions surroundings, OutboundProxy? proxy, TimeProvider time) : IDisposable
{
    private ProviderCalls? _calls;

    public DoctorOptions Surroundings => surroundings;

    public TimeProvider Time => time;

    /// <summary>As it was typed at first, then with the base that calls use.</summary>
    public Connection Connection { get; set; } = typed;

    /// <summary>A key had blanks around it, which are not sent and not stored.</summary>
    public bool HadBlanks { get; } = typed.Keys.Any(key => key.Trim() != key);

    public Uri Base => new(Connection.BaseUrl);

    /// <summary>The proxy that this connection's calls go through, or null.</summary>
    public Uri? Proxy => proxy is not null && !proxy.IsBypassed(Base) ? proxy.GetProxy(Base) : null;

    /// <summary>Where the first TCP connection goes: the server, or the proxy.</summary>
    public Uri FirstHop => Proxy ?? Base;

    public IReadOnlyList<IPAddress> Addresses { get; set; } = [];

    /// <summary>The address that accepted the connection.</summary>
    public IPEndPoint? Reached { get; set; }

    /// <summary>Of a server behind a proxy, as the first call saw it.</summary>
    public TlsReport? CertificateSeen { get; private set; }

    /// <summary>The answer to the request for the model list; where there is no such list, to an empty chat.</summary>
    public ProviderAnswer? Answer { get; set; }

    /// <summary>The server answers chats but lists no models.</summary>
    public bool HasNoList { get; set; }

    /// <summary>What the calls of this walk prove themselves with; null: nothing.</summary>
    public ProbeKey? Key { get; set; }

    public IReadOnlyList<string> Models { get; set; } = [];

    public string? Version { get; set; }

    public byte[]? List { get; set; }

    public string Host => Base.Authority;

    /// <summary>The host is this very machine, or what this process takes for it.</summary>
    public bool IsLoopback => Base.IsLoopback || Base.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || Base.Host is "0.0.0.0" or "[::]";

    public ProviderCalls Calls => _calls ??= new(
        Connection, Proxy is null ? Reached : null, Proxy is null ? null : proxy, Proxy is null ? null : (_, certificate, chain, errors) =>
        {
            CertificateSeen = TlsReport.Of(certificate, chain, errors);
            return errors == System.Net.Security.SslPolicyErrors.None;
        });

    /// <summary>The same place with another base.</summary>
    public string BaseWith(string scheme) => $"{scheme}://{Base.Authority}{Base.AbsolutePath.TrimEnd('/')}";

    public void Dispose() => _calls?.Dispose();
}
