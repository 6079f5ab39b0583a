using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.StubProvider;

/// <summary>The ways in which a stub can answer or misbehave; each but <see cref="Custom"/> has a model name, see <see cref="StubBehavior.FromModel"/>.</summary>
public enum StubBehaviorKind
{
    Answer, Status, Vllm, Cut, CutMidLine, Stall, SlowHeaders, Html, HtmlBadGateway, Garbage, Redirect,
    CutAt, Gzip, WrongType, EndlessLine, ErrorMidStream, Stepped, Paced, Empty, NotJson, NoStream, NoDone, Custom,
}

/// <summary>
/// What a stub does with a request. Set it for all requests with <see cref="StubServer.Behavior"/>, or let the caller choose it by
/// the model's name (only where the stub's own behaviour is <see cref="Answer"/>).
/// </summary>
public sealed record StubBehavior
{
    private StubBehavior(StubBehaviorKind kind) => Kind = kind;

    /// <summary>Answers correctly; the default.</summary>
    public static StubBehavior Answer { get; } = new(StubBehaviorKind.Answer);

    /// <summary>Model <c>cut-midline</c>: sends three chunks and half of the fourth, then resets the connection.</summary>
    public static StubBehavior CutMidLine { get; } = new(StubBehaviorKind.CutMidLine) { Count = 3 };

    /// <summary>Model <c>slow-headers</c>: sends no status before <see cref="StubRequest.Release"/> or <see cref="StubServer.Release"/>.</summary>
    public static StubBehavior SlowHeaders { get; } = new(StubBehaviorKind.SlowHeaders);

    /// <summary>Model <c>html</c>: 200 with a text/html page (a captive portal, a login page).</summary>
    public static StubBehavior Html { get; } = new(StubBehaviorKind.Html);

    /// <summary>Model <c>html-502</c>: the 502 page of a reverse proxy.</summary>
    public static StubBehavior HtmlBadGateway { get; } = new(StubBehaviorKind.HtmlBadGateway);

    /// <summary>Model <c>garbage</c>: bytes that are not HTTP, then the end of the connection (over TLS: a plain abort).</summary>
    public static StubBehavior Garbage { get; } = new(StubBehaviorKind.Garbage);

    /// <summary>Model <c>gzip</c>: the right answer with Content-Encoding gzip, whatever the caller accepts; each chunk is flushed.</summary>
    public static StubBehavior Gzip { get; } = new(StubBehaviorKind.Gzip);

    /// <summary>Model <c>wrong-type</c>: the right bytes, but labelled application/octet-stream.</summary>
    public static StubBehavior WrongType { get; } = new(StubBehaviorKind.WrongType);

    /// <summary>Model <c>endless-line</c>: the right headers, then one line that goes on until the caller leaves.</summary>
    public static StubBehavior EndlessLine { get; } = new(StubBehaviorKind.EndlessLine);

    /// <summary>Model <c>empty</c>: 200, Content-Length 0.</summary>
    public static StubBehavior Empty { get; } = new(StubBehaviorKind.Empty);

    /// <summary>Model <c>not-json</c>: 200 application/json whose body is no JSON.</summary>
    public static StubBehavior NotJson { get; } = new(StubBehaviorKind.NotJson);

    /// <summary>Model <c>no-stream</c>: one whole JSON answer although the caller asked for a stream.</summary>
    public static StubBehavior NoStream { get; } = new(StubBehaviorKind.NoStream);

    /// <summary>Model <c>no-done</c>: a stream that ends properly for HTTP, but without its last event (<c>[DONE]</c> or <c>"done":true</c>).</summary>
    public static StubBehavior NoDone { get; } = new(StubBehaviorKind.NoDone);

    /// <summary>What kind of behaviour this is.</summary>
    public StubBehaviorKind Kind { get; }

    /// <summary>Chunks before the event (cut, stall, error), bytes before it (cutat), or text chunks in the answer (stepped, paced).</summary>
    public int Count { get; private init; }

    /// <summary>The HTTP status of <see cref="Status"/> and <see cref="Vllm"/>.</summary>
    public int StatusCode { get; private init; }

    /// <summary>The time between the chunks of <see cref="Paced"/>.</summary>
    public TimeSpan Interval { get; private init; }

    /// <summary>The Retry-After header, whole seconds; null sends none.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The error's message; null takes <see cref="StubErrors.MessageFor"/>.</summary>
    public string? Message { get; private init; }

    /// <summary>Where <see cref="Redirect"/> points.</summary>
    public string? Location { get; private init; }

    /// <summary>The code of <see cref="Custom"/>.</summary>
    public Func<HttpContext, StubRequest, Task>? Handler { get; private init; }

