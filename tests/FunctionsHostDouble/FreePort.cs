using System.Net;
using System.Net.Sockets;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>A port for a server that a test starts.</summary>
public static class FreePort
{
    /// <summary>
    /// Below the range from which the system takes ports for outgoing connections and for port 0: within it, another test could
    /// get the port between this look and the server's start.
    /// </summary>
    public static int Find()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }
}
