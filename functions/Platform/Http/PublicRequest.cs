using System.Net;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Platform.Http;

/// <summary>
/// The request as the outside world sent it, seen past the hop in front of us: the Functions host and a trusted proxy
/// rewrite Host and add X-Forwarded-*, everybody else's X-Forwarded-* are only claims.
/// </summary>
internal sealed class PublicRequest(HostingOptions hosting)
{
    /// <summary>The caller's address, or null where it is not known: under the Functions host anywhere but in Azure, or without <c>client-ip</c>
    /// (X-Forwarded-For is the last hop there), behind a proxy on a private address that is not trusted, and behind any proxy
    /// where all are trusted (<c>*</c>).</summary>
    public IPAddress? ClientAddress(HttpRequest request)
    {
        if (hosting.UnderFunctionsHost)
        {
            // Azure's front end writes it over whatever a caller sent; Core Tools have no front end, and let the caller's through.
            return hosting.InAzure ? Normal(ParseAddress(request.Headers["client-ip"].ToString())) : null;
        }

        var peer = request.HttpContext.Connection.RemoteIpAddress;
        var forwarded = request.Headers["X-Forwarded-For"].ToString();
        if (forwarded.Length == 0)
        {
            return Normal(peer);
        }

        if (!hosting.TrustedProxies.Trusts(peer))
        {
            return peer is null || IsPrivate(peer) ? null : Normal(peer);
        }

        // Whoever believes everybody cannot tell a proxy's hop from one that the caller made up.
        if (hosting.TrustedProxies.TrustsEveryone)
        {
            return null;
        }

        // From the right: the nearest hop that no trusted proxy of ours wrote for itself.
        var hops = forwarded.Split(',', StringSplitOptions.TrimEntries);
        foreach (var hop in hops.Reverse())
        {
            var address = ParseAddress(hop);
            if (address is null || !hosting.TrustedProxies.Trusts(address))
            {
                return Normal(address);
            }
        }

        return Normal(ParseAddress(hops[0]));
    }

    /// <summary>Host and port as the caller wrote them.</summary>
    public HostString Host(HttpRequest request) =>
        IsBehindKnownHop(request) && request.Headers["X-Forwarded-Host"].ToString() is { Length: > 0 } host
            ? new HostString(host.Split(',')[0].Trim())
            : request.Host;

    public bool IsHttps(HttpRequest request) =>
        IsBehindKnownHop(request) && request.Headers["X-Forwarded-Proto"].ToString() is { Length: > 0 } scheme
            ? scheme.Split(',')[0].Trim().Equals("https", StringComparison.OrdinalIgnoreCase)
            : request.IsHttps;

    /// <summary>False when a browser says that a page of another origin made this request. Callers that are no browsers say nothing and pass.</summary>
    public bool IsSameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            // A browser's own word: no page can write this header. It also holds behind a proxy that changes Host.
            return site is "same-origin" or "none";
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Authority.Equals(Authority(request, uri), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A browser says whose page made the request: with <see cref="IsSameOrigin"/>, that it was one of ours. Every browser says so on an unsafe method.</summary>
    public static bool SaysOrigin(HttpRequest request) => request.Headers["Sec-Fetch-Site"].Count > 0 || request.Headers.Origin.Count > 0;

    /// <summary>Scheme, host and port as the caller wrote them: <c>https://chat.example.com</c>.</summary>
    public string Origin(HttpRequest request) => $"{(IsHttps(request) ? "https" : "http")}://{Host(request).Value}";

    private string Authority(HttpRequest request, Uri origin)
    {
        var host = Host(request);
        return host.Port is { } port && !(origin.IsDefaultPort && port == origin.Port) ? $"{host.Host}:{port}" : host.Host;
    }

    private bool IsBehindKnownHop(HttpRequest request) =>
        hosting.UnderFunctionsHost || hosting.TrustedProxies.Trusts(request.HttpContext.Connection.RemoteIpAddress);

    private static IPAddress? ParseAddress(string text)
    {
        // "203.0.113.7", "203.0.113.7:50123", "[2001:db8::1]:443"
        if (IPEndPoint.TryParse(text, out var endpoint))
        {
            return endpoint.Address;
        }

        return IPAddress.TryParse(text, out var address) ? address : null;
    }

    /// <summary>IPv4 as IPv4, and an IPv6 caller by its /64: one household owns all of it.</summary>
    private static IPAddress? Normal(IPAddress? address)
    {
        if (address is null || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (!IPAddress.IsLoopback(address))
        {
            bytes.AsSpan(8).Clear();
        }

        return new IPAddress(bytes);
    }

    private static bool IsPrivate(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain) || plain.IsIPv6LinkLocal || plain.IsIPv6UniqueLocal)
        {
            return true;
        }

        var bytes = plain.GetAddressBytes();
        return bytes.Length == 4 && (bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xF0) == 16) || (bytes[0] == 192 && bytes[1] == 168));
    }
}
