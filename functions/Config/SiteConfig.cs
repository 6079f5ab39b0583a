using System.Text.Json;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Backup;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Updates;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Config;

/// <summary>
/// <c>GET</c> and <c>POST /api/config</c>: NextChat's keys and Open WebUI's in one body, and <c>access</c> and <c>user</c> for our page:
/// the mode, who this browser is, and a standing warning.
/// </summary>
internal sealed class SiteConfig(
    AdminSettingsStore admin, AccessOptions access, IdentityOptions identity, HostingOptions hosting, ConnectionRegistry connections,
    CallerAuthentication authentication, AccountEnrolment enrolment, GroupPermissions permissions, SignInWays ways, ModelOptions models,
    UpdateOptions updates, RealtimeOptions realtime, TaskOptions tasks, AttachmentOptions files, FolderOptions folders, BackupOptions backup)
{
    /// <summary>Open WebUI's feature switches that stand for something we do not have (yet): false, so that its clients do not offer it.</summary>
    private static readonly string[] Absent =
        ["enable_signup_password_confirmation", "enable_websocket", "enable_public_active_users_count"];

    private bool HasAccounts => access.Mode == AccessMode.Accounts;

    public async Task HandleAsync(HttpContext context)
    {
        var (caller, _) = await authentication.AuthenticateAsync(context, isRelay: false);
        var settings = await admin.ForDisplayAsync(context.RequestAborted);
        var isFirstAwaited = HasAccounts && caller.Account is null && await enrolment.IsFirstAwaitedAsync(context.RequestAborted);
        PermissionSet? allowed = caller switch
        {
            { Account: { } account, Standing: >= Standing.User } => await permissions.OfAsync(account, context.RequestAborted),
            { Standing: Standing.Admin } => PermissionSet.All,
            { Standing: Standing.User or Standing.Guest } => settings.Permissions,
            _ => null,
        };
        var needsCode = access.NeedsInvitation && caller.Account is null && await authentication.PassOfAsync(context) is null;

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("status", true);
            json.WriteString("version", ProductVersion.Text);
            if (isFirstAwaited)
            {
                json.WriteBoolean("onboarding", true);
            }

            if (realtime.Service is not null)
            {
                json.WriteBoolean("realtime", true);
            }

            WriteFeatures(json, settings, isFirstAwaited, caller.Standing);
            ShownSettings.Write(json, settings, caller.Standing);
            if (caller.Standing >= Standing.Guest)
            {
                WriteFiles(json);
            }

            WriteNextChatKeys(json, settings);
            WriteAccess(json, caller, needsCode);
            WriteUser(json, caller.Account);
            if (allowed is { } set)
            {
                json.WritePropertyName("permissions");
                set.WriteTo(json);
            }

            json.WriteEndObject();
        });
    }

    private void WriteFeatures(Utf8JsonWriter json, AdminSettings settings, bool isFirstAwaited, Standing standing)
    {
        json.WriteStartObject("oauth");
        json.WriteStartObject("providers");
        foreach (var (id, name) in ways.Providers)
        {
            json.WriteString(id, name);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("features");
        json.WriteBoolean("auth", access.Mode != AccessMode.Open);
        json.WriteBoolean("auth_trusted_header", ways.HasTrustedIdentity);
        json.WriteBoolean("enable_ldap", HasAccounts && ways.LdapLabel is not null);
        json.WriteBoolean("enable_api_keys", HasAccounts && settings.EnableApiKeys);
        json.WriteBoolean("enable_signup", HasAccounts && access.Trusted is null && settings.EnableLoginForm && (settings.EnableSignup || (isFirstAwaited && identity.AllowsFirstSignUp)));
        json.WriteBoolean("enable_login_form", HasAccounts && settings.EnableLoginForm);
        json.WriteBoolean("enable_title_generation", tasks.WritesTitles);
        json.WriteBoolean("enable_folders", folders.AreOn);
        json.WriteBoolean("enable_version_update_check", standing == Standing.Admin && updates.Repository is not null);
        json.WriteBoolean("enable_admin_export", standing == Standing.Admin && backup.AllowsDownload);
        foreach (var feature in Absent)
        {
            json.WriteBoolean(feature, false);
        }

        json.WriteEndObject();
    }

    private void WriteAccess(Utf8JsonWriter json, Caller caller, bool needsCode)
    {
        json.WriteStartObject("access");
        json.WriteString("mode", access.Mode switch { AccessMode.Open => "open", AccessMode.Code => "code", _ => "accounts" });
        json.WriteBoolean("granted", caller.Standing >= Standing.Guest);
        json.WriteString("standing", caller.Standing.ToString().ToLowerInvariant());
        json.WriteString("warning", access.Mode == AccessMode.Open && !hosting.IsLoopbackOnly ? "open_to_network" : null);
        json.WriteBoolean("needs_code", needsCode);
        json.WriteString("ldap_label", HasAccounts ? ways.LdapLabel : null);
        json.WriteNumber("min_password_characters", identity.Passwords.MinCharacters);
        json.WriteString("password_hint", identity.Passwords.Hint);
        json.WriteEndObject();
    }

    /// <summary>Open WebUI's: megabytes, files of a message, and the size to which browsers bring larger photos.</summary>
    private void WriteFiles(Utf8JsonWriter json)
    {
        json.WriteStartObject("file");
        json.WriteNumber("max_size", files.MaxMegabytes);
        json.WriteNumber("max_count", files.MaxCount);
        json.WriteStartObject("image_compression");
        json.WriteNumber("width", files.ImageWidth);
        json.WriteNumber("height", files.ImageHeight);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, Account? account)
    {
        if (account is null)
        {
            json.WriteNull("user");
            return;
        }

        json.WriteStartObject("user");
        AccountJson.WriteWho(json, account);
        json.WriteEndObject();
    }

    private void WriteNextChatKeys(Utf8JsonWriter json, AdminSettings settings)
    {
        json.WriteBoolean("needCode", access.Mode == AccessMode.Code);
        // Also true where no connection could take a caller's key: the field would do nothing.
        json.WriteBoolean("hideUserApiKey", HasAccounts || access.HidesUserApiKey || !connections.TakesOwnKeys);
        json.WriteBoolean("disableGPT4", models.Custom.DisablesGpt4);
        json.WriteBoolean("hideBalanceQuery", true);
        json.WriteBoolean("disableFastLink", true);
        // /api/models says what came of it, to who may know: the variable names deployments.
        json.WriteString("customModels", "");
        json.WriteString("defaultModel", settings.DefaultModels.Count > 0 ? settings.DefaultModels[0] : "");
        json.WriteString("visionModels", string.Join(',', models.VisionModels));
    }
}
