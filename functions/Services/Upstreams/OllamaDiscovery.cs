namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// Finds an Ollama on this machine (<c>http://localhost:11434</c>), after the start and never in its way, and again every
/// 30 s while the process runs, so that one started later is noticed and one stopped is let go. It counts only while it
/// offers a model. Runs on a laptop only: the Functions host bills a busy process.
/// </summary>
internal sealed class OllamaDiscovery(ConnectionRegistry registry, UpstreamClient client, ConnectionOptions options, TimeProvider time) : BackgroundService
{
    /// <summary>What the one that is found is called.</summary>
    public const string Name = "Ollama on this machine";

    private const string LocalUrl = "http://localhost:11434";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    private static readonly Connection Local = new("found-ollama", Name, ConnectionKind.Ollama, LocalUrl, []) { Provider = "ollama" };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.FindsOllama)
        {
            return;
        }

        await Task.Yield();
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            registry.Discovered(await OffersModelAsync(stoppingToken) ? Local : null);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> OffersModelAsync(CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, Local.UrlFor(Dialect.OllamaNative, "tags", ""));
            using var answer = await client.SendAsync(Local, message, ownKey: null, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return false;
            }

            using var document = await System.Text.Json.JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(limit.Token), cancellationToken: limit.Token);
            return document.RootElement.TryGetProperty("models", out var models) && models.GetArrayLength() > 0;
        }
        catch (Exception)
        {
            // Nothing there, or not an Ollama: the same answer for every cause.
            return false;
        }
    }
}
