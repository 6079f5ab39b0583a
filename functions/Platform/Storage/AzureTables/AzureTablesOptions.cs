namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>How the store names its tables in an account that it may share with other programs.</summary>
/// <param name="TablePrefix">
/// Stands before every table's name: a letter, then letters or digits; production has "openwebui". With it a name has
/// at most 63 characters.
/// </param>
internal sealed record AzureTablesOptions(string TablePrefix);
