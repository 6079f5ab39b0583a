using System.Net;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Access;

/// <summary>The names that this server answers to where a name is all that tells its own pages from others (DNS rebinding): loopback, <c>WEBUI_URL</c>, the platform's.</summary>
internal sealed class KnownHosts(AccessOptions options, HostingOptions hosting, PublicRequest requests)
{
    public static readonly ErrorReport Refusal = new(421, "unknown_host",
        "This server does not answer to the name in the address. Open it under the name it was set up with, or set WEBUI_URL to this one.");

    /// <summary>Both names: a rebound page can write X-Forwarded-Host itself, where a proxy on this machine is trusted.</summary>
    public bool Answers(HttpContext context) =>
        AnswersTo(requests.Host(context.Request), context) && AnswersTo(context.Request.Host, context);

    private bool AnswersTo(HostString host, HttpContext context)
    {
        var name = host.Host.Trim('[', ']');
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || name.Equals(options.PublicHost, StringComparison.OrdinalIgnoreCase)
            || name.Equals(options.PlatformHost, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // An address cannot be rebound: a page that came from it came from us.
        return IPAddress.TryParse(name, out var address)
            && (IPAddress.IsLoopback(address) || (!hosting.UnderFunctionsHost && Same(address, context.Connection.LocalIpAddress)));
    }

    private static bool Same(IPAddress address, IPAddress? local) =>
        local is not null && (local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local).Equals(address);
}
