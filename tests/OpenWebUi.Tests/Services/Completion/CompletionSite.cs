using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenWebUi.Services.Completion;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Completion;

/// <summary>A stub provider and the whole product connected to it; completions are asked for below HTTP, with the product's own services.</summary>
internal sealed class CompletionSite : IAsyncDisposable
{
    private readonly TestSite _site;

    private CompletionSite(StubServer stub, TestSite site, TimeProvider time)
    {
        (Stub, _site) = (stub, site);
        Log = new LinesLogger();
        Client = ActivatorUtilities.CreateInstance<CompletionClient>(site.Services, Log, time);
    }

    public StubServer Stub { get; }

    public CompletionClient Client { get; }

    public LinesLogger Log { get; }

    public string ConnectionName => $"127.0.0.1:{Stub.Port}";

    public static Task<CompletionSite> StartAsync(params (string Name, string Value)[] environment) => StartAsync(TimeProvider.System, environment);

    public static async Task<CompletionSite> StartAsync(TimeProvider time, params (string Name, string Value)[] environment)
    {
        var stub = await StubServer.StartAsync();
        return new(stub, await TestSite.StartAsync(time, [("BASE_URL", stub.BaseUrl), .. environment]), time);
    }

    public static CompletionCall Call(string model, string? ownKey = null, string more = "") =>
        new(model, Encoding.UTF8.GetBytes($$"""{"model":{{JsonSerializer.Serialize(model)}},"stream":true,"messages":[{"role":"user","content":"hello"}]{{more}}}"""), ownKey, OpenWebUi.Services.Models.ModelViewer.Site);

    /// <summary>Everything that comes; adjacent pieces of text are one.</summary>
    public async Task<IReadOnlyList<CompletionEvent>> AskAsync(string model = "any", string? ownKey = null, string more = "")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        List<CompletionEvent> events = [];
        await foreach (var next in Client.AskAsync(Call(model, ownKey, more), limit.Token))
        {
            events.Add((events.LastOrDefault(), next) switch
            {
                (CompletionEvent.Text before, CompletionEvent.Text text) => new CompletionEvent.Text(Pop(events, before.Value) + text.Value),
                (CompletionEvent.Reasoning before, CompletionEvent.Reasoning thought) => new CompletionEvent.Reasoning(Pop(events, before.Value) + thought.Value),
                _ => next,
            });
        }

        return events;

        static string Pop(List<CompletionEvent> events, string value)
        {
            events.RemoveAt(events.Count - 1);
            return value;
        }
    }

    /// <summary>The stub answers every call with these events and ends properly.</summary>
    public void Stream(params string[] data) => Answer("text/event-stream", string.Concat(data.Select(one => $"data: {one}\n\n")));

    /// <summary>The stub answers every call with this body.</summary>
    public void Answer(string contentType, string body, int status = 200, Action<HttpResponse>? more = null) =>
        Stub.Behavior = StubBehavior.Custom(async (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            more?.Invoke(context.Response);
            await context.Response.WriteAsync(body);
        });

    /// <summary>A chunk with this delta.</summary>
    public static string Delta(string delta, string finish = "null") => $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""";

    public static string Content(string jsonString) => Delta($$"""{"content":"{{jsonString}}"}""");

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await Stub.DisposeAsync();
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LinesLogger : ILogger<CompletionClient>
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{logLevel}: {formatter(state, exception)}");
        }
    }
}
