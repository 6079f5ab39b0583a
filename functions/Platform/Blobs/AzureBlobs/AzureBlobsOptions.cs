namespace OpenWebUi.Platform.Blobs.AzureBlobs;

/// <summary>Where in the storage account the blobs are.</summary>
/// <param name="Container">The container: 3 to 63 lower-case letters, digits and single hyphens. Made at the first write; production has "openwebui".</param>
internal sealed record AzureBlobsOptions(string Container)
{
    /// <summary>
    /// What fits into fewer bytes goes in one request; more goes in blocks of this size, and one block stands in memory
    /// at a time. Default 4 MiB: a request that can be repeated cheaply, and 48 of them for the biggest blob (the
    /// service takes 50,000 blocks).
    /// </summary>
    public int BlockBytes { get; init; } = 4 * 1024 * 1024;
}
