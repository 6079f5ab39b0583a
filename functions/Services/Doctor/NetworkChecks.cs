using System.Net;
using System.Net.Sockets;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>Looks a host name up; as <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/>.</summary>
internal delegate Task<IPAddress[]> NameLookup(string host, CancellationToken cancellation);

/// <summary>The steps <c>dns</c> and <c>tcp</c>: to the server, or to the proxy in front of it.</summary>
internal static class NetworkChecks
{
    /// <summary>A host with several addresses: one that swallows packets must leave time for the next.</summary>
    private static readonly TimeSpan OneAddress = TimeSpan.FromSeconds(3);

    public static async Task<StepOutcome> ResolveAsync(Examination walk, NameLookup lookup, CancellationToken cancellation)
    {
        var host = walk.FirstHop.IdnHost.Trim('[', ']');
        if (IPAddress.TryParse(host, out var literal))
        {
            walk.Addresses = [literal];
            return StepOutcome.Ok(walk.Proxy is null ? $"{host} is an address" : $"the proxy {host} is an address");
        }

        try
        {
            walk.Addresses = await lookup(host, cancellation);
        }
        catch (SocketException e) when (e.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData))
        {
            return StepOutcome.Failed($"the lookup of {host} ended with {e.SocketErrorCode}", new("dns_unavailable",
                $"The name server did not answer when it was asked for {host}: check the network of this server, or try again."));
        }
        catch (SocketException)
        {
            walk.Addresses = [];
        }

        if (walk.Addresses.Count == 0)
        {
            return StepOutcome.Failed($"{host} has no address", NotFound(host, walk));
        }

        if (walk.Proxy is null && walk.Addresses.Any(AddressGuard.IsMetadata))
        {
            return StepOutcome.Failed($"{host} is a metadata address", UrlCheck.Metadata(host));
        }

        var shown = string.Join(", ", walk.Addresses.Take(4));
        return StepOutcome.Ok(walk.Proxy is null ? $"{host} is {shown}" : $"the proxy {host} is {shown}; it looks {walk.Base.Host} up itself");
    }

    public static async Task<StepOutcome> ConnectAsync(Examination walk, CancellationToken cancellation)
    {
        var last = SocketError.TimedOut;
        foreach (var (address, i) in walk.Addresses.Take(8).Select((address, i) => (address, i)))
        {
            var endpoint = new IPEndPoint(address, walk.FirstHop.Port);
            var isLast = i == Math.Min(walk.Addresses.Count, 8) - 1;
            using var limit = new CancellationTokenSource(isLast ? Timeout.InfiniteTimeSpan : OneAddress, walk.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
            try
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(endpoint, either.Token);
                walk.Reached = endpoint;
                return StepOutcome.Ok(walk.Proxy is null ? $"{endpoint} accepts connections" : $"the proxy {endpoint} accepts connections");
            }
            catch (SocketException e)
            {
                last = e.SocketErrorCode;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                last = SocketError.TimedOut;
            }
        }

        return StepOutcome.Failed($"{walk.FirstHop.Host} port {walk.FirstHop.Port}: {last}", Refused(walk, last));
    }

    /// <summary>Also for a step that ran out of time.</summary>
    public static Finding Refused(Examination walk, SocketError error)
    {
        if (walk.Proxy is { } proxy)
        {
            return new("proxy_unreachable", $"The proxy {proxy.Authority} that HTTP_PROXY or HTTPS_PROXY names does not accept connections: start it, or name {walk.Base.Host} in NO_PROXY.");
        }

        if (LocalFinding(walk) is { } local)
        {
            return local;
        }

        var host = walk.Host;
        return error switch
        {
            SocketError.ConnectionRefused when walk.Connection.Kind == ConnectionKind.Ollama && !walk.IsLoopback => new("connection_refused",
                $"Nothing accepts connections at {host}: start Ollama there, and let it listen for other machines with OLLAMA_HOST=0.0.0.0, because by itself it listens only to its own."),
            SocketError.ConnectionRefused => new("connection_refused",
                $"Nothing accepts connections at {host}: start the server, or correct the port {walk.Base.Port}{(walk.IsLoopback ? "" : "; a server that listens only on 127.0.0.1 cannot be reached from here")}."),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => new("host_unreachable",
                $"There is no way from this server to {host}: check the address, and whether both are in the same network or VPN."),
            SocketError.ConnectionReset or SocketError.ConnectionAborted => HttpCheck.Cut(host),
            _ => new("connect_timeout", $"{host} did not answer: a firewall drops the connection, or no machine has this address{(IsPrivate(walk) && walk.Surroundings.InAzure ? ", and a private address is reached from Azure only through a virtual network" : "")}."),
        };
    }

    private static Finding? LocalFinding(Examination walk) => !walk.IsLoopback ? null
        : walk.Surroundings.InAzure ? new("localhost_azure",
            $"This site runs in Azure, where {walk.Base.Host} is not your computer, and your computer cannot be reached from there: use the address of a server on the internet or in the site's virtual network.")
        : walk.Surroundings.InContainer ? Finding.WithFix("localhost_container",
            $"This site runs in a container, and {walk.Base.Host} inside a container is the container: use host.docker.internal for the machine around it.",
            ("base_url", $"{walk.Base.Scheme}://host.docker.internal:{walk.Base.Port}{walk.Base.AbsolutePath.TrimEnd('/')}"))
        : null;

    private static Finding NotFound(string host, Examination walk)
    {
        if (walk.Proxy is not null)
        {
            return new("proxy_not_found", $"The proxy's name {host} in HTTP_PROXY or HTTPS_PROXY does not resolve: correct the variable.");
        }

        var hint = host switch
        {
            "host.docker.internal" => "start the container with --add-host=host.docker.internal:host-gateway, or use the machine's address",
            _ when host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) => "names under .local are found by multicast, which does not reach this server: use the machine's IP address",
            _ when !host.Contains('.', StringComparison.Ordinal) =>
                "a container's name is known only to containers of the same Docker network: put both into one, or use an IP address or full name",
            _ when walk.Surroundings.InAzure => "check its spelling; a name of a private network is known in Azure only to sites in its virtual network",
            _ => "check its spelling, and whether it is known only inside another network or VPN",
        };
        return new("name_not_found", $"The name {host} does not resolve here: {hint}.");
    }

    internal static bool IsPrivate(Examination walk) => walk.Addresses.Any(address =>
        PrivateNetworks.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)));

    private static readonly IPNetwork[] PrivateNetworks =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
}
