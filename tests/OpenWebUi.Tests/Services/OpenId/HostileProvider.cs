using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>
/// A provider on 127.0.0.1 that behaves well until a test spoils something: it signs whatever it is told, and each of its paths can be answered in
/// another way. It speaks OpenID Connect and GitHub's dialect. No browser visits it: tests bring code and state themselves.
/// </summary>
internal sealed class HostileProvider : IAsyncDisposable
{
    public const string ClientId = "site";
    public const string RsaKeyId = "rsa-1";
    public const string CurveKeyId = "ec-1";

    /// <summary>Finding primes is slow: all of them have the same key.</summary>
    private static readonly Lazy<RSAParameters> OneKey = new(() =>
    {
        using var key = RSA.Create(2048);
        return key.ExportParameters(includePrivateParameters: true);
    });

    private readonly WebApplication _app;
    private readonly TaskCompletionSource<string> _logout = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _paths = new();
    private readonly CancellationTokenSource _ending = new();

    private HostileProvider(WebApplication app) => _app = app;

    /// <summary>Without a final slash.</summary>
    public string Issuer { get; private set; } = "";

    public RSA Rsa { get; } = RSA.Create(OneKey.Value);

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The discovery document; tests change it before the first call.</summary>
    public JsonObject Discovery { get; private set; } = [];

    /// <summary>The keys that it publishes.</summary>
    public JsonArray Keys { get; set; } = [];

    /// <summary>What userinfo says.</summary>
    public JsonObject UserInfo { get; set; } = [];

    /// <summary>The answer of the token endpoint.</summary>
    public JsonObject Tokens { get; } = new() { ["access_token"] = "access", ["token_type"] = "Bearer" };

    /// <summary>Answers in place of the honest ones, by path.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Spoiled { get; } = new();

    /// <summary>Every path that was asked for, in order.</summary>
    public IReadOnlyList<string> Paths => [.. _paths];

    /// <summary>The last form that the token endpoint got.</summary>
    public IReadOnlyDictionary<string, string> Form { get; private set; } = new Dictionary<string, string>();

    /// <summary>The Authorization header of that call.</summary>
    public string Authorization { get; private set; } = "";

    /// <summary>Where the site of this test takes logout tokens.</summary>
    public Uri LogoutAddress => new(Issuer + "/logout");

    /// <summary>The first logout token that came to <see cref="LogoutAddress"/>.</summary>
    public Task<string> LogoutToken => _logout.Task;

    public ProviderAddresses Addresses => new(new(Issuer + "/.well-known/openid-configuration"), new(Issuer + "/"), new(Issuer), new(Issuer + "/api"));

    public (string Name, string Value)[] Variables => [("OPENID_PROVIDER_URL", Issuer), ("OAUTH_CLIENT_ID", ClientId), ("OAUTH_CLIENT_SECRET", "secret"), ("OAUTH_PROVIDER_NAME", "Evil")];

    public static async Task<HostileProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var provider = new HostileProvider(app);
        app.Run(provider.AnswerAsync);
        await app.StartAsync();
        provider.Issuer = app.Urls.First();
        provider.Discovery = new()
        {
            ["issuer"] = provider.Issuer,
            ["authorization_endpoint"] = provider.Issuer + "/authorize?kept=1",
            ["token_endpoint"] = provider.Issuer + "/token",
            ["jwks_uri"] = provider.Issuer + "/jwks",
            ["userinfo_endpoint"] = provider.Issuer + "/userinfo",
            ["end_session_endpoint"] = provider.Issuer + "/end",
        };
        provider.Keys = [TestToken.Jwk(provider.Rsa, RsaKeyId), TestToken.Jwk(provider.Curve, CurveKeyId)];
        return provider;
    }

    /// <summary>The claims of an honest id token with everything that a sign-in needs.</summary>
    public JsonObject Claims(string nonce, DateTimeOffset now) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = ClientId,
        ["sub"] = "person-1",
        ["nonce"] = nonce,
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        ["name"] = "Mallory",
        ["email"] = "mallory@example.com",
        ["email_verified"] = true,
    };

    /// <summary>The claims of an honest logout token.</summary>
    public JsonObject LogoutClaims(DateTimeOffset now) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = ClientId,
        ["sub"] = "person-1",
        ["sid"] = "session-1",
        ["jti"] = "token-1",
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(2).ToUnixTimeSeconds(),
        ["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() },
    };

    public string Sign(JsonObject claims) => TestToken.Rs256(claims, Rsa, RsaKeyId);

    /// <summary>Never answers; ends when the caller goes, or this does.</summary>
    public async Task SilenceAsync(HttpContext context)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _ending.Token);
        await Task.Delay(Timeout.Infinite, both.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>JSON that is whole, and far too long.</summary>
    public static async Task FloodAsync(HttpContext context)
    {
        await context.Response.WriteAsync("""{"keys":[],"more":" """);
        var part = new string('x', 64 * 1024);
        for (var i = 0; i < 8; i++)
        {
            await context.Response.WriteAsync(part);
        }

        await context.Response.WriteAsync("\"}");
    }

    public static RequestDelegate Status(int status, string body = "") => context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    };

    public static RequestDelegate RedirectTo(string path) => context =>
    {
        // 307 keeps method and body: a client that follows hands code and secret on.
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = path;
        return Task.CompletedTask;
    };

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        Rsa.Dispose();
        Curve.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _paths.Enqueue(path);
        if (path is "/token" or "/login/oauth/access_token" or "/logout")
        {
            var form = await context.Request.ReadFormAsync();
            (Form, Authorization) = (form.ToDictionary(field => field.Key, field => field.Value.ToString()), context.Request.Headers.Authorization.ToString());
            if (path == "/logout")
            {
                _logout.TrySetResult(Form["logout_token"]);
                return;
            }
        }

        if (Spoiled.TryGetValue(path, out var spoiled))
        {
            await spoiled(context);
            return;
        }

        JsonNode? answer = path switch
        {
            _ when path.EndsWith("/.well-known/openid-configuration", StringComparison.Ordinal) => Discovery,
            "/jwks" => new JsonObject { ["keys"] = Keys.DeepClone() },
            "/token" or "/login/oauth/access_token" => Tokens,
            "/userinfo" or "/api/user" => UserInfo,
            _ => null,
        };
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }
}
