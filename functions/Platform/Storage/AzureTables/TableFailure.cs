using System.Text.Json;
using OpenWebUi.Platform.Azure;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>Says in one sentence for an operator what is wrong with the account and what to do.</summary>
internal static class TableFailure
{
    /// <summary>No answer came.</summary>
    public static StoreUnavailableException Of(StorageAccount account, Exception exception) =>
        new($"{Who(account)} {StorageFailure.Reason(account, exception)}.", exception);

    /// <summary>An answer came that is none of the verb's outcomes.</summary>
    public static StoreUnavailableException Of(StorageAccount account, string table, int status, TableError? error)
    {
        var code = error is null ? $"{status}" : $"{status} {error.Code}";
        return new($"{Who(account)} {Reason(account, table, status, error?.Code)} ({code}).");
    }

    /// <summary>An answer came that cannot be read.</summary>
    public static StoreUnavailableException Unreadable(StorageAccount account, string table, Exception exception) =>
        new($"{Who(account)} gave an answer for the table {table} that cannot be read ({StorageFailure.FirstLine(exception)}); see what answers at {account.TableEndpoint}.", exception);

    /// <summary>Whether reading an answer failed because of what is in it.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException;

    private static string Who(StorageAccount account) => $"The Table service of the storage account {account.Name} at {account.TableEndpoint.Authority}";

    private static string Reason(StorageAccount account, string table, int status, string? code) => (status, code) switch
    {
        (401 or 403, "AccountIsDisabled") => "is disabled; enable the account",
        (401 or 403, _) when account.Credential is StorageCredential.SharedKey =>
            $"refuses the account key; check AccountKey in {StorageAccount.Variable}, whether the account allows keys and this network, and this machine's clock",
        (401 or 403, _) => "refuses the identity; give it the role \"Storage Table Data Contributor\" on the account, and check that the account allows this network",
        (404, "TableNotFound") => $"lost the table {table} while it was used; try again",
        (404, _) => "is not there; check the account's name and address",
        (409, "TableBeingDeleted") => $"is still deleting the table {table}; wait until it has finished",
        (429 or 503, _) => "stayed too busy; try again later, and see the account's metrics if it goes on",
        (>= 500, _) => "failed; try again later",
        _ => $"refused a request on the table {table}; this is a fault of the program, please report it",
    };
}
