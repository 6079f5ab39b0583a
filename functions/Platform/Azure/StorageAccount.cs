using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Azure;

/// <summary>A storage account of Azure, or of Azurite: where its services are and how a call proves who it is.</summary>
/// <param name="Name">The account's name; shared-key signatures are made over it.</param>
/// <param name="TableEndpoint">The Table service; Azurite's carries the account's name as its path. Addresses are made of <see cref="TableRoot"/>.</param>
/// <param name="BlobEndpoint">The Blob service, in the same form.</param>
/// <param name="Credential">An account key or an Entra identity.</param>
internal sealed record StorageAccount(string Name, Uri TableEndpoint, Uri BlobEndpoint, StorageCredential Credential)
{
    /// <summary>The variable that names the account, and the start of the names of its parts.</summary>
    public const string Variable = "AzureWebJobsStorage";

    /// <summary>What stands before the slash of every address of the Table service. A <see cref="Uri"/> without a path prints one itself.</summary>
    public string TableRoot => TableEndpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>The same of the Blob service.</summary>
    public string BlobRoot => BlobEndpoint.AbsoluteUri.TrimEnd('/');

    /// <summary>Azurite on this machine: a refused call then most often means that nobody started it.</summary>
    public bool IsAzurite => TableEndpoint.IsLoopback;

    /// <summary>
    /// The account of <c>AzureWebJobsStorage</c> (a connection string), else of <c>AzureWebJobsStorage__accountName</c> and
    /// its like (an identity; <c>:</c> may stand for <c>__</c>), or null where neither is set. Where both are, the string
    /// counts, as for the Functions host. What is wrong becomes a fault and reads as null; nothing is called.
    /// </summary>
    /// <remarks>
    /// Sources: "Configure Azure Storage connection strings" and "Azure Functions developer guide", section "Connecting to
    /// host storage with an identity" (learn.microsoft.com, read 2026-11).
    /// </remarks>
    public static StorageAccount? Read(VariableReader reader) =>
        reader.Text(Variable) is { } text ? StorageAccountText.Read(text, reader) : StorageIdentity.Read(reader);

    /// <summary>A service's address, or null where the text is none; a query would be a shared access signature.</summary>
    internal static Uri? ParseEndpoint(string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query == "" && url.Fragment == "" && url.UserInfo == ""
            ? url
            : null;
}
