using System.IO.Compression;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Services.Completion;

/// <summary>
/// Asks a provider for one answer and tells what comes as events:
/// <list type="number">
/// <item>A connection is chosen, as the relay does it; a preset becomes its base model, with its words.</item>
/// <item>The call is sent, and the status waited for.</item>
/// <item>An error status, a redirect or a web page ends it.</item>
/// <item>The answer is read: a stream of events, or, told by its first byte, one whole completion that came instead.</item>
/// <item>Whatever happened, one last event says how it ended.</item>
/// </list>
/// Whoever stops reading, or cancels, closes the provider's connection at once.
/// </summary>
internal sealed partial class CompletionClient(
    ModelRouter router, UpstreamDispatcher dispatcher, ConnectionOptions options, UsageMeter meter, TimeProvider time, ILogger<CompletionClient> logger)
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
        var choice = await router.ChooseAsync(call.Model, new(Dialect.OpenAi, call.Viewer, string.IsNullOrEmpty(call.OwnKey) ? null : call.OwnKey), cancellation);
        if (choice.Refusal is { } refusal)
        {
            yield return new CompletionEvent.Failed(refusal, null);
            yield break;
        }

        if (choice.Preset is { } preset)
        {
            call = call with { Model = preset.BaseId, Body = PresetRequest.Apply(call.Body, preset, RequestForm.Chat, call.Viewer, time.GetUtcNow()) };
        }

        // 2
        using var clock = new IdleClock(time, cancellation);
        var request = new ProviderRequest(call, time);
        var (sent, failed) = await SendAsync(choice, request, clock, cancellation);
        if (failed is not null)
        {
            yield return failed;
            yield break;
        }

        using var open = sent!;
        var connection = open.Connection;
        var answer = new AnswerReader(choice.OwnKey is { } own ? connection with { Keys = [.. connection.Keys, own] } : connection);
        await using var events = ReadAsync(open, request.TranslationOf(open.Route), answer, clock).GetAsyncEnumerator(CancellationToken.None);
        var count = new CompletionCount();
        try
        {
            while (await NextAsync(events, connection, answer, clock, cancellation) is { } next)
            {
                count.Take(next);
                yield return next;
            }

            // 5
            foreach (var last in answer.End())
            {
                count.Take(last);
                yield return last;
            }
        }
        finally
        {
            if (count.Result(call.Body.Length) is { } used)
            {
                meter.Add(call.Viewer, call.Model, connection.Id, used);
            }
        }
    }

    private async Task<(UpstreamAnswer? Answer, CompletionEvent.Failed? Failed)> SendAsync(
        RouteChoice choice, ProviderRequest request, IdleClock clock, CancellationToken cancellation)
    {
        UpstreamFailure failure;
        string cause;
        try
        {
            clock.Start(options.IdleTimeout);
            var answer = await dispatcher.SendAsync(new(choice.Routes, choice.OwnKey, request.MessageFor, () => true), clock.Token);
            clock.Stop();
            return (answer, null);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RefusedException e)
        {
            // The provider's dialect has no word for something in the chat.
            return (null, new(e.Report, choice.Routes[0].Connection.Name));
        }
        catch (UpstreamFailedException e)
        {
            (failure, cause) = (e.Failure, e.Message);
        }
        catch (OperationCanceledException e) when (clock.HasRung)
        {
            (failure, cause) = (new(UpstreamLeg.Timeout, choice.Routes[0].Connection.Name), e.Message);
        }

        Log.UpstreamFailed(logger, failure.ConnectionName, failure.Leg, cause);
        return (null, new(failure.Report, failure.ConnectionName));
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
        UnreadableAnswerException or JsonException or InvalidDataException or InvalidOperationException => UpstreamLeg.Unreadable,
        HttpRequestException or IOException or OperationCanceledException => clock.HasRung ? UpstreamLeg.Timeout : UpstreamFailure.Of(exception, connection.Name).Leg,
        _ => null,
    };

    private async IAsyncEnumerable<CompletionEvent> ReadAsync(UpstreamAnswer sent, TranslatedCall? translated, AnswerReader answer, IdleClock clock)
    {
        var (connection, response) = (sent.Connection, sent.Response);

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
        await using var stream = new ProviderStream(await BodyOfAsync(response, translated, clock.Token), clock, options.IdleTimeout);
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

    /// <summary>Nothing asks for compression; some gateways compress all the same.</summary>
    private static async Task<Stream> BodyOfAsync(HttpResponseMessage response, TranslatedCall? translated, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellation);
        body = response.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body;
        return translated?.Wrap(body) ?? body;
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
