using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Survival;

/// <summary>What a model says to one question, and how slowly.</summary>
/// <param name="Question">The text of the person's message: how the provider finds the script.</param>
/// <param name="Pieces">In order; the first <paramref name="Thoughts"/> of them are reasoning.</param>
/// <param name="Pace">Before each piece.</param>
internal sealed record Script(string Question, IReadOnlyList<string> Pieces, int Thoughts, TimeSpan Pace)
{
    private readonly TaskCompletionSource[] _said = [.. Pieces.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    private int _asked;

    /// <summary>Asked to go on, it says the rest at its pace too; else at once.</summary>
    public bool IsSlowAgain { get; init; }

    public string Content => string.Concat(Pieces.Skip(Thoughts));

    public string Reasoning => string.Concat(Pieces.Take(Thoughts));

    /// <summary>How often a provider was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Completes when the piece has left the provider.</summary>
    public Task Said(int piece) => _said[piece].Task;

    /// <summary>An answer of plain words.</summary>
    public static Script Plain(int pieces, TimeSpan pace)
    {
        var mark = Guid.NewGuid().ToString("N")[..12];
        return new("Tell " + mark, [.. Enumerable.Range(0, pieces).Select(i => $"word{i} ")], 0, pace);
    }

    /// <summary>An answer of some words, some of them outside the basic plane, that nobody else gets.</summary>
    public static Script Of(int pieces, TimeSpan pace, int thoughts = 0)
    {
        var mark = Guid.NewGuid().ToString("N")[..12];
        return new("Tell " + mark, [.. Enumerable.Range(0, pieces).Select(i => (i % 5) switch { 0 => $"{mark[(i % 12)..]}-{i} ", 3 => $"\"💙\\{i}\" ", 4 => "naïve 漢字\n", _ => $"w{i} " })], thoughts, pace);
    }

    public void Begin() => Interlocked.Increment(ref _asked);

    public void Tell(int piece) => _said[piece].TrySetResult();
}

/// <summary>A provider that says its scripts piece by piece. Asked to go on with an answer, it says the rest.</summary>
internal sealed class ScriptedProvider : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Script> _scripts = new();

    private ScriptedProvider(StubServer stub) => Stub = stub;

    public StubServer Stub { get; }

    public IEnumerable<(string Name, string Value)> Environment => [("OPENAI_API_BASE_URL", Stub.BaseUrl), ("OPENAI_API_KEY", Package.HostedPackage.ProviderKey)];

    public static async Task<ScriptedProvider> StartAsync()
    {
        var provider = new ScriptedProvider(await StubServer.StartAsync());
        provider.Stub.Behavior = StubBehavior.Custom(provider.ServeAsync);
        return provider;
    }

    public Script Add(Script script) => _scripts[script.Question] = script;

    public ValueTask DisposeAsync() => Stub.DisposeAsync();

    private async Task ServeAsync(HttpContext context, StubRequest request)
    {
        if (request.Json?["messages"] is not JsonArray messages)
        {
            await context.Response.WriteAsync("""{"object":"list","data":[{"id":"m","object":"model"}]}""");
            return;
        }

        var script = _scripts[(string)messages.Last(m => (string?)m!["role"] == "user")!["content"]!];
        script.Begin();
        var spoken = (string?)messages[^1]!["role"] == "assistant" ? (string)messages[^1]!["content"]! : null;
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (spoken is not null)
        {
            // A prompt that is not the beginning of the answer is a bug of the product: what then comes fits nothing.
            var rest = script.Content.StartsWith(spoken, StringComparison.Ordinal) ? script.Content[spoken.Length..] : $"<asked to go on with something else: {spoken}>";
            const int stretch = 6;
            var at = 0;
            for (; script.IsSlowAgain && at + stretch < rest.Length; at += stretch)
            {
                await Task.Delay(script.Pace, context.RequestAborted);
                await SayAsync(context, "content", rest.Substring(at, stretch));
            }

            await SayAsync(context, "content", rest[at..]);
        }
        else
        {
            for (var i = 0; i < script.Pieces.Count; i++)
            {
                await (script.Pace > TimeSpan.Zero ? Task.Delay(script.Pace, context.RequestAborted) : Task.CompletedTask);
                await SayAsync(context, i < script.Thoughts ? "reasoning_content" : "content", script.Pieces[i]);
                script.Tell(i);
            }
        }

        await WriteAsync(context, """{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        await WriteAsync(context, "[DONE]");
    }

    private static Task SayAsync(HttpContext context, string part, string text) => WriteAsync(context, new JsonObject
    {
        ["object"] = "chat.completion.chunk",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = new JsonObject { [part] = text }, ["finish_reason"] = null }),
    }.ToJsonString());

    private static async Task WriteAsync(HttpContext context, string data)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
