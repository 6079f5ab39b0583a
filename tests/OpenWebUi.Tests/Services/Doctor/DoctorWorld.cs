using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>A doctor somewhere, with names of its own; the providers are real servers on this machine.</summary>
internal sealed class DoctorWorld
{
    public const string Key = "sk-stub-0123456789abcdef";

    /// <summary>What names resolve to; a name that is not here does not resolve, an address does to itself.</summary>
    public Dictionary<string, IPAddress[]> Names { get; } = new(StringComparer.OrdinalIgnoreCase) { ["localhost"] = [IPAddress.Loopback] };

    public DoctorOptions Place { get; set; } = new(InContainer: false, InAzure: false);

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The token of the site's identity; null: it has none.</summary>
    public string? Token { get; set; }

    public OutboundProxy? Proxy { get; set; }

    /// <summary>Takes the place of <see cref="Names"/>.</summary>
    public NameLookup? Lookup { get; set; }

    public ConnectionDoctor Doctor => new(Place, Proxy, Time, Lookup ?? FindAsync, _ => Token is null ? throw new HttpRequestException("No identity.") : ValueTask.FromResult(Token));

    public static Connection Connect(ConnectionKind kind, string url, params string[] keys) => new("new", "new", kind, url, keys);

    public Task<Diagnosis> ExamineAsync(Connection connection) => Doctor.ExamineAsync(connection, null, CancellationToken.None);

    public Task<Diagnosis> ExamineAsync(string url, params string[] keys) => ExamineAsync(Connect(ConnectionKind.OpenAi, url, keys));

    public static OutboundProxy ProxyAt(string url)
    {
        var faults = new FaultList();
        var proxy = OutboundProxy.Read(new(new Variables(new Dictionary<string, string> { ["ALL_PROXY"] = url }), faults));
        Assert.Empty(faults.All);
        return proxy!;
    }

    /// <summary>Answers these routes, such as <c>("GET /v1/models", 200, "{...}")</c>, and all others with 404 and no API's body. A body that begins with &lt; is a page.</summary>
    public static StubBehavior Routes(params (string Route, int Status, string Body)[] routes) => StubBehavior.Custom((context, request) =>
    {
        var route = routes.FirstOrDefault(r => r.Route == $"{request.Method} {request.Path}" || r.Route == "*");
        return route.Route is null ? SendAsync(context, 404, "nothing here") : SendAsync(context, route.Status, route.Body);
    });

    public static async Task SendAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('<') ? "text/html; charset=utf-8" : body.StartsWith('{') || body.StartsWith('[') ? "application/json" : "text/plain";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    }

    /// <summary>The diagnosis fails at this step with this code; everything after it was left out.</summary>
    public static void Fails(Diagnosis diagnosis, StepName step, string code)
    {
        Assert.Equal((code, step), (diagnosis.Finding.Code, diagnosis.Steps.FirstOrDefault(s => s.Status == StepStatus.Failed)?.Name));
        Assert.False(diagnosis.IsOk);
        Assert.All(diagnosis.Steps.Where(s => s.Name > step), s => Assert.Equal(StepStatus.Skipped, s.Status));
        IsReadable(diagnosis);
    }

    /// <summary>The connection can be used, and this step warns.</summary>
    public static void Warns(Diagnosis diagnosis, StepName step, string code)
    {
        Assert.Equal((code, step), (diagnosis.Finding.Code, diagnosis.Steps.FirstOrDefault(s => s.Status == StepStatus.Warning)?.Name));
        Assert.True(diagnosis.IsOk);
        IsReadable(diagnosis);
    }

    public static void Works(Diagnosis diagnosis)
    {
        Assert.Equal("ok", diagnosis.Finding.Code);
        Assert.True(diagnosis.IsOk);
        IsReadable(diagnosis);
    }

    /// <summary>Every step once and in order, one sentence, nothing secret, nothing endless.</summary>
    private static void IsReadable(Diagnosis diagnosis)
    {
        Assert.Equal(Enum.GetValues<StepName>(), diagnosis.Steps.Select(s => s.Name));
        Assert.EndsWith(".", diagnosis.Finding.Sentence, StringComparison.Ordinal);
        Assert.InRange(diagnosis.Finding.Sentence.Length, 20, 400);
        Assert.All(diagnosis.Steps, step => Assert.InRange(step.Detail.Length, 0, ConnectionDoctor.MaxTextCharacters));
        Assert.All([diagnosis.Finding.Sentence, .. diagnosis.Steps.Select(s => s.Detail), .. diagnosis.Models],
            text => Assert.DoesNotContain(Key, text, StringComparison.Ordinal));
    }

    private Task<IPAddress[]> FindAsync(string host, CancellationToken cancellation) =>
        Names.TryGetValue(host, out var addresses) ? Task.FromResult(addresses) : throw new SocketException((int)SocketError.HostNotFound);
}
