using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Backup;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Ldap;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Updates;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi;

/// <summary>Everything that the environment sets, read once at the start. Each room reads its own variables; here they are put together.</summary>
internal sealed record SiteSettings(
    HostingOptions Hosting, StoreSettings Store, AccessOptions Access, ConnectionOptions Connections, OutboundProxy? Proxy,
    TaskOptions Tasks, RunOptions Runs, AttachmentOptions Files, FolderOptions Folders, AdminSettingsOptions Admin, IdentityOptions Identity, SignInProviderOptions SignIn, LdapOptions? Ldap,
    ModelOptions Models, DoctorOptions Doctor, UpdateOptions Updates, RealtimeOptions Realtime, BackupOptions Backup)
{
    /// <param name="variables">The environment.</param>
    /// <param name="faults">Receives everything that is wrong; the settings are usable only when it stays empty.</param>
    public static SiteSettings Read(Variables variables, FaultList faults)
    {
        var reader = new VariableReader(variables, faults);
        var hosting = HostingOptions.Read(reader);
        var models = ModelOptions.Read(reader);
        return new(
            hosting, StoreSettings.Read(reader, hosting), AccessOptions.Read(reader, hosting), models.Custom.WithDeployments(ConnectionOptions.Read(reader, hosting)), OutboundProxy.Read(reader),
            TaskOptions.Read(reader), RunOptions.Read(reader), AttachmentOptions.Read(reader), FolderOptions.Read(reader), AdminSettingsOptions.Read(reader), IdentityOptions.Read(reader),
            SignInProviderOptions.Read(reader), LdapOptions.Read(reader), models, DoctorOptions.Read(reader, hosting), UpdateOptions.Read(reader),
            RealtimeOptions.Read(reader), BackupOptions.Read(reader));
    }
}
