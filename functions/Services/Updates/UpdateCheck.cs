using System.Net;
using System.Text.Json;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Updates;

/// <summary>A release that is newer than this program.</summary>
/// <param name="Version">Without a <c>v</c> in front.</param>
/// <param name="Page">Made here, from the repository that the environment names: a link of the answer's is not shown to anybody.</param>
internal sealed record NewerRelease(string Version, Uri Page);

/// <summary>
/// Asks the repository that this deployment comes from for its latest release: only when an administrator's page looks, one call at a
/// time, and then not for hours, also when it failed. One for the process; safe for many callers.
/// </summary>
internal sealed partial class UpdateCheck : IDisposable
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(12);
    public static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>GitHub allows notes of 125,000 characters.</summary>
    private const int MaxBytes = 1024 * 1024;

    private readonly UpdateOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<UpdateCheck> _log;
    private readonly HttpClient _network;
    private readonly SemaphoreSlim _one = new(1, 1);
    private (DateTimeOffset Until, NewerRelease? Release) _known;

    public UpdateCheck(UpdateOptions options, OutboundProxy? proxy, TimeProvider time, ILogger<UpdateCheck> log)
    {
        (_options, _time, _log) = (options, time, log);
        _network = new(OutboundHandler.New(proxy, Patience)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxBytes };
    }

    /// <summary>The newer release, or null: there is none, it is not asked for, or the repository could not be asked (which is logged).</summary>
    public async Task<NewerRelease?> FindAsync(CancellationToken cancellation)
    {
        if (_options.Repository is not { } repository)
        {
            return null;
        }

        await _one.WaitAsync(cancellation);
        try
        {
            if (_known.Until <= _time.GetUtcNow())
            {
                // Not ended by the page that looked first: what comes is for all.
                _known = await AskAsync(repository);
            }

            return _known.Release;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _network.Dispose();
        _one.Dispose();
    }

    private async Task<(DateTimeOffset Until, NewerRelease? Release)> AskAsync(string repository)
    {
        var now = _time.GetUtcNow();
        try
        {
            var (status, answer) = await GetAsync(new Uri(_options.Api, $"repos/{repository}/releases/latest"));
            var tag = answer?.Text("tag_name") ?? "";
            if (status == HttpStatusCode.OK && ReleaseVersion.Parse(tag) is { } latest)
            {
                return (now + FreshFor, ReleaseVersion.Parse(ProductVersion.Text) is { } own && latest.IsNewerThan(own)
                    ? new(tag.TrimStart('v'), new($"https://github.com/{repository}/releases/tag/{Uri.EscapeDataString(tag)}")) : null);
            }

            // GitHub's answer while there is no release.
            Log.Unusable(_log, repository, (int)status, status == HttpStatusCode.OK ? "its tag is no version" : status == HttpStatusCode.NotFound ? "no release there, or no public repository" : "not an answer to use");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            Log.Unreachable(_log, repository, e is OperationCanceledException ? $"no answer in {Patience.TotalSeconds} s" : e.Message);
        }

        return (now + RetryAfter, null);
    }

    private async Task<(HttpStatusCode Status, JsonElement? Answer)> GetAsync(Uri url)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(new("application/vnd.github+json"));
        // GitHub refuses calls without one. It says no version: who asks is nobody's business.
        request.Headers.UserAgent.Add(new("OpenWebUi", null));
        using var response = await _network.SendAsync(request, limit.Token);
        return (response.StatusCode, StrictJson.Parse(await response.Content.ReadAsByteArrayAsync(limit.Token)));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Releases of {Repository} could not be asked for: status {Status}, {Reason}")]
        public static partial void Unusable(ILogger logger, string repository, int status, string reason);

        [LoggerMessage(2, LogLevel.Warning, "Releases of {Repository} could not be asked for: {Reason}")]
        public static partial void Unreachable(ILogger logger, string repository, string reason);
    }
}
