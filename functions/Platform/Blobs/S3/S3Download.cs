namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>A body as it comes: each read within the time, else an <see cref="OperationCanceledException"/> that nobody asked for. Disposing it gives the connection back.</summary>
internal sealed class S3Download(HttpResponseMessage response, Stream body, TimeSpan patience) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        return await body.ReadAsync(buffer, limit.Token);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}
