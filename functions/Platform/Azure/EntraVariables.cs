using Azure.Core;
using Azure.Identity;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Azure;

/// <summary>The variables of an identity-based connection: <c>VARIABLE__credential</c>, <c>__clientId</c>, <c>__managedIdentityResourceId</c>.</summary>
/// <remarks>
/// Source: "Azure Functions developer guide", "Common properties for identity-based connections" (learn.microsoft.com,
/// read 2026-11). The identity is the site's managed one in Azure, or where <c>__credential</c> says
/// <c>managedidentity</c>: the system's, or the user's that <c>__clientId</c> or <c>__managedIdentityResourceId</c>
/// names. Elsewhere it is what <see cref="DefaultAzureCredential"/> finds: environment variables, then a developer's tools.
/// </remarks>
internal static class EntraVariables
{
    public static string Name(string variable, string part) => $"{variable}__{part}";

    /// <summary>The colon is what .NET's configuration and local.settings.json use for the same thing.</summary>
    public static string? Part(VariableReader reader, string variable, string part) =>
        reader.Text(Name(variable, part), $"{variable}:{part}", secret: true);

    /// <summary>The identity, made at first use; null after a fault.</summary>
    public static Lazy<TokenCredential>? Identity(VariableReader reader, string variable)
    {
        var credential = Part(reader, variable, "credential");
        var clientId = Part(reader, variable, "clientId");
        var resourceId = Part(reader, variable, "managedIdentityResourceId");
        if (credential is not null && !string.Equals(credential, "managedidentity", StringComparison.OrdinalIgnoreCase))
        {
            reader.Fault(Name(variable, "credential"), credential, "managedidentity, or nothing", secret: true);
            return null;
        }

        if (clientId is not null && resourceId is not null)
        {
            reader.Fault(Name(variable, "managedIdentityResourceId"), resourceId, $"nothing while {Name(variable, "clientId")} names the identity", secret: true);
            return null;
        }

        ResourceIdentifier? resource = null;
        if (resourceId is not null && !ResourceIdentifier.TryParse(resourceId, out resource))
        {
            reader.Fault(Name(variable, "managedIdentityResourceId"), resourceId, "/subscriptions/.../userAssignedIdentities/NAME", secret: true);
            return null;
        }

        var inAzure = reader.Text("WEBSITE_INSTANCE_ID") is not null || reader.Text("WEBSITE_SITE_NAME") is not null;
        return new Lazy<TokenCredential>(() =>
            !inAzure && credential is null && clientId is null && resource is null ? new DefaultAzureCredential()
            : resource is not null ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedResourceId(resource))
            : clientId is not null ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
            : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));
    }
}
