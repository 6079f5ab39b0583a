using OpenWebUi.Config;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi;

/// <summary>Everything that the environment sets, read once at the start. Each room reads its own variables; here they are put together.</summary>
internal sealed record SiteSettings(
    HostingOptions Hosting, StoreSettings Store, AccessOptions Access, ConnectionOptions Connections, OutboundProxy? Proxy, PageOptions Page,
    TaskOptions Tasks, RunOptions Runs)
{
    /// <param name="variables">The environment.</param>
    /// <param name="faults">Receives everything that is wrong; the settings are usable only when it stays empty.</param>
    public static SiteSettings Read(Variables variables, FaultList faults)
    {
        var reader = new VariableReader(variables, faults);
        var hosting = HostingOptions.Read(reader);
        return new(
            hosting, StoreSettings.Read(reader, hosting), AccessOptions.Read(reader, hosting), ConnectionOptions.Read(reader, hosting), OutboundProxy.Read(reader), PageOptions.Read(reader),
            TaskOptions.Read(reader), RunOptions.Read(reader));
    }
}
