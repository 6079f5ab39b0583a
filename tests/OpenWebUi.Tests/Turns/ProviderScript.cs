using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Turns;

/// <summary>A provider whose answers a test speaks, piece by piece. Titles are answered by themselves.</summary>
internal sealed class ProviderScript
{
    private readonly Channel<ScriptedAnswer> _asked = Channel.CreateUnbounded<ScriptedAnswer>();

    /// <summary>What a model says that is asked for a title; null lets the call fail.</summary>
    public string? Title { get; set; } = "A title";

    /// <summary>The models that were asked for a title.</summary>
    public List<string> TitleModels { get; } = [];

    /// <summary>Says this at once to everybody who asks; null waits for the test.</summary>
    public string? AlwaysSay { get; set; } = "Hello there!";

    public StubBehavior Behavior => StubBehavior.Custom(AnswerAsync);

    /// <summary>The next completion that was asked for; its answer waits for what the test says.</summary>
    public async Task<ScriptedAnswer> AskedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _asked.Reader.ReadAsync(limit.Token);
    }

    private async Task AnswerAsync(HttpContext context, StubRequest request)
    {
        var answer = new ScriptedAnswer(request);
        if (request.BodyText.Contains("Write a title", StringComparison.Ordinal))
        {
            lock (TitleModels)
            {
                TitleModels.Add(request.Model!);
            }

            if (Title is null)
            {
                context.Response.StatusCode = 500;
                return;
            }

            answer.Say(Title);
            answer.End();
        }
        else
        {
            if (AlwaysSay is { } text)
            {
                answer.Say(text);
                answer.End();
            }

            await _asked.Writer.WriteAsync(answer);
        }

        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync();
        await foreach (var line in answer.Lines.ReadAllAsync(context.RequestAborted))
        {
            if (line == ScriptedAnswer.Cut)
            {
                context.Abort();
                return;
            }

            await context.Response.WriteAsync(line, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}

internal sealed class ScriptedAnswer(StubRequest request)
{
    public const string Cut = "cut";

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public StubRequest Request => request;

    /// <summary>What the model was told, as <c>role: text</c>.</summary>
    public IReadOnlyList<string> Prompt => [.. request.Json!["messages"]!.AsArray().Select(m => $"{m!["role"]}: {m["content"]}")];

    internal ChannelReader<string> Lines => _lines.Reader;

    public void Say(string text) => Write(new() { ["content"] = text }, null);

    public void Think(string text) => Write(new() { ["reasoning_content"] = text }, null);

    public void End(string reason = "stop")
    {
        Write([], reason);
        _lines.Writer.TryWrite("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\ndata: [DONE]\n\n");
        _lines.Writer.TryComplete();
    }

    public void Break()
    {
        _lines.Writer.TryWrite(Cut);
        _lines.Writer.TryComplete();
    }

    private void Write(JsonObject delta, string? finish)
    {
        var chunk = new JsonObject { ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }) };
        _lines.Writer.TryWrite($"data: {chunk.ToJsonString(JsonSerializerOptions.Web)}\n\n");
    }
}
