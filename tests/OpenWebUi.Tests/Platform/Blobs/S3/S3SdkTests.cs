using System.Diagnostics;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>Amazon's own client for Node.js (tests/sdk/s3.mjs) reads what we wrote, and we read what it wrote, under the same check of signatures.</summary>
public sealed class S3SdkTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Objects_OfEither_AreTheOthersToo()
    {
        await using var service = await S3ServiceDouble.StartAsync();
        using var store = new BlobStore(new S3BackEnd(service.Known(), new S3BlobsOptions { PartBytes = 100_000 }));
        var folder = new BlobPath(Guid.NewGuid().ToString("N"));
        await store.PutAsync(folder.Then("ours-small"), Pattern(1_000), "text/plain; charset=utf-8", BlobPutMode.IfAbsent, None);
        await store.PutAsync(folder.Then("ours-big"), Pattern(500_000), "image/png", BlobPutMode.IfAbsent, None);
        await store.PutAsync(folder.Then("Ours-a"), ReadOnlyMemory<byte>.Empty, "text/plain", BlobPutMode.IfAbsent, None);

        var output = await RunAsync(
            service.Secret, service.Endpoint, S3ServiceDouble.BucketName, S3ServiceDouble.Region, S3ServiceDouble.AccessKeyId, $"{S3ServiceDouble.Prefix}/{folder}");

        Assert.Equal(7, output.Split("ok ").Length - 1);
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

    private static async Task<string> RunAsync(string secret, params string[] arguments)
    {
        var folder = Path.Combine(PublishedPackage.Repository(), "tests", "sdk");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "@aws-sdk", "client-s3")), $"The SDKs are not installed: run `npm ci` in {folder}, or tests/run.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "s3.mjs"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["S3_SECRET"] = secret },
        };
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);
        return output;
    }
}
