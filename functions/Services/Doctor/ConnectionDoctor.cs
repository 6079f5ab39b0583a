using System.Net.Sockets;
using System.Text;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>
/// Finds out why a connection does not work, and says it in one sentence with what to change. It walks the way of a call, from
/// the text of the base URL to the list of models, and stops at the first step that fails.
/// </summary>
/// <param name="options">Where this process runs.</param>
/// <param name="proxy">The proxy of calls to providers, or null.</param>
/// <param name="time">The clock.</param>
/// <param name="lookup">How names are looked up.</param>
/// <param name="identity">Where a token of the platform's identity comes from.</param>
internal sealed class ConnectionDoctor(DoctorOptions options, OutboundProxy? proxy, TimeProvider time, NameLookup lookup, IdentityToken identity)
{
    /// <summary>Of every text that comes from a provider or names what it sent.</summary>
    public const int MaxTextCharacters = 300;

    public static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan TotalLimit = TimeSpan.FromSeconds(30);

    private const int ShortestSecret = 4;

    /// <summary>Walks. Whatever the other side does, it ends within <see cref="TotalLimit"/>.</summary>
    /// <param name="typed">The connection, its base URL as it was typed.</param>
    /// <param name="ended">Called after each step, in order.</param>
    /// <param name="cancellation">Who asked has gone: the walk ends at once.</param>
    public async Task<Diagnosis> ExamineAsync(Connection typed, Func<DoctorStep, Task>? ended, CancellationToken cancellation)
    {
        using var total = new CancellationTokenSource(TotalLimit, time);
        using var walking = CancellationTokenSource.CreateLinkedTokenSource(cancellation, total.Token);
        using var walk = new Examination(typed, options, proxy, time);
        var steps = new List<DoctorStep>();
        Finding? failure = null;
        Finding? warning = null;
        foreach (var (name, check) in Checks(walk))
        {
            var started = time.GetTimestamp();
            var outcome = failure is null ? await RunAsync(walk, name, check, walking.Token, cancellation) : StepOutcome.Skipped("");
            var step = new DoctorStep(name, outcome.Status, Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 1), Clean(outcome.Detail, typed));
            steps.Add(step);
            failure ??= outcome.Status == StepStatus.Failed ? outcome.Finding : null;
            warning ??= outcome.Status == StepStatus.Warning ? outcome.Finding : null;
            await (ended?.Invoke(step) ?? Task.CompletedTask);
        }

        var finding = failure ?? warning ?? new("ok", walk.Models.Count == 1 ? "The connection works and has one model." : $"The connection works and has {walk.Models.Count} models.");
        return new(
            failure is null, steps, Clean(finding, typed), [.. walk.Models.Take(Diagnosis.MaxModels).Select(model => Clean(model, typed))], walk.Models.Count,
            walk.Version is null ? null : Clean(walk.Version, typed), failure is null && walk.List is { } list ? Masked(list, typed) : null);
    }

    private IEnumerable<(StepName Name, Func<CancellationToken, Task<StepOutcome>> Check)> Checks(Examination walk) =>
    [
        (StepName.Url, _ => Task.FromResult(LookAtUrl(walk))),
        (StepName.Dns, token => NetworkChecks.ResolveAsync(walk, lookup, token)),
        (StepName.Tcp, token => NetworkChecks.ConnectAsync(walk, token)),
        (StepName.Tls, token => TlsCheck.RunAsync(walk, token)),
        (StepName.Http, async token =>
        {
            await AuthCheck.ChooseAsync(walk, identity, token);
            return await HttpCheck.RunAsync(walk, token);
        }),
        (StepName.Route, token => RouteCheck.RunAsync(walk, token)),
        (StepName.Auth, token => AuthCheck.RunAsync(walk, token)),
        (StepName.Models, token => ModelsCheck.RunAsync(walk, token)),
    ];

    private static StepOutcome LookAtUrl(Examination walk)
    {
        var (outcome, connection) = UrlCheck.Look(walk.Connection);
        walk.Connection = (connection ?? walk.Connection) with { Keys = [.. walk.Connection.Keys.Select(key => key.Trim())] };
        return outcome;
    }

    private async Task<StepOutcome> RunAsync(
        Examination walk, StepName name, Func<CancellationToken, Task<StepOutcome>> check, CancellationToken walking, CancellationToken caller)
    {
        using var limit = new CancellationTokenSource(StepLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(walking, limit.Token);
        try
        {
            // A name server that hangs keeps its thread, not the walk.
            return await check(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            return StepOutcome.Failed(limit.IsCancellationRequested ? $"nothing for {StepLimit.TotalSeconds:0} s" : $"given up {TotalLimit.TotalSeconds:0} s after the start", TooSlow(walk, name));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return StepOutcome.Failed("the connection ended", new("connection_cut", $"{walk.Host} closed the connection in the middle of the walk: try again, or look into the log of that server."));
        }
    }

    private static Finding TooSlow(Examination walk, StepName name) => name switch
    {
        StepName.Dns => new("dns_timeout", $"The name server did not answer when it was asked for {walk.FirstHop.Host}: check the network of this server, or use an IP address."),
        StepName.Tcp => NetworkChecks.Refused(walk, SocketError.TimedOut),
        StepName.Tls => new("tls_timeout", $"{walk.Host} accepts connections but does not answer the TLS handshake: check that the port is one of https."),
        _ => new("no_answer", $"{walk.Host} accepts connections but does not answer in time: check that the port is the API's, and whether that server hangs or is busy."),
    };

    private static Finding Clean(Finding finding, Connection typed) => finding with
    {
        Sentence = Masked(finding.Sentence, typed),
        Fix = finding.Fix?.ToDictionary(f => f.Key, f => f.Value is null ? null : Masked(f.Value, typed)),
    };

    private static string Clean(string text, Connection typed)
    {
        var masked = new string([.. Masked(text, typed).Select(c => char.IsControl(c) ? ' ' : c)]);
        return masked.Length <= MaxTextCharacters ? masked : masked[..(MaxTextCharacters - 3)] + "...";
    }

    private static byte[] Masked(byte[] json, Connection typed)
    {
        var text = Encoding.UTF8.GetString(json);
        var masked = Masked(text, typed);
        return ReferenceEquals(text, masked) ? json : Encoding.UTF8.GetBytes(masked);
    }

    /// <summary>A server that repeats a key does not get it shown.</summary>
    public static string Masked(string text, Connection typed) => typed.Keys.Concat(typed.Headers.Values).Where(secret => secret.Trim().Length >= ShortestSecret)
        .Aggregate(text, (masked, secret) => masked.Replace(secret.Trim(), "***", StringComparison.Ordinal));
}
