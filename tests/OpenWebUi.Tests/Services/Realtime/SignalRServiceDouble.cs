using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Tests.Services.Realtime;

/// <summary>What somebody told the browsers of a user.</summary>
internal sealed record Told(string User, string Target, JsonElement Argument)
{
    /// <summary>The words of <c>what</c>, joined.</summary>
    public string What => string.Join(' ', Argument.GetProperty("what").EnumerateArray().Select(word => word.GetString()));

    public string ChatId => Argument.GetProperty("chatId").GetString()!;
}

/// <summary>
/// Azure SignalR Service in serverless mode, as far as we call it: <c>:send</c> to a user and <c>:generateToken</c>, with the checks of tokens
/// that the REST API reference names, and a real hub to which browsers connect with them. Strict: another path, version or audience is refused.
/// </summary>
internal sealed class SignalRServiceDouble : IAsyncDisposable
{
    public const string EntraToken = "zq7marker-entra-token-of-the-site";

    private const string Hub = "openwebui";

    private readonly WebApplication _app;
    private readonly byte[] _key;
    private readonly TimeProvider _time;
    private readonly Channel<Told> _told = Channel.CreateUnbounded<Told>();
    private readonly TaskCompletionSource _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SignalRServiceDouble(WebApplication app, string key, TimeProvider time) => (_app, _key, _time) = (app, Encoding.UTF8.GetBytes(key), time);

    public string Endpoint => _app.Urls.First();

    public string Key => Encoding.UTF8.GetString(_key);

    public string ConnectionString => $"Endpoint={Endpoint};AccessKey={Key};Version=1.0;";

    /// <summary>Local authentication is off: only <see cref="EntraToken"/> opens the REST API.</summary>
    public bool WantsEntra { get; set; }

    /// <summary>Every call of the REST API is answered with this; 0: as it should be; -1: never.</summary>
    public int Refusal { get; set; }

    /// <summary>Calls of the REST API, in order, with why they were refused.</summary>
    public ConcurrentQueue<(string Path, string? Fault)> Calls { get; } = new();

    /// <summary>User ids of the browsers that are connected.</summary>
    public ConcurrentDictionary<string, string> Connected { get; } = new();

    public static async Task<SignalRServiceDouble> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        var holder = new Holder();
        builder.Services.AddSingleton(holder);
        var app = builder.Build();
        var service = holder.Service = new(app, "zq7marker-access-key-" + Guid.NewGuid().ToString("N"), time ?? TimeProvider.System);
        app.Use(service.AdmitAsync);
        app.UseRouting();
        app.MapPost("/api/hubs/{hub}/users/{user}/:send", service.SendAsync);
        app.MapPost("/api/hubs/{hub}/:generateToken", service.GenerateAsync);
        app.MapHub<Clients>("/client");
        await app.StartAsync();
        return service;
    }

    /// <summary>The next message, 20 s at most.</summary>
    public async Task<Told> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _told.Reader.ReadAsync(limit.Token);
    }

    /// <summary>What was told and not fetched yet.</summary>
    public IReadOnlyList<Told> Rest()
    {
        var rest = new List<Told>();
        while (_told.Reader.TryRead(out var one))
        {
            rest.Add(one);
        }

        return rest;
    }

    /// <summary>Whom a token of a browser names, or why the service refuses it.</summary>
    public (string? User, string? Fault) Judge(string token, string hub) => ReadToken(token, $"{Endpoint}/client/?hub={hub}");

    public async ValueTask DisposeAsync()
    {
        _leaving.TrySetResult();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    /// <summary>The REST API asks for a token over its own address; the hub for one over the client's.</summary>
    private async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/client", StringComparison.Ordinal))
        {
            var (user, fault) = Judge(request.Query["access_token"].ToString(), request.Query["hub"].ToString());
            if (fault is not null)
            {
                context.Response.StatusCode = 401;
                return;
            }

            context.User = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, user!)], "token"));
            await next(context);
            return;
        }

        var bearer = request.Headers.Authorization.ToString();
        bearer = bearer.StartsWith("Bearer ", StringComparison.Ordinal) ? bearer[7..] : "";
        var refused = WantsEntra ? (bearer == EntraToken ? null : "no token of Entra") : ReadToken(bearer, Endpoint + request.Path).Fault;
        refused ??= request.Query["api-version"] == "2024-12-01" ? null : "another version";
        Calls.Enqueue((request.Path, refused));
        if (Refusal < 0)
        {
            await Task.WhenAny(_leaving.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
            return;
        }

        context.Response.StatusCode = Refusal > 0 ? Refusal : 401;
        if (Refusal > 0 || refused is not null)
        {
            await context.Response.WriteAsync($"not with {bearer}");
            return;
        }

        context.Response.StatusCode = 200;
        await next(context);
    }

    private async Task SendAsync(HttpContext context, string hub, string user)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var target = body.RootElement.GetProperty("target").GetString()!;
        var argument = Assert.Single(body.RootElement.GetProperty("arguments").EnumerateArray()).Clone();
        Assert.Equal(Hub, hub);
        Assert.Equal("application/json", context.Request.ContentType);
        _told.Writer.TryWrite(new(user, target, argument));
        await context.RequestServices.GetRequiredService<IHubContext<Clients>>().Clients.User(user).SendAsync(target, argument);
        context.Response.StatusCode = 202;
    }

    private Task GenerateAsync(HttpContext context, string hub)
    {
        var end = _time.GetUtcNow().AddMinutes(int.Parse(context.Request.Query["minutesToExpire"].ToString()));
        var token = WriteToken(new { aud = $"{Endpoint}/client/?hub={hub}", exp = end.ToUnixTimeSeconds(), nameid = context.Request.Query["userId"].ToString() });
        return context.Response.WriteAsync(JsonSerializer.Serialize(new { token }));
    }

    private string WriteToken(object claims)
    {
        var signed = Base64Url.EncodeToString("""{"alg":"HS256"}"""u8) + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(signed)));
    }

    private (string? User, string? Fault) ReadToken(string token, string audience)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return (null, "no token");
        }

        if (!HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(parts[0] + "." + parts[1])).SequenceEqual(Base64Url.DecodeFromChars(parts[2])))
        {
            return (null, "another signature");
        }

        using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        using var body = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var (claims, now) = (body.RootElement, _time.GetUtcNow());
        var end = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64());
        return head.RootElement.GetProperty("alg").GetString() != "HS256" ? (null, "another algorithm")
            : claims.GetProperty("aud").GetString() != audience ? (null, $"for {claims.GetProperty("aud")}, not {audience}")
            : end <= now || end > now + RealtimeClient.ClientTokenLifetime ? (null, $"good until {end}, at {now}")
            : (claims.TryGetProperty("nameid", out var user) ? user.GetString() : null, null);
    }

    private sealed class Holder
    {
        public SignalRServiceDouble Service { get; set; } = null!;
    }

    /// <summary>In serverless mode a browser calls nothing: there is no method to call.</summary>
    private sealed class Clients(Holder holder) : Hub
    {
        public override Task OnConnectedAsync()
        {
            holder.Service.Connected[Context.ConnectionId] = Context.UserIdentifier!;
            return Task.CompletedTask;
        }

        public override Task OnDisconnectedAsync(Exception? exception)
        {
            holder.Service.Connected.TryRemove(Context.ConnectionId, out _);
            return Task.CompletedTask;
        }
    }
}
