using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Azure;

/// <summary>Reads <c>AzureWebJobsStorage__*</c>: a storage account that is reached with an Entra identity (<see cref="EntraVariables"/>) and no secret.</summary>
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
        var identity = EntraVariables.Identity(reader, StorageAccount.Variable);
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

    private static string Name(string part) => EntraVariables.Name(StorageAccount.Variable, part);

    private static string? Part(VariableReader reader, string part) => EntraVariables.Part(reader, StorageAccount.Variable, part);
}
