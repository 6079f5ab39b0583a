using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.AzureBlobs;

/// <summary>Says in one sentence for an operator what is wrong with the account and what to do.</summary>
internal static class BlobFailure
{
    /// <summary>No answer came, or it broke off.</summary>
    public static StoreUnavailableException Of(StorageAccount account, Exception exception) =>
        new($"{Who(account)} {StorageFailure.Reason(account, exception)}.", exception);

    /// <summary>An answer came that is none of the verb's outcomes.</summary>
    public static StoreUnavailableException Of(StorageAccount account, string container, BlobAnswer answer) =>
        new($"{Who(account)} {Reason(account, container, answer.Status, answer.Code)} ({$"{answer.Status} {answer.Code}".Trim()}).");

    /// <summary>An answer came that cannot be read.</summary>
    public static StoreUnavailableException Unreadable(StorageAccount account, string what, Exception? exception = null) =>
        new($"{Who(account)} gave an answer that cannot be read ({what}); see what answers at {account.BlobEndpoint}.", exception);

    /// <summary>The blob of a put that may have been done is gone again.</summary>
    public static StoreUnavailableException Unknown(StorageAccount account, BlobPath path) =>
        new($"{Who(account)} lost the answer about {path}, and it was deleted before it could be asked again; try again.");

    private static string Who(StorageAccount account) => $"The Blob service of the storage account {account.Name} at {account.BlobEndpoint.Authority}";

    private static string Reason(StorageAccount account, string container, int status, string? code) => (status, code) switch
    {
        (401 or 403, "AccountIsDisabled") => "is disabled; enable the account",
        (401 or 403, _) when account.Credential is StorageCredential.SharedKey =>
            $"refuses the account key; check AccountKey in {StorageAccount.Variable}, whether the account allows keys and this network, and this machine's clock",
        (401 or 403, _) => "refuses the identity; give it the role \"Storage Blob Data Contributor\" on the account, and check that the account allows this network",
        (404, "ContainerNotFound") => $"lost the container {container} while it was used; try again",
        (404, _) => "is not there; check the account's name and address",
        (409, "ContainerBeingDeleted") => $"is still deleting the container {container}; wait until it has finished",
        (409 or 412, _) => $"refuses a change in the container {container}; see whether a lease, a legal hold or a retention policy is on it",
        (429 or 503, _) => "stayed too busy; try again later, and see the account's metrics if it goes on",
        (>= 500, _) => "failed; try again later",
        _ => $"refused a request on the container {container}; this is a fault of the program, please report it",
    };
}
