using System.Net;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>How a bucket is written, and how patiently it is called.</summary>
internal sealed record S3BlobsOptions
{
    /// <summary>
    /// What fits into fewer bytes goes in one request; more goes in a multipart upload with parts of this size, and one
    /// part stands in memory at a time. Default 5 MiB: the least that S3 takes for any part but the last, and 39 of
    /// them for the biggest blob (S3 takes 10,000). A length that is not known needs no file on the disk this way.
    /// </summary>
    public int PartBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>Default 4: the fifth failure is the caller's.</summary>
    public int MaxRetries { get; init; } = 4;

    /// <summary>The wait before the first retry; it doubles each time, with some chance in it. Default 0.4 s.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(0.4);

    /// <summary>How long one try may take until its answer's headers, and then between two reads of its body. Default 30 s: a part over a line of 1.5 Mbit/s.</summary>
    public TimeSpan NetworkTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The proxy on the way out. Default null: none.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Where requests go instead of the network. Default null. It is disposed with the client.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Dates the signatures, and tells how old an unfinished upload is. Default: the system's clock; services refuse dates that are 15 minutes off.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
