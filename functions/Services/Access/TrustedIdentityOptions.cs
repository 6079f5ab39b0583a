using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Access;

/// <summary>Who says, for every request, whose it is.</summary>
/// <param name="EmailHeader"><c>WEBUI_AUTH_TRUSTED_EMAIL_HEADER</c>: set by a proxy of <c>FORWARDED_ALLOW_IPS</c>. Null: the platform says it (App Service Authentication).</param>
/// <param name="NameHeader"><c>WEBUI_AUTH_TRUSTED_NAME_HEADER</c>, percent-encoded.</param>
/// <param name="GroupsHeader"><c>WEBUI_AUTH_TRUSTED_GROUPS_HEADER</c>: names with commas between them; the account's groups become these.</param>
/// <param name="MergesByEmail">The platform's people may take over the account with their e-mail address (<c>OAUTH_MERGE_ACCOUNTS_BY_EMAIL</c>). A proxy's always do: the address is all it says.</param>
internal sealed record TrustedIdentityOptions(string? EmailHeader, string? NameHeader, string? GroupsHeader, bool MergesByEmail)
{
    /// <summary>The platform takes a caller's own <c>x-ms-client-principal</c> away, and says so by <c>WEBSITE_AUTH_ENABLED</c>; without that anybody could write it.</summary>
    public bool IsPlatform => EmailHeader is null;

    /// <summary>Null when nobody says it.</summary>
    public static TrustedIdentityOptions? Read(VariableReader reader, HostingOptions hosting)
    {
        const string variable = "WEBUI_AUTH_TRUSTED_EMAIL_HEADER";
        if (reader.Text(variable) is { } header)
        {
            if (hosting.UnderFunctionsHost)
            {
                reader.Fault(variable, header, "nothing under the Functions host, through which anybody's headers come: switch on App Service Authentication instead");
            }
            else if (hosting.TrustedProxies is { IsEmpty: true } or { TrustsEveryone: true })
            {
                reader.Fault(variable, header, "FORWARDED_ALLOW_IPS to name the proxy that sets this header, by its address: else anybody could write it");
            }

            return new(header, reader.Text("WEBUI_AUTH_TRUSTED_NAME_HEADER"), reader.Text("WEBUI_AUTH_TRUSTED_GROUPS_HEADER"), MergesByEmail: true);
        }

        return hosting.UnderFunctionsHost && reader.Flag("WEBSITE_AUTH_ENABLED") == true
            ? new(null, null, null, reader.Flag("OAUTH_MERGE_ACCOUNTS_BY_EMAIL") ?? false)
            : null;
    }
}
