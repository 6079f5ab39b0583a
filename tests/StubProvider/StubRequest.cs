using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OpenWebUi.StubProvider;

/// <summary>One request as the stub saw it. Safe to read from any thread; body properties are final once <see cref="BodyRead"/> completed.</summary>
public sealed class StubRequest
{
    private readonly TaskCompletionSource<DateTimeOffset> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _bodyRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal StubRequest(HttpContext context, DateTimeOffset receivedAt)
    {
        Method = context.Request.Method;
        Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Path = context.Request.Path.Value ?? "/";
        Headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        ReceivedAt = receivedAt;
    }

    /// <summary>The HTTP method in capitals.</summary>
    public string Method { get; }

    /// <summary>Path and query exactly as they stood in the request line, still encoded.</summary>
    public string Target { get; }

    /// <summary>The path alone, decoded.</summary>
    public string Path { get; }

    /// <summary>Headers by name, any case; several values are joined with commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>When the head arrived.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>The body's first bytes, up to <see cref="StubOptions.MaxRecordedBodyBytes"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>How many bytes the body had in all.</summary>
    public long BodyLength { get; private set; }

    /// <summary>SHA-256 of the whole body, lower-case hex, also where it was longer than what is kept.</summary>
    public string BodySha256 { get; private set; } = "";

    /// <summary>The kept body as UTF-8 text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body as a JSON object; null where it is none.</summary>
    public JsonObject? Json { get; private set; }

    /// <summary>The JSON body's <c>model</c>, null where there is none.</summary>
    public string? Model => Json?["model"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : null;

    /// <summary>Completes once the whole body is here; faulted if the caller left before.</summary>
    public Task BodyRead => _bodyRead.Task;

    /// <summary>Completes, with the time, when the caller went away before the answer's end; never completes otherwise.</summary>
    public Task<DateTimeOffset> Aborted => _aborted.Task;

    /// <summary>Whether the caller went away before the answer's end.</summary>
    public bool IsAborted => _aborted.Task.IsCompleted;

    /// <summary>Completes when the stub is done with the request, whatever the outcome.</summary>
    public Task Completed => _completed.Task;

    /// <summary>Completes when a <c>stall</c> or <c>slow-headers</c> request has reached the point where it waits.</summary>
    public Task Held => _held.Task;

    /// <summary>Lets a held request (<c>stall</c>, <c>slow-headers</c>) go on. May be called before it is held, and repeatedly.</summary>
    public void Release() => _released.TrySetResult();

    internal Task HoldAsync(CancellationToken cancellationToken)
    {
        _held.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken);
    }

    internal void MarkAborted(DateTimeOffset at) => _aborted.TrySetResult(at);

    internal void MarkCompleted() => _completed.TrySetResult();

    internal async Task ReadBodyAsync(Stream body, int maxKept, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                BodyLength += read;
                kept.Write(buffer, 0, (int)Math.Min(read, Math.Max(0, maxKept - kept.Length)));
            }
        }
        catch (Exception e)
        {
            Body = kept.ToArray();
            _bodyRead.TrySetException(e);
            _ = _bodyRead.Task.Exception;
            throw;
        }

        Body = kept.ToArray();
        BodySha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        Json = ParseObject(Body.Span);
        _bodyRead.TrySetResult();
    }

    private static JsonObject? ParseObject(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body[0] is not ((byte)'{' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
