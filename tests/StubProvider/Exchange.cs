using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.StubProvider;

/// <summary>One request and its answer: picks the behaviour, asks the dialect for the right answer, sends it as the behaviour wants.</summary>
internal sealed class Exchange(StubServer stub, HttpContext context, StubRequest request, CancellationTokenRegistration left, CancellationToken ending)
{
    public async Task RunAsync()
    {
        var behavior = stub.Behavior.Kind == StubBehaviorKind.Answer ? StubBehavior.FromModel(request.Model) : stub.Behavior;
        var dialect = AnthropicDialect.Speaks(request) ? StubDialect.Anthropic
            : request.Path.StartsWith("/api/", StringComparison.Ordinal) && !request.Path.StartsWith("/api/v1/", StringComparison.Ordinal) ? StubDialect.Ollama
            : StubDialect.OpenAi;
        if (behavior.Kind == StubBehaviorKind.Custom)
        {
            await behavior.Handler!(context, request);
        }
        else if (!KeyIsRight())
        {
            await Refusals.SendErrorAsync(context, dialect, 401, StubErrors.MessageFor(401), ending);
        }
        else if (!await Refusals.SendAsync(stub, context, request, left, behavior, dialect, ending))
        {
            var reply = dialect switch
            {
                StubDialect.Anthropic => AnthropicDialect.Answer(stub, request, behavior),
                StubDialect.Ollama => OllamaDialect.Answer(stub, request, behavior),
                _ => OpenAiDialect.Answer(stub, request, behavior),
            };
            if (reply is null)
            {
                await Refusals.SendErrorAsync(context, dialect, 404, $"The stub has no {request.Method} {request.Path}.", ending);
            }
            else
            {
                await SendAsync(reply, behavior);
            }
        }
    }

    private bool KeyIsRight() =>
        stub.RequiredKey is not { } key
        || request.Headers.GetValueOrDefault("Authorization") == "Bearer " + key
        || request.Headers.GetValueOrDefault("api-key") == key
        || request.Headers.GetValueOrDefault("x-api-key") == key;

    private async Task SendAsync(StubReply reply, StubBehavior behavior)
    {
        if (behavior.Kind == StubBehaviorKind.SlowHeaders)
        {
            await request.HoldAsync(ending);
        }

        if (behavior.Kind is StubBehaviorKind.Cut or StubBehaviorKind.CutMidLine or StubBehaviorKind.CutAt)
        {
            await CutAsync(reply, behavior);
            return;
        }

        var response = context.Response;
        response.ContentType = behavior.Kind == StubBehaviorKind.WrongType ? "application/octet-stream" : reply.ContentType;
        response.Headers.CacheControl = "no-cache";
        switch (behavior.Kind)
        {
            case StubBehaviorKind.Gzip:
                response.Headers.ContentEncoding = "gzip";
                await using (var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true))
                {
                    await SendChunksAsync(reply.Chunks, gzip, behavior, reply);
                }

                break;
            case StubBehaviorKind.EndlessLine:
                await SendEndlessLineAsync();
                break;
            case StubBehaviorKind.NoDone:
                await SendChunksAsync(reply.Chunks.SkipLast(reply.DoneChunks), response.Body, behavior, reply);
                break;
            default:
                response.ContentLength = behavior.Kind == StubBehaviorKind.ErrorMidStream ? null : reply.Length;
                await SendChunksAsync(reply.Chunks, response.Body, behavior, reply);
                break;
        }
    }

    private async Task SendChunksAsync(IEnumerable<ReadOnlyMemory<byte>> chunks, Stream body, StubBehavior behavior, StubReply reply)
    {
        using var timer = behavior.Kind == StubBehaviorKind.Paced ? new PeriodicTimer(behavior.Interval, stub.Time) : null;
        var index = 0;
        await context.Response.StartAsync(ending);
        await context.Response.Body.FlushAsync(ending);
        foreach (var chunk in chunks)
        {
            switch (behavior.Kind)
            {
                case StubBehaviorKind.Stall when index == behavior.Count:
                    await request.HoldAsync(ending);
                    break;
                case StubBehaviorKind.ErrorMidStream when index == behavior.Count:
                    await WriteAsync(reply.ErrorEvent);
                    return;
                case StubBehaviorKind.Paced when index > 0:
                    await timer!.WaitForNextTickAsync(ending);
                    break;
            }

            await (behavior.Kind == StubBehaviorKind.Stepped
                ? stub.Steps.PassAsync(request, index, chunk, WriteAsync, ending)
                : WriteAsync(chunk));
            index++;
        }

        async Task WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            await body.WriteAsync(bytes, ending);
            await body.FlushAsync(ending);
        }
    }

    private async Task SendEndlessLineAsync()
    {
        var line = new byte[64 * 1024];
        Array.Fill(line, (byte)'a');
        await context.Response.Body.WriteAsync("data: {\"id\":\""u8.ToArray(), ending);
        while (!ending.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(line, ending);
        }
    }

    /// <summary>
    /// Sends the head and the chunks that come before the cut, then resets the connection. The bytes go to the socket directly: what
    /// Kestrel has buffered is lost by an abort, and the caller must surely see the chunks before the cut.
    /// </summary>
    private async Task CutAsync(StubReply reply, StubBehavior behavior)
    {
        using var wire = new MemoryStream();
        var framing = reply.Length is { } length ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}") : "Transfer-Encoding: chunked";
        wire.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {reply.ContentType}\r\n{framing}\r\n\r\n"));
        var chunks = behavior.Kind == StubBehaviorKind.CutAt
            ? [reply.Chunks.SelectMany(chunk => chunk.ToArray()).Take(behavior.Count).ToArray()]
            : reply.Chunks.Take(behavior.Count).ToList();
        if (behavior.Kind == StubBehaviorKind.CutMidLine && reply.Chunks.Skip(behavior.Count).FirstOrDefault() is { Length: > 1 } next)
        {
            chunks.Add(next[..(next.Length / 2)]);
        }

        foreach (var chunk in chunks)
        {
            if (reply.Length is null)
            {
                wire.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{chunk.Length:x}\r\n")));
            }

            wire.Write(chunk.Span);
            if (reply.Length is null)
            {
                wire.Write("\r\n"u8);
            }
        }

        await RawWire.SendAndResetAsync(context, left, wire.ToArray(), ending);
    }
}
