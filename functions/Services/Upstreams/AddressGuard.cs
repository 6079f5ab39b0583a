using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// Where no connection may lead, whoever entered it: what a cloud's metadata service answers at hands out this machine's identity.
/// Private and loopback addresses are fine: an Ollama at home is one.
/// </summary>
internal static class AddressGuard
{
    public const string Refusal = "This is an address of a cloud's metadata service, or link-local. No connection may lead there.";

    private static readonly string[] Names = ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];

    /// <summary>Azure's wire server and Alibaba's metadata, which are no link-local addresses.</summary>
    private static readonly IPAddress[] Single = [IPAddress.Parse("168.63.129.16"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    private static readonly IPNetwork[] LinkLocal = [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10")];

    /// <summary>IPv6 networks whose addresses are IPv4 addresses to a translator on the way, and where those stand in them: NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), IPv4-compatible.</summary>
    private static readonly (IPNetwork Network, int At)[] Translated =
    [
        (IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("64:ff9b:1::/48"), 12), (IPNetwork.Parse("2002::/16"), 2), (IPNetwork.Parse("::/96"), 12),
    ];

    /// <summary>By its address or name alone: a name that resolves to such an address is met when the call connects (<see cref="GuardedConnect"/>).</summary>
    /// <param name="url">Absolute. Its parser has made decimal, octal and hexadecimal addresses plain.</param>
    public static bool Refuses(Uri url) => IsMetadataName(url.IdnHost) || (IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) && IsMetadata(address));

    public static bool IsMetadataName(string host) => Names.Contains(host.TrimEnd('.'), StringComparer.OrdinalIgnoreCase);

    public static bool IsMetadata(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsMetadata(address.MapToIPv4());
        }

        // A zone (fe80::1%eth0) is no part of the address.
        var plain = new IPAddress(address.GetAddressBytes());
        return Single.Contains(plain) || LinkLocal.Any(network => network.Contains(plain)) || (plain.AddressFamily == AddressFamily.InterNetworkV6 && Inner(plain) is { } inner && IsMetadata(inner));
    }

    private static IPAddress? Inner(IPAddress address)
    {
        foreach (var (network, at) in Translated)
        {
            if (network.Contains(address))
            {
                return new IPAddress(address.GetAddressBytes().AsSpan(at, 4));
            }
        }

        return null;
    }
}
