using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenWebUi.Tests.Platform.Azure;

/// <summary>
/// Stands between a client and Azurite and adds what Azurite forgives: see <see cref="Fault"/>. With a seed it picks
/// faults itself, always the same for the same requests in the same order; a test may also order one for the next
/// request that fits. It knows the tries of one request by their x-ms-client-request-id.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = false });
    private readonly Uri target;
    private readonly FaultPlan plan;
    private readonly CutTurn turn = new();
    private readonly Lock gate = new();
    private readonly List<SeenRequest> seen = [];

    private FaultProxy(WebApplication app, Uri target, int? seed) => (this.app, this.target, plan) = (app, target, new FaultPlan(seed));

    /// <summary>What a client takes for the service; the path is the target's.</summary>
    public Uri Address { get; private set; } = null!;

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

    /// <param name="target">The service, such as <see cref="AzuriteServer.TableEndpoint"/>.</param>
    /// <param name="seed">For faults of its own; null adds only the ordered ones.</param>
    public static async Task<FaultProxy> StartAsync(Uri target, int? seed = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var site = builder.Build();
        var proxy = new FaultProxy(site, target, seed);
        site.Run(proxy.ServeAsync);
        await site.StartAsync();
        var listening = site.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        proxy.Address = new Uri(listening + target.AbsolutePath);
        return proxy;
    }

    /// <summary>Orders a fault for the next request that fits; each is used once.</summary>
    public void Order(Fault fault, Func<HttpRequest, bool> fits) => plan.Order(fault, fits);

    /// <summary>Orders a fault for the next requests with the verb.</summary>
    public void Order(Fault fault, string method, int times = 1)
    {
        for (var n = 0; n < times; n++)
        {
            plan.Order(fault, request => request.Method == method);
        }
    }

    /// <summary>How many requests came so far with the verb, and with the text in their address.</summary>
    public int Count(string method, string part = "") =>
        Seen.Count(request => request.Method == method && request.Target.Contains(part, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        client.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var id = context.Request.Headers["x-ms-client-request-id"].ToString();
        await turn.EnterAsync(id);
        var status = 0;
        try
        {
            var fault = plan.Choose(context.Request, id);
            status = await ServeAsync(context, fault is (Fault.CutAfter or Fault.ErrorAfter) && !turn.TryTake(id) ? Fault.None : fault);
        }
        finally
        {
            turn.Leave(id, context.Request.Method, status);
            lock (gate)
            {
                seen.Add(new SeenRequest(context.Request.Method, Target(context), id, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), status));
            }
        }
    }

    private async Task<int> ServeAsync(HttpContext context, Fault fault)
    {
        switch (fault)
        {
            case Fault.Busy:
                return Refuse(context, StatusCodes.Status503ServiceUnavailable, "Retry-After", "0");
            case Fault.TooMany:
                return Refuse(context, StatusCodes.Status429TooManyRequests, "retry-after-ms", "1");
            case Fault.LongBusy:
                return Refuse(context, StatusCodes.Status503ServiceUnavailable, "Retry-After", "3600");
            case Fault.Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return 0;
            case Fault.CutBefore:
                context.Abort();
                return 0;
            case Fault.EmptyPage:
                context.Response.Headers["x-ms-continuation-NextPartitionKey"] = "proxy";
                context.Response.Headers.ContentType = "application/json";
                await context.Response.WriteAsync("""{"value":[]}""");
                return StatusCodes.Status200OK;
        }

        using var answer = await ForwardAsync(context, fault);
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (fault is Fault.CutAfter && answer.IsSuccessStatusCode)
        {
            context.Abort();
            return 0;
        }

        context.Response.StatusCode = fault is Fault.ErrorAfter && answer.IsSuccessStatusCode ? StatusCodes.Status500InternalServerError : (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive" or "Content-Length")))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (context.Response.StatusCode != StatusCodes.Status204NoContent)
        {
            // That of a HEAD's answer is the body's that it does not bear.
            context.Response.ContentLength = answer.Content.Headers.ContentLength ?? body.Length;
        }

        if (fault is Fault.CutMiddle)
        {
            // Not aborted, for a reset may overtake the half: Kestrel closes what has fewer bytes than it promised.
            await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2));
            return 0;
        }

        if (body.Length > 0)
        {
            await context.Response.Body.WriteAsync(body);
        }

        return context.Response.StatusCode;
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context, Fault fault)
    {
        var query = Target(context).Replace("&NextPartitionKey=proxy", "", StringComparison.Ordinal);
        query = fault is Fault.ShortPage ? FaultPlan.WithTop(query, plan.ShortTop(query)) : query;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target.GetLeftPart(UriPartial.Authority) + query);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        request.Content = context.Request.ContentType is null && body.Length == 0 && HttpMethods.IsGet(context.Request.Method) ? null : new ByteArrayContent(body.ToArray());
        foreach (var (name, value) in context.Request.Headers.Where(h => h.Key is not ("Host" or "Content-Length" or "Connection" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.ToString()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value.ToString());
            }
        }

        return await client.SendAsync(request, context.RequestAborted);
    }

    /// <summary>The path and query as they came, nothing decoded.</summary>
    private static string Target(HttpContext context) => context.Features.Get<IHttpRequestFeature>()!.RawTarget;

    private static int Refuse(HttpContext context, int status, string header, string value)
    {
        context.Response.Headers[header] = value;
        return context.Response.StatusCode = status;
    }
}

/// <summary>A request as the proxy saw it.</summary>
internal sealed record SeenRequest(string Method, string Target, string Id, IReadOnlyDictionary<string, string> Headers, int Status);
