using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Completion;

/// <summary>
/// Asks a provider for one answer and tells what comes as events:
/// <list type="number">
/// <item>A connection is chosen, as the relay does it.</item>
/// <item>The call is sent, and the status waited for.</item>
/// <item>An error status, a redirect or a web page ends it.</item>
/// <item>The answer is read: a stream of events, or, told by its first byte, one whole completion that came instead.</item>
/// <item>Whatever happened, one last event says how it ended.</item>
/// </list>
/// Whoever stops reading, or cancels, closes the provider's connection at once.
/// </summary>
internal sealed partial class CompletionClient(
    ModelRouter router, UpstreamClient client, ConnectionOptions options, TimeProvider time, ILogger<CompletionClient> logger)
{
    /// <summary>How long usage is waited for once the answer is complete. OpenAI sends it right behind.</summary>
    private static readonly TimeSpan UsagePatience = TimeSpan.FromSeconds(10);

    /// <summary>How long the end is waited for behind the last event: a connection read to its end can be used again.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    /// <summary>Asks once; nothing is repeated. Nothing may move for <see cref="ConnectionOptions.IdleTimeout"/>; there is no total timeout.</summary>
    /// <returns>Exactly one <see cref="CompletionEvent.Finished"/> or <see cref="CompletionEvent.Failed"/> comes last.</returns>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancellation"/> was cancelled.</exception>
    public async IAsyncEnumerable<CompletionEvent> AskAsync(CompletionCall call, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // 1
        var (connection, refusal) = await ChooseAsync(call.Model, cancellation);
        if (connection is null)
        {
            yield return new CompletionEvent.Failed(refusal!, null);
            yield break;
        }

        var ownKey = router.TakesOwnKey(connection) ? call.OwnKey : null;
        var answer = new AnswerReader(string.IsNullOrEmpty(ownKey) ? connection : connection with { Keys = [.. connection.Keys, ownKey] });
        using var clock = new IdleClock(time, cancellation);
        await using var events = ReadAsync(call, connection, ownKey, answer, clock).GetAsyncEnumerator(CancellationToken.None);
        while (await NextAsync(events, connection, answer, clock, cancellation) is { } next)
        {
            yield return next;
        }

        // 5
        foreach (var last in answer.End())
        {
            yield return last;
        }
    }

    private async ValueTask<(Connection? Connection, ErrorReport? Refusal)> ChooseAsync(string model, CancellationToken cancellation)
    {
        var candidates = router.Candidates(Dialect.OpenAi, ollamaOnly: false, hasOnlyOwnKey: false);
        if (candidates.Count == 0)
        {
            return (null, new(404, "no_connection", "No provider is connected to this site. Set OPENAI_API_KEY, OPENAI_API_BASE_URL or OLLAMA_BASE_URL."));
        }

        return await router.ChooseAsync(model, candidates, cancellation) is { } connection
            ? (connection, null)
            : (null, new(404, "model_not_found", $"The model '{WholeCharacters.Cut(model, 200)}' does not exist here. The model list has the ones that do.", "model"));
    }

    /// <summary>The next event; null when no more comes, and <paramref name="answer"/> knows why.</summary>
    private async ValueTask<CompletionEvent?> NextAsync(
        IAsyncEnumerator<CompletionEvent> events, Connection connection, AnswerReader answer, IdleClock clock, CancellationToken cancellation)
    {
        try
        {
            if (await events.MoveNextAsync())
            {
                return events.Current;
            }

            if (answer.Failure is null && !answer.IsFinished)
            {
                Fail(answer, connection, UpstreamLeg.Cut, "the end came before the answer's");
            }
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Also where the closed connection speaks first.
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception e) when (LegOf(e, connection, clock) is { } leg)
        {
            // A provider may say that its answer is complete and never end it.
            if (!answer.IsFinished)
            {
                // What could not be read is not repeated, and the parser's message repeats it.
                Fail(answer, connection, leg, leg == UpstreamLeg.Unreadable ? e.GetType().Name : e.Message);
            }
        }

        return null;
    }

    private static UpstreamLeg? LegOf(Exception exception, Connection connection, IdleClock clock) => exception switch
    {
        JsonException or InvalidDataException or InvalidOperationException => UpstreamLeg.Unreadable,
        HttpRequestException or IOException or OperationCanceledException => clock.HasRung ? UpstreamLeg.Timeout : UpstreamFailure.Of(exception, connection.Name).Leg,
        _ => null,
    };

    private async IAsyncEnumerable<CompletionEvent> ReadAsync(
        CompletionCall call, Connection connection, string? ownKey, AnswerReader answer, IdleClock clock)
    {
        // 2
        using var message = MessageFor(call, connection);
        clock.Start(options.IdleTimeout);
        using var response = await client.SendAsync(connection, message, ownKey, clock.Token);
        clock.Stop();

        // 3
        var status = (int)response.StatusCode;
        if (status >= 400)
        {
            clock.Start(options.IdleTimeout);
            answer.Fail(await answer.ReadErrorAsync(response, clock.Token));
            Log.Refused(logger, connection.Name, status);
            yield break;
        }

        if (status >= 300 || response.Content.Headers.ContentType?.MediaType == "text/html")
        {
            Fail(answer, connection, UpstreamLeg.NotAnApi, $"status {status}");
            yield break;
        }

        yield return new CompletionEvent.Opened(connection.Name);

        // 4
        await using var stream = new ProviderStream(await BodyOfAsync(response, clock.Token), clock, options.IdleTimeout);
        var first = await stream.PeekAsync();
        if (first == '<')
        {
            Fail(answer, connection, UpstreamLeg.NotAnApi, "a web page");
            yield break;
        }

        await foreach (var next in first == '{' ? ReadWholeAsync(stream, answer) : ReadStreamAsync(stream, answer, clock))
        {
            yield return next;
        }

        if (answer.Failure is not null)
        {
            Log.Refused(logger, connection.Name, answer.Failure.Status);
        }
    }

    private static HttpRequestMessage MessageFor(CompletionCall call, Connection connection)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, connection.UrlFor(Dialect.OpenAi, "chat/completions", ""))
        {
            Content = new ReadOnlyMemoryContent(call.Body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return message;
    }

    /// <summary>Nothing asks for compression; some gateways compress all the same.</summary>
    private static async Task<Stream> BodyOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellation);
        return response.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body;
    }

    private static async IAsyncEnumerable<CompletionEvent> ReadStreamAsync(ProviderStream stream, AnswerReader answer, IdleClock clock)
    {
        var parser = SseParser.Create(stream, static (_, data) => data.ToArray());
        await foreach (var item in parser.EnumerateAsync(clock.Token))
        {
            stream.BeginEvent();
            IReadOnlyList<CompletionEvent> events;
            try
            {
                events = Read(item, answer);
            }
            catch (JsonException) when (stream.HasEnded)
            {
                // Half an event: the end came before the answer's.
                yield break;
            }

            foreach (var next in events)
            {
                yield return next;
            }

            if (answer.Failure is not null)
            {
                yield break;
            }

            stream.Patience = answer.IsDone ? EndPatience : answer.IsFinished ? UsagePatience : stream.Patience;
        }
    }

    private static IReadOnlyList<CompletionEvent> Read(SseItem<byte[]> item, AnswerReader answer)
    {
        var data = item.Data.AsMemory().Trim(" \t"u8);
        if (data.Span.SequenceEqual("[DONE]"u8))
        {
            answer.Done();
            return [];
        }

        return data.Length == 0 ? [] : answer.Read(data, isError: item.EventType == "error");
    }

    /// <summary>A provider that does not stream this model.</summary>
    private static async IAsyncEnumerable<CompletionEvent> ReadWholeAsync(ProviderStream stream, AnswerReader answer)
    {
        foreach (var next in answer.Read(await stream.ReadToEndAsync()))
        {
            yield return next;
        }

        if (answer.Failure is null && !answer.HasChoices)
        {
            throw new InvalidDataException("No choices.");
        }

        answer.Done();
    }

    private void Fail(AnswerReader answer, Connection connection, UpstreamLeg leg, string cause)
    {
        Log.UpstreamFailed(logger, connection.Name, leg, cause);
        answer.Fail(new UpstreamFailure(leg, connection.Name).Report);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection} failed at {Leg}: {Cause}")]
        public static partial void UpstreamFailed(ILogger logger, string connection, UpstreamLeg leg, string cause);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Connection {Connection} answered with an error, status {Status}")]
        public static partial void Refused(ILogger logger, string connection, int status);
    }
}
