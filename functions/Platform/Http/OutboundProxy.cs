using System.Net;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Http;

/// <summary>
/// <c>HTTP_PROXY</c>, <c>HTTPS_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c> (also in lower case) for every call that leaves this program.
/// <c>NO_PROXY</c>: hosts with commas between them; <c>.example.com</c> and <c>example.com</c> cover their subdomains, a
/// network such as <c>10.0.0.0/8</c> its addresses, <c>*</c> everything. Loopback never goes through a proxy.
/// </summary>
internal sealed class OutboundProxy : IWebProxy
{
    private readonly Uri? _http;
    private readonly Uri? _https;
    private readonly IReadOnlyList<string> _direct;

    private OutboundProxy(Uri? http, Uri? https, IReadOnlyList<string> direct)
    {
        (_http, _https, _direct) = (http, https, direct);
        Credentials = new UrlCredentials([http, https]);
    }

    public ICredentials? Credentials { get; set; }

    public Uri? GetProxy(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? _https : _http;

    public bool IsBypassed(Uri host) => GetProxy(host) is null || host.IsLoopback || _direct.Any(entry => Covers(entry, host));

    /// <summary>The proxy that the environment names, or null for none.</summary>
    public static OutboundProxy? Read(VariableReader reader)
    {
        var all = ReadUrl(reader, "ALL_PROXY");
        var http = ReadUrl(reader, "HTTP_PROXY") ?? all;
        var https = ReadUrl(reader, "HTTPS_PROXY") ?? all;
        var direct = (reader.Text("NO_PROXY") ?? reader.Text("no_proxy") ?? "")
            .Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return http is null && https is null ? null : new(http, https, direct);
    }

    private static Uri? ReadUrl(VariableReader reader, string name)
    {
        var lower = name.ToLowerInvariant();
        if ((reader.Text(name) ?? reader.Text(lower)) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" or "socks4" or "socks4a" or "socks5")
        {
            return url;
        }

        reader.Fault(name, text, "the URL of a proxy such as http://proxy.example.com:3128");
        return null;
    }

    private static bool Covers(string entry, Uri url)
    {
        if (entry == "*")
        {
            return true;
        }

        // host:port, 10.0.0.1:8080, [fd00::1]:8080; a bare IPv6 address has more colons and no port.
        var colon = entry.LastIndexOf(':');
        if (colon > 0 && (entry.IndexOf(':', StringComparison.Ordinal) == colon || entry[colon - 1] == ']') && int.TryParse(entry.AsSpan(colon + 1), out var port))
        {
            if (port != url.Port)
            {
                return false;
            }

            entry = entry[..colon];
        }

        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address))
        {
            return IPNetwork.TryParse(entry, out var network) ? network.Contains(address) : IPAddress.TryParse(entry, out var same) && same.Equals(address);
        }

        var domain = entry.TrimStart('*').TrimStart('.');
        return url.Host.Equals(domain, StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Each proxy gets the user name and password of its own URL only.</summary>
    private sealed class UrlCredentials(Uri?[] proxies) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType)
        {
            var info = proxies.FirstOrDefault(proxy => proxy?.Authority == uri.Authority)?.UserInfo ?? "";
            var parts = info.Split(':', 2);
            return info.Length == 0 ? null
                : new(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }
    }
}
