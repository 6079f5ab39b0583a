using System.Net;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Hosting;

/// <summary>The peers whose X-Forwarded-* headers are believed.</summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks, bool everyone)
{
    private const string Variable = "FORWARDED_ALLOW_IPS";

    /// <summary><c>*</c>: what they say of scheme and host is believed; which caller they speak for cannot be told.</summary>
    public bool TrustsEveryone => everyone;

    public bool IsEmpty => networks.Count == 0 && !everyone;

    public bool Trusts(IPAddress? peer)
    {
        if (everyone)
        {
            return true;
        }

        if (peer is null)
        {
            return false;
        }

        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return networks.Any(network => network.Contains(address));
    }

    public static TrustedProxies Read(VariableReader reader)
    {
        var networks = new List<IPNetwork>();
        var everyone = false;
        foreach (var entry in (reader.Text(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry == "*")
            {
                everyone = true;
            }
            else if (IPNetwork.TryParse(entry, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(entry, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                reader.Fault(Variable, entry, "IP addresses or networks such as 10.0.0.0/8 with commas between them, or *");
            }
        }

        return new(networks, everyone);
    }
}
