using System.Diagnostics;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>Azure's own client for Node.js (tests/sdk/blobs.mjs) reads what we wrote, and we read what it wrote.</summary>
public sealed class AzureSdkTests
{
    private const string Container = "sdk";

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Blobs_OfEither_AreTheOthersToo()
    {
        var azurite = await AzuriteServer.GetAsync();
        using var pipeline = new StoragePipeline(AzuriteServer.AccountOf(azurite.ConnectionString));
        using var store = new BlobStore(new AzureBlobsBackEnd(pipeline, new AzureBlobsOptions(Container) { BlockBytes = 100_000 }));
        var folder = new BlobPath(Guid.NewGuid().ToString("N"));
        await store.PutAsync(folder.Then("ours-small"), Pattern(1_000), "text/plain; charset=utf-8", BlobPutMode.IfAbsent, None);
        await store.PutAsync(folder.Then("ours-big"), Pattern(500_000), "image/png", BlobPutMode.IfAbsent, None);
        await store.PutAsync(folder.Then("Ours-a"), ReadOnlyMemory<byte>.Empty, "text/plain", BlobPutMode.IfAbsent, None);

        var output = await RunAsync($"DefaultEndpointsProtocol=http;{azurite.ConnectionString}", Container, folder.Text);

        Assert.Equal(5, output.Split("ok ").Length - 1);
        await SeesAsync(store, folder.Then("theirs-small"), 1_000, "text/html");
        await SeesAsync(store, folder.Then("theirs-big"), 500_000, "audio/mpeg");
        Assert.Equal(
            ["Ours-a", "ours-big", "ours-small", "theirs-big", "theirs-small"],
            (await store.ListAsync(BlobPrefix.Inside(folder), 10, null, None)).Blobs.Select(blob => blob.Path.Text[(folder.Text.Length + 1)..]));
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(n => (byte)(n % 251))];

    private static async Task SeesAsync(BlobStore store, BlobPath path, int length, string contentType)
    {
        await using var read = await store.OpenReadAsync(path, null, None);
        using var bytes = new MemoryStream();
        await read!.Content.CopyToAsync(bytes);
        Assert.Equal(Pattern(length), bytes.ToArray());
        Assert.Equal(contentType, read.ContentType);
        await using var part = await store.OpenReadAsync(path, new BlobRange(500, 10), None);
        Assert.Equal(10, part!.ContentLength);
        Assert.Equal(length, part.Length);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var folder = Path.Combine(PublishedPackage.Repository(), "tests", "sdk");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "@azure", "storage-blob")), $"The SDKs are not installed: run `npm ci` in {folder}, or tests/run.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "blobs.mjs"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);
        return output;
    }
}
