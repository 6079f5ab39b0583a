using Azure.Core;
using Azure.Identity;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Azure;

/// <summary>Reads <c>AzureWebJobsStorage__*</c>: a storage account that is reached with an Entra identity and no secret.</summary>
/// <remarks>
/// Source: "Azure Functions developer guide", "Common properties for identity-based connections" (learn.microsoft.com,
/// read 2026-11). The identity is the site's managed one in Azure, or where <c>__credential</c> says
/// <c>managedidentity</c>: the system's, or the user's that <c>__clientId</c> or <c>__managedIdentityResourceId</c>
/// names. Elsewhere it is what <see cref="DefaultAzureCredential"/> finds: environment variables, then a developer's tools.
/// </remarks>
internal static class StorageIdentity
{
    /// <summary>The account, or null where none is named or after a fault.</summary>
    public static StorageAccount? Read(VariableReader reader)
    {
        var account = Part(reader, "accountName");
        var tables = Part(reader, "tableServiceUri");
        var blobs = Part(reader, "blobServiceUri");
        if (account is null && tables is null && blobs is null)
        {
            return null;
        }

        if (account is not null && !StorageAccountText.IsName(account))
        {
            reader.Fault(Name("accountName"), account, "the account's name in lower-case letters and digits, without a domain", secret: true);
            return null;
        }

        var table = Endpoint(reader, "tableServiceUri", tables, "table", "blob", account, blobs);
        var blob = Endpoint(reader, "blobServiceUri", blobs, "blob", "table", account, tables);
        var identity = Identity(reader);
        return table is null || blob is null || identity is null
            ? null
            : new StorageAccount(account ?? table.Host.Split('.')[0], table, blob, new StorageCredential.Entra(identity));
    }

    /// <summary>What stands in the variable, else the account's in the public cloud, else the other service's with its name exchanged.</summary>
    private static Uri? Endpoint(VariableReader reader, string part, string? own, string service, string otherService, string? account, string? other)
    {
        var text = own
            ?? (other is not null && other.Contains($".{otherService}.", StringComparison.Ordinal) ? other.Replace($".{otherService}.", $".{service}.", StringComparison.Ordinal) : null)
            ?? (account is not null ? $"https://{account}.{service}.core.windows.net" : null);
        if (text is not null && StorageAccount.ParseEndpoint(text) is { Scheme: "https" } url)
        {
            return url;
        }

        // A token travels in every request, so never without TLS.
        reader.Fault(Name(part), text ?? "", $"the https address of the {service} service, such as https://ACCOUNT.{service}.core.windows.net, without a query", secret: true);
        return null;
    }

    private static Lazy<TokenCredential>? Identity(VariableReader reader)
    {
        var credential = Part(reader, "credential");
        var clientId = Part(reader, "clientId");
        var resourceId = Part(reader, "managedIdentityResourceId");
        if (credential is not null && !string.Equals(credential, "managedidentity", StringComparison.OrdinalIgnoreCase))
        {
            reader.Fault(Name("credential"), credential, "managedidentity, or nothing", secret: true);
            return null;
        }

        if (clientId is not null && resourceId is not null)
        {
            reader.Fault(Name("managedIdentityResourceId"), resourceId, $"nothing while {Name("clientId")} names the identity", secret: true);
            return null;
        }

        ResourceIdentifier? resource = null;
        if (resourceId is not null && !ResourceIdentifier.TryParse(resourceId, out resource))
        {
            reader.Fault(Name("managedIdentityResourceId"), resourceId, "/subscriptions/.../userAssignedIdentities/NAME", secret: true);
            return null;
        }

        var inAzure = reader.Text("WEBSITE_INSTANCE_ID") is not null || reader.Text("WEBSITE_SITE_NAME") is not null;
        return new Lazy<TokenCredential>(() =>
            !inAzure && credential is null && clientId is null && resource is null ? new DefaultAzureCredential()
            : resource is not null ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedResourceId(resource))
            : clientId is not null ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
            : new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));
    }

    private static string Name(string part) => $"{StorageAccount.Variable}__{part}";

    /// <summary>The colon is what .NET's configuration and local.settings.json use for the same thing.</summary>
    private static string? Part(VariableReader reader, string part) =>
        reader.Text(Name(part), $"{StorageAccount.Variable}:{part}", secret: true);
}
