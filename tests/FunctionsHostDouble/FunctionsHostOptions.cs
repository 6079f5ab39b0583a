namespace OpenWebUi.FunctionsHostDouble;

/// <summary>How the double plays the platform around the host.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>
    /// The caller's address as the App Service front end reports it: put into <c>client-ip</c> over whatever the caller sent.
    /// Null, the default, plays a platform without that header: a caller's own <c>client-ip</c> comes through.
    /// </summary>
    public string? ClientIp { get; init; }

    /// <summary>The app's public host name, such as <c>chat.example.org</c>: becomes X-Forwarded-Host and WEBSITE_HOSTNAME. Null, the default, keeps the request's Host.</summary>
    public string? PublicHost { get; init; }

    /// <summary>The scheme in X-Forwarded-Proto; null, the default, means <c>https</c> where <see cref="PublicHost"/> is set, else the real one (<c>http</c>).</summary>
    public string? PublicScheme { get; init; }

    /// <summary>The handler is killed when no invocation has run for this long, and started again for the next one, as on an idle plan; 30 s unless set, null never.</summary>
    public TimeSpan? KillAfterIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock for <see cref="KillAfterIdle"/>, functionTimeout, the 240 s of silence and the window of the restart rules; the system's unless set. Polling and retries always use real time.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The largest request body in bytes; 104857600, the host's default, unless set.</summary>
    public long MaxRequestBodyBytes { get; init; } = 104_857_600;

    /// <summary>The version that the host reports in X-Azure-Functions-HostVersion.</summary>
    public string HostVersion { get; init; } = "4.1044.400.0";

    /// <summary>
    /// Variables of the test's own environment that the handler inherits, where they exist; nothing else comes through. Unless set:
    /// PATH, HOME, LANG, TMPDIR and DOTNET_ROOT, and what Windows needs to start a process.
    /// </summary>
    public IReadOnlyList<string> InheritedVariables { get; init; } = ["PATH", "HOME", "LANG", "TMPDIR", "DOTNET_ROOT", "SystemRoot", "TEMP", "TMP", "PATHEXT"];
}
