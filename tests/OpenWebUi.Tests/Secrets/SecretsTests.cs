using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Services.Ldap;
using OpenWebUi.Tests.Services.Realtime;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Secrets;

/// <summary>Promise 6 of the product, on the main paths at once: no answer and no line of the log holds a secret, but the answer that hands it out.</summary>
public sealed class SecretsTests
{
    private const string Chat = """{"model":"echo","max_tokens":50,"stream":false,"messages":[{"role":"user","content":"hi"}]}""";
    private const string Stream = """{"model":"echo","max_tokens":50,"stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    private static readonly string[] Surfaces = ["/v1/chat/completions", "/openai/chat/completions", "/api/chat/completions", "/api/openai/v1/chat/completions", "/ollama/api/chat", "/ollama/v1/chat/completions", "/v1/messages"];

    /// <summary>A provider that refuses everybody and repeats what it was sent, in the body and in headers.</summary>
    private static readonly StubBehavior Tells = StubBehavior.Custom(async (context, request) =>
    {
        var sent = string.Join(' ', request.Headers.Where(h => h.Key is "Authorization" or "x-api-key" or "X-Pass").Select(h => h.Value));
        context.Response.StatusCode = 401;
        context.Response.ContentType = "application/json";
        context.Response.Headers["x-request-id"] = sent;
        context.Response.Headers["x-ratelimit-reset"] = sent;
        await context.Response.WriteAsync($$"""{"error":{"message":"Not these: {{sent}}","type":"invalid_request_error","code":"invalid_api_key"} }""");
    });

    [Fact]
    public async Task Site_WithAccounts_TellsNoSecret()
    {
        var witness = new Witness();
        await using var first = await StubServer.StartAsync();
        await using var second = await StubServer.StartAsync();
        await using var third = await StubServer.StartAsync();
        third.Models = ["sealed-echo"];
        var environmentKey = witness.Guard("key of the environment", "sk-zq7marker-environment");
        var sealedKey = witness.Guard("key of an administrator", "sk-zq7marker-sealed");
        var headerValue = witness.Guard("value of a header", "zq7marker-header-value");
        witness.Guard("secret of the site", "zq7marker-secret-of-the-site");
        var slapd = await SlapdServer.GetAsync();
        witness.Guard("password of a person", SlapdServer.Password);
        witness.Guard("password of the site in the directory", SlapdServer.AppPassword);
        await using var site = await TestSite.StartAsync(services => services.AddSingleton<ILoggerProvider>(witness), [
            ("WEBUI_AUTH", "true"), ("WEBUI_SECRET_KEY", "zq7marker-secret-of-the-site"), .. slapd.Environment().Select(v => (v.Key, v.Value)),
            ("OPENAI_API_BASE_URLS", first.BaseUrl + ";" + second.BaseUrl), ("OPENAI_API_KEYS", environmentKey + ";" + environmentKey), ("ENABLE_API_KEYS", "true")]);
        var client = site.Client;

        // Who comes in
        await witness.CallAsync(client, "POST", AuthCalls.Root + "/ldap", JsonSerializer.Serialize(new { user = "ada", password = witness.Guard("wrong password", "zq7marker-wrong-password") }), HttpStatusCode.BadRequest);
        var (signedIn, _) = await witness.CallAsync(client, "POST", AuthCalls.Root + "/ldap", JsonSerializer.Serialize(new { user = "ada", password = SlapdServer.Password }), issues: "session");
        var token = witness.Guard("session", JsonDocument.Parse(signedIn).RootElement.GetProperty("token").GetString()!);
        var (bearer, cookie) = (("Authorization", "Bearer " + token), ("Cookie", "token=" + token));
        var (made, _) = await witness.CallAsync(client, "POST", AuthCalls.Root + "/api_key", "{}", issues: "API key", headers: bearer);
        var apiKey = ("Authorization", "Bearer " + witness.Guard("API key", JsonDocument.Parse(made).RootElement.GetProperty("api_key").GetString()!));
        await witness.CallAsync(client, "GET", AuthCalls.Root + "/", null, headers: cookie);
        foreach (var path in (string[])["/api_keys", "/sessions"])
        {
            await witness.CallAsync(client, "GET", AuthCalls.Root + path, null, status: null, headers: cookie);
        }

        // Connections, the doctor, settings
        var fields = $$"""{"kind":"openai","name":"Sealed","base_url":"{{third.BaseUrl}}","keys":["{{sealedKey}}"],"headers":{"X-Pass":"{{headerValue}}"} }""";
        var (connection, _) = await witness.CallAsync(client, "POST", "/api/v1/connections/", fields, headers: bearer);
        var id = JsonDocument.Parse(connection).RootElement.GetProperty("id").GetString();
        await witness.CallAsync(client, "POST", "/api/v1/connections/", fields, HttpStatusCode.Conflict, headers: bearer);
        await witness.CallAsync(client, "POST", "/api/v1/connections/" + id, """{"weight":1000}""", HttpStatusCode.UnprocessableEntity, headers: bearer);
        foreach (var behavior in (StubBehavior[])[StubBehavior.Answer, Tells, StubBehavior.Status(503), StubBehavior.Html, StubBehavior.Garbage, StubBehavior.Redirect()])
        {
            third.Behavior = behavior;
            await witness.CallAsync(client, "POST", "/api/v1/connections/verify", $$"""{"id":"{{id}}"}""", headers: bearer);
            await witness.CallAsync(client, "POST", "/api/v1/connections/verify", fields, status: null, headers: [bearer, ("Accept", "text/event-stream")]);
            await witness.CallAsync(client, "POST", "/openai/verify", $$"""{"url":"{{third.BaseUrl}}","key":"{{sealedKey}}"}""", status: null, headers: bearer);
            await witness.CallAsync(client, "GET", "/openai/models/2", null, status: null, headers: bearer);
            await witness.CallAsync(client, "GET", "/api/models?refresh=true", null, headers: bearer);
        }

        third.Behavior = StubBehavior.Answer;
        var (config, _) = await witness.CallAsync(client, "GET", "/openai/config", null, headers: bearer);
        await witness.CallAsync(client, "POST", "/openai/config/update", config, status: null, headers: bearer);
        foreach (var path in (string[])["/api/v1/connections/", "/api/v1/connections/" + id, "/ollama/config", "/api/v1/configs/settings", "/api/v1/configs/export", "/api/config", "/api/v1/users/", "/v1/models", "/ollama/api/tags"])
        {
            await witness.CallAsync(client, "GET", path, null, status: null, headers: bearer);
        }

        // Calls: well, refused, passed on, broken
        foreach (var path in Surfaces)
        {
            (first.Behavior, second.Behavior) = (StubBehavior.Answer, StubBehavior.Answer);
            await witness.CallAsync(client, "POST", path, Chat, headers: apiKey);
            await witness.CallAsync(client, "POST", path, Stream, headers: bearer);
            await witness.CallAsync(client, "POST", path, Chat.Replace("echo", "sealed-echo", StringComparison.Ordinal), headers: apiKey);
            // The other one stands in, if it does not cool from the path before; FailoverTests look whether it does.
            first.Behavior = StubBehavior.Status(503);
            await witness.CallAsync(client, "POST", path, Stream, status: null, headers: apiKey);
            foreach (var behavior in (StubBehavior[])[Tells, StubBehavior.Status(429), StubBehavior.Cut(), StubBehavior.Garbage, StubBehavior.HtmlBadGateway])
            {
                (first.Behavior, second.Behavior, third.Behavior) = (behavior, behavior, behavior);
                await witness.CallAsync(client, "POST", path, Stream, status: null, headers: apiKey);
                await witness.CallAsync(client, "POST", path, Stream.Replace("echo", "sealed-echo", StringComparison.Ordinal), status: null, headers: cookie);
            }

            third.Behavior = StubBehavior.Answer;
        }

        await witness.CallAsync(client, "GET", AuthCalls.Root + "/signout", null, status: null, headers: bearer);
        await witness.CallAsync(client, "GET", "/api/v1/chats/list", null, HttpStatusCode.Unauthorized, headers: bearer);

        Assert.Contains(first.Requests, r => r.Headers.GetValueOrDefault("Authorization") == "Bearer " + environmentKey);
        Assert.Contains(third.Requests, r => r.Headers.GetValueOrDefault("Authorization") == "Bearer " + sealedKey && r.Headers.GetValueOrDefault("X-Pass") == headerValue);
        Assert.True(witness.Lines > 100, $"{witness.Lines} lines of log");
        witness.AssertNothingWasTold();
    }

    [Fact]
    public async Task Site_WithCodes_TellsNoSecret()
    {
        var witness = new Witness();
        await using var stub = await StubServer.StartAsync();
        var code = witness.Guard("access code", "zq7marker-access-code");
        var siteKey = witness.Guard("key of the environment", "sk-zq7marker-environment");
        var own = witness.Guard("key of the caller", "sk-zq7marker-own");
        var wrong = witness.Guard("wrong code", "zq7marker-wrong-code");
        await using var site = await TestSite.StartAsync(services => services.AddSingleton<ILoggerProvider>(witness), ("CODE", code), ("OPENAI_API_BASE_URL", stub.BaseUrl), ("OPENAI_API_KEY", siteKey));
        var client = site.Client;

        await witness.CallAsync(client, "POST", "/api/v1/access/redeem", $$"""{"code":"{{wrong}}"}""", HttpStatusCode.Unauthorized);
        var (_, redeemed) = await witness.CallAsync(client, "POST", "/api/v1/access/redeem", $$"""{"code":"{{code}}"}""", issues: "pass");
        var pass = AccessCalls.Cookie(witness.Guard("pass", AccessCalls.PassOf(redeemed)));
        await witness.CallAsync(client, "GET", "/api/config", null, headers: pass);
        await witness.CallAsync(client, "GET", "/api/models", null, headers: pass);
        (string, string)[] callers = [("Authorization", "Bearer nk-" + code), ("x-api-key", "nk-" + code), ("api-key", "nk-" + code), ("Authorization", "Bearer " + own), ("x-api-key", own), pass];
        foreach (var behavior in (StubBehavior[])[StubBehavior.Answer, Tells, StubBehavior.Status(429), StubBehavior.Cut(), StubBehavior.Garbage, StubBehavior.Html])
        {
            stub.Behavior = behavior;
            foreach (var path in Surfaces)
            {
                foreach (var caller in callers)
                {
                    // A key of one's own is not for every surface.
                    var isOurs = !caller.Item2.Contains(own, StringComparison.Ordinal);
                    await witness.CallAsync(client, "POST", path, Stream, status: behavior == StubBehavior.Answer && isOurs ? HttpStatusCode.OK : null, headers: caller);
                }
            }
        }

        await witness.CallAsync(client, "POST", "/v1/chat/completions", Chat, HttpStatusCode.Unauthorized, headers: ("Authorization", "Bearer nk-" + wrong));
        Assert.Contains(stub.Requests, r => r.Headers.GetValueOrDefault("Authorization") == "Bearer " + own);
        Assert.Contains(stub.Requests, r => r.Headers.GetValueOrDefault("Authorization") == "Bearer " + siteKey);
        Assert.True(witness.Lines > 100, $"{witness.Lines} lines of log");
        witness.AssertNothingWasTold();
    }

    [Theory]
    [InlineData("key")]
    [InlineData("entra")]
    public async Task Site_WithSignalRService_TellsNoSecret(string how)
    {
        var witness = new Witness();
        await using var world = await RealtimeWorld.StartAsync(how, services => services.AddSingleton<ILoggerProvider>(witness), ("CODE", "right"));
        witness.Guard("access key", world.Service.Key);
        witness.Guard("token of the site", SignalRServiceDouble.EntraToken);
        var client = world.Site.Client;
        var pass = AccessCalls.Cookie(await client.PassAsync("right"));
        var id = await client.NewAsync(ChatCalls.Blob, pass);
        await witness.CallAsync(client, "GET", "/api/config", null, headers: pass);

        // A double that refuses repeats the token that it was sent.
        foreach (var refusal in (int[])[0, 401, 403, 429, 500])
        {
            world.Service.Refusal = refusal;
            var (text, answer) = await witness.CallAsync(client, "POST", "/api/v1/realtime/negotiate", null, status: null, issues: "token of a browser", headers: pass);
            if (answer.IsSuccessStatusCode)
            {
                witness.Guard("token of a browser", JsonDocument.Parse(text).RootElement.GetProperty("accessToken").GetString()!);
            }

            var calls = world.Service.Calls.Count;
            await witness.CallAsync(client, "POST", $"{ChatCalls.Root}/{id}/pin", null, headers: pass);
            if (refusal <= 401)
            {
                // From the first failure on the service is left alone for a while.
                await TurnSite.EventuallyAsync(() => Task.FromResult(world.Service.Calls.Count > calls), "The service is not told.");
            }
        }

        await world.Site.StopAsync();
        Assert.Contains(world.Service.Calls, call => call.Path.EndsWith("/:send", StringComparison.Ordinal));
        Assert.True(witness.Lines > 5, $"{witness.Lines} lines of log");
        witness.AssertNothingWasTold();
    }
}
