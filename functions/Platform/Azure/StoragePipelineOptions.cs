using System.Net;

namespace OpenWebUi.Platform.Azure;

/// <summary>How patiently a storage account is called.</summary>
internal sealed record StoragePipelineOptions
{
    /// <summary>Default 4: the fifth failure is the caller's.</summary>
    public int MaxRetries { get; init; } = 4;

    /// <summary>The wait before the first retry; it doubles each time, with some chance in it. Default 0.4 s.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(0.4);

    /// <summary>How long one try may take until its answer's headers, and then between two reads of its body. Default 15 s.</summary>
    public TimeSpan NetworkTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The proxy on the way out. Default null: what the environment names for .NET; none for an emulator on this machine.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>Where requests go instead of the network. Default null. It is disposed with the pipeline.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Dates the signatures. Default: the system's clock; the service refuses dates that are 15 minutes off.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
