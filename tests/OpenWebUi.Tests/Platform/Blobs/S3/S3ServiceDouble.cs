using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>
/// An S3 service with one bucket, strict about signatures, and with the faults of <see cref="FaultPlan"/>. There is none in Debian's or npm's
/// packages that knows conditional puts, whole objects at every moment and signatures: s3rver 3.7.1, the one that runs, has none of the
/// three (it is met in <see cref="S3rverTests"/>). Amazon's own client keeps this one honest: <see cref="S3SdkTests"/>.
/// </summary>
internal sealed class S3ServiceDouble : IAsyncDisposable
{
    public const string BucketName = "box";
    public const string Region = "eu-test-1";
    public const string AccessKeyId = "AKIATEST";
    public const string Prefix = "our/keys";

    private readonly WebApplication app;
    private readonly FaultPlan plan;
    private readonly CutTurn turn = new();
    private readonly Lock gate = new();
    private readonly List<SeenRequest> seen = [];
    private readonly S3SignatureCheck check;

    private S3ServiceDouble(WebApplication app, int? seed)
    {
        (this.app, plan, Secret) = (app, new FaultPlan(seed), "zq7marker-s3-secret-" + Guid.NewGuid().ToString("N"));
        check = new(AccessKeyId, Secret, Region);
    }

    public string Secret { get; }

    public string Endpoint => app.Urls.First();

    public S3DoubleBucket Bucket { get; } = new();

    /// <summary>Answers the next requests that fit instead of the bucket; null leaves them to it.</summary>
    public Func<HttpRequest, S3DoubleAnswer?> Instead { get; set; } = _ => null;

    /// <summary>Every request that came, in order, with the status that it was answered with; 0 for a cut one.</summary>
    public IReadOnlyList<SeenRequest> Seen
    {
        get
        {
            lock (gate)
            {
                return [.. seen];
            }
        }
    }

    /// <summary>The bucket as the product knows it.</summary>
    public S3Bucket Known(string? secret = null, string name = BucketName, string region = Region, string id = AccessKeyId) =>
        new(name, $"{Endpoint}/{name}", region, new BlobPath(Prefix), new S3Credential(id, secret ?? Secret));

    /// <param name="seed">For faults of its own; null adds only the ordered ones.</param>
    public static async Task<S3ServiceDouble> StartAsync(int? seed = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var site = builder.Build();
        var service = new S3ServiceDouble(site, seed);
        site.Run(service.ServeAsync);
        await site.StartAsync();
        return service;
    }

    /// <summary>Orders a fault for the next request that fits; each is used once.</summary>
    public void Order(Fault fault, Func<HttpRequest, bool> fits) => plan.Order(fault, fits);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        // The tries of one request bear one id, as those of Amazon's own clients do.
        var id = context.Request.Headers["amz-sdk-invocation-id"].ToString();
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        await turn.EnterAsync(id);
        S3DoubleAnswer? answer = null;
        var isCut = false;
        try
        {
            var fault = plan.Choose(context.Request, id);
            (answer, isCut) = await DecideAsync(context, target, fault is (Fault.CutAfter or Fault.ErrorAfter) && !turn.TryTake(id) ? Fault.None : fault);
        }
        finally
        {
            // Noted before it is answered, so that who has the answer finds it here.
            var status = isCut || answer is null ? 0 : answer.Status;
            turn.Leave(id, context.Request.Method, status);
            lock (gate)
            {
                seen.Add(new SeenRequest(context.Request.Method, target, id, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), status));
            }
        }

        if (answer is null)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, answer, isCut);
    }

    /// <summary>The answer, and whether it is cut in its middle; none where the connection breaks before it.</summary>
    private async Task<(S3DoubleAnswer? Answer, bool IsCut)> DecideAsync(HttpContext context, string target, Fault fault)
    {
        switch (fault)
        {
            case Fault.Busy or Fault.TooMany or Fault.LongBusy:
                var busy = S3DoubleAnswer.Error(fault is Fault.TooMany ? 429 : 503, "SlowDown");
                return (busy with { Headers = [.. busy.Headers, ("Retry-After", fault is Fault.LongBusy ? "3600" : "0")] }, false);
            case Fault.Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return (null, false);
            case Fault.CutBefore:
                return (null, false);
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var answer = Answer(context.Request, target, body.ToArray());
        return fault switch
        {
            Fault.CutAfter when answer.Status < 300 => (null, false),
            Fault.ErrorAfter when answer.Status < 300 => (S3DoubleAnswer.Error(500, "InternalError"), false),
            _ => (answer, fault is Fault.CutMiddle),
        };
    }

    private S3DoubleAnswer Answer(HttpRequest request, string target, byte[] body)
    {
        if (Instead(request) is { } other)
        {
            return other;
        }

        if (check.Refuse(request, target, body) is { } code)
        {
            return S3DoubleAnswer.Error(code.EndsWith("Malformed", StringComparison.Ordinal) ? 400 : 403, code, code.EndsWith("Malformed", StringComparison.Ordinal) ? $"<Region>{Region}</Region>" : "");
        }

        var parts = request.Path.Value!.TrimStart('/').Split('/', 2);
        return parts[0] == BucketName ? Bucket.Serve(request, parts.Length > 1 && parts[1] != "" ? parts[1] : null, body) : S3DoubleAnswer.Error(404, "NoSuchBucket");
    }

    private static async Task WriteAsync(HttpContext context, S3DoubleAnswer answer, bool isCut)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Status != StatusCodes.Status204NoContent)
        {
            context.Response.ContentLength = answer.Body.Length;
        }

        if (answer.Body.Length > 0 && context.Request.Method != "HEAD")
        {
            // Not aborted, for a reset may overtake the half: Kestrel closes what has fewer bytes than it promised.
            await context.Response.Body.WriteAsync(answer.Body.AsMemory(0, isCut ? answer.Body.Length / 2 : answer.Body.Length));
        }
    }
}
