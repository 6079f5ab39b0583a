using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>
/// A server of other people (s3rver, of npm): addresses, headers, XML, ranges, pages and parts as somebody else understands S3. It checks no
/// signature of version 4, ignores <c>If-None-Match</c>, loses keys of nested folders between pages, knows no abort and no list of uploads, and answers before its files are written: 15
/// tests of the contract fail on it (tried 2026-11-22), so the contract is held on <see cref="S3ServiceDouble"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class S3rverTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string folder = Path.Combine(Path.GetTempPath(), "openwebui-tests", $"s3rver-{Guid.NewGuid():N}");
    private Process? server;
    private BlobStore? store;

    private BlobStore Store => store!;

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync()
    {
        var sdk = Path.Combine(PublishedPackage.Repository(), "tests", "sdk");
        Assert.True(Directory.Exists(Path.Combine(sdk, "node_modules", "s3rver")), $"s3rver is not installed: run `npm ci` in {sdk}, or tests/run.");
        Directory.CreateDirectory(folder);
        server = Process.Start(new ProcessStartInfo("node", ["--openssl-legacy-provider", Path.Combine(sdk, "s3rver.mjs"), folder])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var limit = new CancellationTokenSource(Patience);
        var line = await server.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("s3rver ended before it listened.");
        var bucket = new S3Bucket("box", $"http://127.0.0.1:{line.Split(' ')[^1]}/box", "us-east-1", new BlobPath("our/keys"), new S3Credential("S3RVER", "S3RVER"));
        store = new BlobStore(new S3BackEnd(bucket, new S3BlobsOptions { PartBytes = 150_000 }));
    }

    public async Task DisposeAsync()
    {
        store?.Dispose();
        if (server is not null)
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(600_000)]
    public async Task Blob_PutReadPartsReplacedDeleted(int length)
    {
        var path = new BlobPath("a/b");
        Assert.Null(await Store.OpenReadAsync(path, null, None));
        Assert.Equal(BlobPutOutcome.Stored, await Store.PutAsync(path, new SourceStream(Pattern(length, 1)), "image/png; name=\"x y\"", BlobPutMode.Always, None));

        await SeesAsync(path, Pattern(length, 1));
        await using (var read = await Store.OpenReadAsync(path, null, None))
        {
            Assert.Equal("image/png; name=\"x y\"", read!.ContentType);
            Assert.Equal(length, read.Length);
        }

        if (length > 8)
        {
            await using var part = await Store.OpenReadAsync(path, new BlobRange(3, 5), None);
            using var bytes = new MemoryStream();
            await part!.Content.CopyToAsync(bytes);
            Assert.Equal(Pattern(length, 1)[3..8], bytes.ToArray());
            Assert.Equal(length, part.Length);
        }

        await using (var beyond = await Store.OpenReadAsync(path, new BlobRange(length + 5), None))
        {
            Assert.Equal((0, length), (beyond!.ContentLength, beyond.Length));
        }

        await Store.PutAsync(path, Pattern(length + 1, 2), "text/plain", BlobPutMode.Always, None);
        await SeesAsync(path, Pattern(length + 1, 2));
        Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(path, None));
        Assert.Equal(BlobDeleteOutcome.Missing, await Store.DeleteAsync(path, None));
        Assert.Equal(0, await Store.SweepAsync(None));
    }

    [Fact]
    public async Task List_InPages_EveryBlobOnce()
    {
        // No folders in the folder: it walks them in an order that is not that of its own continuation, and so leaves keys out.
        string[] paths = ["f/A", "f/a", "f/b", "f/c", "f/d", "g/a"];
        foreach (var path in paths)
        {
            await Store.PutAsync(new BlobPath(path), Pattern(3, 1), "text/plain", BlobPutMode.Always, None);
        }

        var names = new List<string>();
        string? continuation = null;
        do
        {
            var page = await Store.ListAsync(BlobPrefix.StartingWith("f/"), 2, continuation, None);
            names.AddRange(page.Blobs.Select(blob => blob.Path.Text));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        Assert.Equal(paths[..^1], names);
    }

    /// <summary>It answers a put before its file is written.</summary>
    private async Task SeesAsync(BlobPath path, byte[] content)
    {
        var until = Stopwatch.StartNew();
        while (true)
        {
            await using var read = await Store.OpenReadAsync(path, null, None);
            using var bytes = new MemoryStream();
            await read!.Content.CopyToAsync(bytes);
            if (bytes.ToArray().AsSpan().SequenceEqual(content))
            {
                return;
            }

            Assert.True(until.Elapsed < Patience, $"{path} has {bytes.Length} bytes, not {content.Length}, or others");
            await Task.Delay(20);
        }
    }

    private static byte[] Pattern(int length, int seed) => [.. Enumerable.Range(0, length).Select(n => (byte)((n * seed) % 251))];
}
