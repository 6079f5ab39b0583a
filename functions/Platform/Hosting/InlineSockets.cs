using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace OpenWebUi.Platform.Hosting;

/// <summary>
/// Lets chosen sockets call what waits for them on the very thread that heard of the event, instead of handing it to the thread
/// pool first: a chunk that is only copied is on its way before another thread would have woken up. In exchange nothing
/// may block there, because other sockets wait meanwhile: see <see cref="InlineRequests"/>, which decides what runs so.
/// <para>.NET has this as a switch of the process (<c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS</c>), which would take in every
/// handshake, sign-in and storage call. The switch of a single socket is internal to it; the runtime is published with us, and a
/// test holds that it is there.</para>
/// </summary>
internal static class InlineSockets
{
    private const string ThreadCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>One thread hears of events for each processor: .NET takes one for every thirty, which is enough only while each hands over at once. Before the first socket.</summary>
    public static void UseEveryProcessor()
    {
        if (Environment.GetEnvironmentVariable(ThreadCount) is null)
        {
            Environment.SetEnvironmentVariable(ThreadCount, Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>From now on what waits for this socket runs where the event was heard.</summary>
    public static void Prefer(Socket socket)
    {
        try
        {
            SetPreferInlineCompletions(socket, true);
        }
        catch (MissingMethodException)
        {
            // Another runtime than the one we publish with: slower, and right.
        }
    }

    /// <summary>The connections that callers make.</summary>
    public static void PreferForCallers(IWebHostBuilder host)
    {
        host.UseSockets(transport => transport.UnsafePreferInlineScheduling = true);
        host.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listener => listener.Use(next => connection =>
        {
            if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
            {
                Prefer(feature.Socket);
            }

            return next(connection);
        })));
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void SetPreferInlineCompletions(Socket socket, bool value);
}
