using System.Net;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Hosting;

/// <summary>Where this process runs and where it listens.</summary>
/// <param name="UnderFunctionsHost">A Functions host started us as its custom handler (it sets FUNCTIONS_CUSTOMHANDLER_PORT).</param>
/// <param name="InAzure">The platform is Azure (it sets WEBSITE_INSTANCE_ID or WEBSITE_SITE_NAME).</param>
/// <param name="Host"><c>HOST</c>, default <c>localhost</c>: loopback only. <c>0.0.0.0</c> listens on every address.</param>
/// <param name="Port"><c>PORT</c>, default 7071; under the Functions host, the port that it names. 0 takes a free one.</param>
/// <param name="DataFolder"><c>DATA_DIR</c>, default <c>./data</c>.</param>
/// <param name="PageFolder"><c>FRONTEND_BUILD_DIR</c>, default <c>wwwroot</c> beside the executable.</param>
/// <param name="TrustedProxies"><c>FORWARDED_ALLOW_IPS</c>: addresses or networks whose X-Forwarded-* headers are believed, comma separated, or <c>*</c>. Default none.</param>
internal sealed record HostingOptions(
    bool UnderFunctionsHost,
    bool InAzure,
    string Host,
    int Port,
    string DataFolder,
    string PageFolder,
    TrustedProxies TrustedProxies)
{
    /// <summary>The port of Azure Functions Core Tools, so that habits and samples fit.</summary>
    public const int DefaultPort = 7071;

    private const string FunctionsPort = "FUNCTIONS_CUSTOMHANDLER_PORT";

    /// <summary>True when no other machine can reach the listener. Under the Functions host the socket is loopback but the site is not.</summary>
    public bool IsLoopbackOnly => !UnderFunctionsHost &&
        (Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address)));

    public static bool RunsUnderFunctionsHost(Variables variables) => variables[FunctionsPort] is not null;

    public static HostingOptions Read(VariableReader reader)
    {
        var underHost = RunsUnderFunctionsHost(reader.Variables);
        var port = underHost ? reader.Integer(FunctionsPort, 1, 65535) : reader.Integer("PORT", 0, 65535);
        var host = reader.Text("HOST") ?? "localhost";
        if (host != "localhost" && host != "*" && !IPAddress.TryParse(host, out _))
        {
            reader.Fault("HOST", host, "localhost, an IP address, or 0.0.0.0 for every address");
            host = "localhost";
        }

        var page = reader.Text("FRONTEND_BUILD_DIR") ?? Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (reader.Text("FRONTEND_BUILD_DIR") is not null && !File.Exists(Path.Combine(page, "index.html")))
        {
            reader.Fault("FRONTEND_BUILD_DIR", page, "a folder that holds index.html");
        }

        return new(
            underHost,
            reader.Text("WEBSITE_INSTANCE_ID") is not null || reader.Text("WEBSITE_SITE_NAME") is not null,
            host,
            port ?? DefaultPort,
            Path.GetFullPath(reader.Text("DATA_DIR") ?? "data"),
            Path.GetFullPath(page),
            TrustedProxies.Read(reader));
    }
}
