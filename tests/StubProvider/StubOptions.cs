namespace OpenWebUi.StubProvider;

/// <summary>Settings that hold for a stub's whole life.</summary>
public sealed record StubOptions
{
    /// <summary>Bytes of each body that are kept; 4 MiB unless set. A JSON body beyond it is not understood and answered as an empty one.</summary>
    public int MaxRecordedBodyBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Requests that are kept; 10,000 unless set. Later ones are answered, but not recorded.</summary>
    public int MaxRecordedRequests { get; init; } = 10_000;

    /// <summary>The clock of recorded times and of paced streams; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The port on 127.0.0.1; 0, the default, takes a free one.</summary>
    public int Port { get; init; }
}
