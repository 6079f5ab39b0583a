using System.Net.Sockets;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Upstreams;

/// <summary>The leg on which a call to a provider broke.</summary>
internal enum UpstreamLeg
{
    /// <summary>Its name does not resolve.</summary>
    Dns,

    /// <summary>Its name leads to an address where no connection may lead.</summary>
    Address,

    /// <summary>Nothing listens there, or the way is closed.</summary>
    Connect,

    /// <summary>The TLS handshake or the certificate failed.</summary>
    Tls,

    /// <summary>Nothing moved for the idle time.</summary>
    Timeout,

    /// <summary>The identity of this site gave no token for it.</summary>
    Identity,

    /// <summary>What it sent is not HTTP.</summary>
    Protocol,

    /// <summary>It closed the connection before its answer was complete.</summary>
    Cut,

    /// <summary>It answered with a web page or a redirect: this is not the API.</summary>
    NotAnApi,

    /// <summary>It answered whole where a stream was asked for, after the stream to the caller had begun.</summary>
    NotAStream,

    /// <summary>What it sent is no chat completion, or longer than any is.</summary>
    Unreadable,
}

/// <summary>A call that failed before the provider gave an answer of its own, or in the middle of one.</summary>
internal sealed record UpstreamFailure(UpstreamLeg Leg, string ConnectionName)
{
    /// <summary>The call has not reached the provider: another one may be asked.</summary>
    public bool IsUnreached => Leg is UpstreamLeg.Dns or UpstreamLeg.Address or UpstreamLeg.Connect or UpstreamLeg.Tls or UpstreamLeg.Identity
        || (Leg == UpstreamLeg.Timeout && IsConnectTimeout);

    /// <summary>It is the connecting that took too long.</summary>
    public bool IsConnectTimeout { get; init; }

    public ErrorReport Report => Leg switch
    {
        UpstreamLeg.Dns => new(502, "upstream_dns", $"{ConnectionName}: its host name does not resolve. Check the base URL of this connection."),
        UpstreamLeg.Address => new(502, "upstream_address", $"{ConnectionName}: its host is at an address of a cloud's metadata service, or link-local. No connection may lead there."),
        UpstreamLeg.Connect => new(502, "upstream_connect", $"{ConnectionName}: nothing accepts connections there. Is the server running, and is the port right?"),
        UpstreamLeg.Tls => new(502, "upstream_tls", $"{ConnectionName}: no secure connection (TLS) could be made. Its certificate may be expired, or not for this name, or it speaks plain http."),
        UpstreamLeg.Timeout => new(504, "upstream_timeout", $"{ConnectionName}: it did not answer in time. Try again, or try another model."),
        UpstreamLeg.Identity => new(502, "upstream_identity", $"{ConnectionName}: the identity of this site gave no token for it. In Azure: switch the managed identity on, and give it the role Cognitive Services OpenAI User on the resource."),
        UpstreamLeg.Protocol => new(502, "upstream_protocol", $"{ConnectionName}: what it sent is not HTTP. Check the base URL and port of this connection."),
        UpstreamLeg.NotAnApi => new(502, "upstream_not_an_api", $"{ConnectionName}: it answered with a web page or a redirect where an API answer was expected. The base URL may lack /v1."),
        UpstreamLeg.NotAStream => new(502, "upstream_not_a_stream", $"{ConnectionName}: it answered without a stream although one was asked for."),
        UpstreamLeg.Unreadable => new(502, "upstream_unreadable", $"{ConnectionName}: what it sent cannot be read as a chat completion. Try again, or try another model."),
        _ => new(502, "upstream_cut", $"{ConnectionName}: it closed the connection before its answer was complete. Try again."),
    };

    /// <summary>Names the leg of an exception of the HTTP client.</summary>
    public static UpstreamFailure Of(Exception exception, string connectionName)
    {
        var http = exception as HttpRequestException ?? exception.InnerException as HttpRequestException;
        var leg = http?.HttpRequestError switch
        {
            _ when http?.InnerException is RefusedAddressException => UpstreamLeg.Address,
            HttpRequestError.NameResolutionError => UpstreamLeg.Dns,
            HttpRequestError.UserAuthenticationError => UpstreamLeg.Identity,
            HttpRequestError.SecureConnectionError => UpstreamLeg.Tls,
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded
                or HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError => UpstreamLeg.Protocol,
            HttpRequestError.ResponseEnded => UpstreamLeg.Cut,
            // A server that accepts and closes at once may be noticed while the connection is still being made.
            HttpRequestError.ConnectionError when http.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset } => UpstreamLeg.Cut,
            HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => UpstreamLeg.Connect,
            _ => exception is TimeoutException or OperationCanceledException ? UpstreamLeg.Timeout : UpstreamLeg.Cut,
        };
        // The handler's own connect timeout: what the caller cancels never comes here.
        return new(leg, connectionName) { IsConnectTimeout = leg == UpstreamLeg.Timeout && exception is OperationCanceledException { InnerException: TimeoutException } };
    }
}