    /// <summary>Model <c>status-&lt;n&gt;</c>: that status with an error body in the form of the route's dialect; 429 and 503 by name carry Retry-After 7.</summary>
    public static StubBehavior Status(int status, TimeSpan? retryAfter = null, string? message = null) =>
        new(StubBehaviorKind.Status) { StatusCode = status, RetryAfter = retryAfter, Message = message };

    /// <summary>Model <c>vllm-&lt;n&gt;</c>: that status with vLLM's flat error body, <c>{"object":"error","message",...,"code":n}</c>.</summary>
    public static StubBehavior Vllm(int status) => new(StubBehaviorKind.Vllm) { StatusCode = status };

    /// <summary>Model <c>cut</c>: resets the connection after this many chunks, in the middle of the body.</summary>
    public static StubBehavior Cut(int afterChunks = 3) => new(StubBehaviorKind.Cut) { Count = afterChunks };

    /// <summary>Model <c>cutat-&lt;bytes&gt;</c>: resets the connection after this many bytes of the body, in the middle of whatever stands there.</summary>
    public static StubBehavior CutAt(int bytes) => new(StubBehaviorKind.CutAt) { Count = bytes };

    /// <summary>Model <c>stall</c>: headers and this many chunks, then nothing until released (the rest follows) or aborted.</summary>
    public static StubBehavior Stall(int afterChunks = 1) => new(StubBehaviorKind.Stall) { Count = afterChunks };

    /// <summary>Model <c>error-midstream</c>: this many chunks, then the dialect's error event and a proper end of the body.</summary>
    public static StubBehavior ErrorMidStream(int afterChunks = 2) => new(StubBehaviorKind.ErrorMidStream) { Count = afterChunks };

    /// <summary>Model <c>redirect</c>: 302 to <paramref name="location"/>.</summary>
    public static StubBehavior Redirect(string location = "http://169.254.169.254/") => new(StubBehaviorKind.Redirect) { Location = location };

    /// <summary>Model <c>stepped</c> or <c>stepped-&lt;chunks&gt;</c>: each chunk waits for <see cref="StepGate.StepAsync"/> of <see cref="StubServer.Steps"/>.</summary>
    public static StubBehavior Stepped(int textChunks = 4) => new(StubBehaviorKind.Stepped) { Count = textChunks };

    /// <summary>Model <c>paced-&lt;count&gt;x&lt;ms&gt;</c>: text chunks at a fixed interval; one timer a stream, so thousands may run at once.</summary>
    public static StubBehavior Paced(int textChunks, TimeSpan interval) => new(StubBehaviorKind.Paced) { Count = textChunks, Interval = interval };

    /// <summary>Runs the test's own code; the request's body has been read and recorded before.</summary>
    public static StubBehavior Custom(Func<HttpContext, StubRequest, Task> handler) => new(StubBehaviorKind.Custom) { Handler = handler };

    /// <summary>The behaviour that a model name asks for (a <c>:tag</c> is ignored); <see cref="Answer"/> for every other name.</summary>
    public static StubBehavior FromModel(string? model)
    {
        var name = (model ?? "").Split(':')[0];
        return name switch
        {
            "cut" => Cut(),
            "cut-midline" => CutMidLine,
            "stall" => Stall(),
            "slow-headers" => SlowHeaders,
            "html" => Html,
            "html-502" => HtmlBadGateway,
            "garbage" => Garbage,
            "redirect" => Redirect(),
            "gzip" => Gzip,
            "wrong-type" => WrongType,
            "endless-line" => EndlessLine,
            "error-midstream" => ErrorMidStream(),
            "stepped" => Stepped(),
            "empty" => Empty,
            "not-json" => NotJson,
            "no-stream" => NoStream,
            "no-done" => NoDone,
            _ => WithNumbers(name),
        };
    }

    private static StubBehavior WithNumbers(string name)
    {
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            return Answer;
        }

        var numbers = name[(dash + 1)..].Split('x');
        if (!int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first))
        {
            return Answer;
        }

        return (name[..dash], numbers.Length) switch
        {
            ("status", 1) when first is >= 400 and <= 599 => Status(first, first is 429 or 503 ? TimeSpan.FromSeconds(7) : null),
            ("vllm", 1) when first is >= 400 and <= 599 => Vllm(first),
            ("cutat", 1) => CutAt(first),
            ("stepped", 1) => Stepped(first),
            ("paced", 2) when int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms > 0 =>
                Paced(first, TimeSpan.FromMilliseconds(ms)),
            _ => Answer,
        };
    }
}
