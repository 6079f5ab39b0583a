using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text.Json;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.OAuth;
using OpenWebUi.Tests.Relay;
using OpenWebUi.Tests.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Infra;

/// <summary>The site behind the sample files of <c>infra/</c>, as somebody on the Internet sees it.</summary>
public sealed class SampleProxyTests
{
    private const string ChatPath = "/v1/chat/completions";
    private const string PublicUrl = SiteBehindProxy.PublicUrl;

    private static readonly TimeSpan Beat = OpenWebUi.Relay.StreamPulse.Beat;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly (string, string) Trusting = SiteBehindProxy.Trusting;

    public static TheoryData<ProxyKind, bool> Protocols => new()
    {
        { ProxyKind.Nginx, false }, { ProxyKind.Nginx, true }, { ProxyKind.Apache, false }, { ProxyKind.Apache, true },
    };

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Stream_FirstChunkArrivesBeforeTheSecondIsSent(ProxyKind kind, bool http2)
    {
        await using var world = await SiteBehindProxy.StartAsync(kind, TimeProvider.System, http2);
        var (stub, client) = (world.Stub, world.Client);
        var calling = client.StreamAsync(RelayCalls.Chat(ChatPath, "stepped-3"));
        var first = await stub.StepAsync();
        using var answer = await calling.WaitAsync(Patience);
        Assert.Equal(http2 ? HttpVersion.Version20 : HttpVersion.Version11, answer.Version);
        var stream = await answer.Content.ReadAsStreamAsync();
        // The stub sends its second chunk only at the next step.
        await stream.ReadUntilAsync(first.Text);
        var second = await stub.StepAsync();
        await stream.ReadUntilAsync(second.Text);
        stub.Release();
        await stream.ReadUntilAsync("[DONE]");
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Stream_ThatIsSilent_IsKeptAlive(ProxyKind kind, bool http2)
    {
        var time = new ManualTime();
        await using var world = await SiteBehindProxy.StartAsync(kind, time, http2);
        using var answer = await world.Client.StreamAsync(RelayCalls.Chat(ChatPath, "stall"));
        var stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadUntilAsync("\n\n");
        Assert.Equal(": keep-alive\n\n", await stream.ReadUntilAsync("keep-alive\n\n", time));
        Assert.Equal(": keep-alive\n\n", await stream.ReadUntilAsync("keep-alive\n\n", time));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Caller_Leaves_ProviderIsLeftWithinTwoBeats(ProxyKind kind, bool http2)
    {
        var time = new ManualTime();
        await using var world = await SiteBehindProxy.StartAsync(kind, time, http2);
        var (stub, client) = (world.Stub, world.Client);
        using (var answer = await client.StreamAsync(RelayCalls.Chat(ChatPath, "stall")))
        {
            await (await answer.Content.ReadAsStreamAsync()).ReadUntilAsync("\n\n");
        }

        client.Dispose();
        var left = Assert.Single(stub.Requests).Aborted;
        await NoneAsync(world.Proxy, TcpState.Established);
        for (var beats = 0; beats < 2 && kind == ProxyKind.Apache; beats++)
        {
            // Apache hears nothing of it before it writes: then the kernel says that nobody is there, and the next write fails.
            time.Advance(Beat);
            await Task.WhenAny(left, NoneAsync(world.Proxy, TcpState.CloseWait)).WaitAsync(Patience);
        }

        await left.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(ProxyKind.Nginx)]
    [InlineData(ProxyKind.Apache)]
    public async Task SignIn_ByPassword_GivesASecureCookieThatWorks(ProxyKind kind)
    {
        await using var people = await AccountSite.StartAsync(Trusting);
        await using var proxy = await SampleProxy.StartAsync(kind, people.Site.Address);
        using var client = proxy.NewClient();
        using var answer = await client.SignInAsync("uwe@example.com", AccountSite.Password, ("Origin", PublicUrl));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("; secure", answer.SetCookieOf("token"), StringComparison.OrdinalIgnoreCase);
        var cookie = ("Cookie", "token=" + answer.CookieOf("token"));
        using var who = await client.GetAsync("/api/v1/auths/", cookie, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal("uwe@example.com", (await who.JsonAsync()).GetProperty("email").GetString());
        // What a page of this very address sends is no cross-site request, with nothing but its origin to tell.
        Assert.Equal("200", await client.OutcomeAsync("POST", "/api/v1/auths/signout", cookie, ("Origin", PublicUrl)));
    }

    [Theory]
    [InlineData(ProxyKind.Nginx)]
    [InlineData(ProxyKind.Apache)]
    public async Task SignIn_AtAProvider_ComesBackToThePublicAddress(ProxyKind kind)
    {
        await using var site = await OAuthSite.StartAsync(Trusting, ("ENABLE_OAUTH_SIGNUP", "true"));
        await using var proxy = await SampleProxy.StartAsync(kind, site.Site.Address);
        using var visitor = new Visitor(proxy.NewClient());
        var begun = await visitor.BeginAsync(headers: [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-For", "6.6.6.6")]);
        Assert.Equal(PublicUrl + "/oauth/oidc/login/callback", SignInWorld.QueryOf(begun)["redirect_uri"]);
        Assert.Equal("/auth", await visitor.FinishAsync(await site.Server.SignInAsync(begun, "alice")));
        Assert.NotNull(await visitor.WhoAsync());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Upload_OfManyMegabytes_PassesByteForByte(ProxyKind kind, bool http2)
    {
        await using var world = await SiteBehindProxy.StartAsync(kind, TimeProvider.System, http2);
        var (stub, client) = (world.Stub, world.Client);
        var body = AudioForm.Of(150_000_000);
        using var answer = await client.PostAsync("/v1/audio/transcriptions", AudioForm.Content(body));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var seen = Assert.Single(stub.Requests, r => r.Path == "/v1/audio/transcriptions");
        Assert.Equal((body.Length, Convert.ToHexStringLower(SHA256.HashData(body))), (seen.BodyLength, seen.BodySha256));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Upload_BeyondTheAppsLimit_IsRefusedByTheApp(ProxyKind kind, bool http2)
    {
        await using var world = await SiteBehindProxy.StartAsync(kind, TimeProvider.System, http2);
        foreach (var waits in (bool[])[true, false])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/audio/transcriptions") { Content = AudioForm.Content(AudioForm.Of(210_000_001)) };
            request.Headers.ExpectContinue = waits;
            using var answer = await world.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
            Assert.Equal("body_too_large", (await answer.JsonAsync()).GetProperty("error").GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData(ProxyKind.Nginx, SampleProxy.PublicHost)]
    [InlineData(ProxyKind.Apache, SampleProxy.PublicHost)]
    [InlineData(ProxyKind.Nginx, SampleProxy.OllamaHost)]
    [InlineData(ProxyKind.Apache, SampleProxy.OllamaHost)]
    public async Task Http_IsSentToHttps_WithItsPathQueryAndMethod(ProxyKind kind, string host)
    {
        await using var proxy = await SampleProxy.StartAsync(kind, app: null);
        using var client = proxy.NewClient();
        using var answer = await client.PostAsync($"http://{host}/v1/chat/completions?a=b%2Fc&d=%C3%A9", new StringContent("{}"));
        Assert.Equal(HttpStatusCode.PermanentRedirect, answer.StatusCode);
        Assert.Equal($"https://{host}/v1/chat/completions?a=b%2Fc&d=%C3%A9", answer.Header("Location"));
    }

    [Theory]
    [InlineData(ProxyKind.Nginx)]
    [InlineData(ProxyKind.Apache)]
    public async Task ForwardedFor_ThatACallerMadeUp_IsOverwritten(ProxyKind kind)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"), Trusting);
        await using var proxy = await SampleProxy.StartAsync(kind, site.Address);
        using var client = proxy.NewClient();
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await client.RedeemAsync("guess", ("X-Forwarded-For", $"198.51.100.{i}"));
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        // One address guessed five times, whatever it said; a neighbour of it did not.
        Assert.Equal("429 locked", await client.RedeemAsync("right", ("X-Forwarded-For", "198.51.100.9")).OutcomeAsync());
        using var other = await site.Client.RedeemAsync("right", ("X-Forwarded-For", "127.0.0.10"));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var same = await site.Client.RedeemAsync("right", ("X-Forwarded-For", SampleProxy.Caller.ToString()));
        Assert.Equal(HttpStatusCode.TooManyRequests, same.StatusCode);
    }

    [Theory]
    [InlineData(ProxyKind.Nginx)]
    [InlineData(ProxyKind.Apache)]
    public async Task Path_WithASlashInAnId_ArrivesAsItWasSent(ProxyKind kind)
    {
        await using var world = await SiteBehindProxy.StartAsync(kind, TimeProvider.System, http2: false, "org/model");
        using var answer = await world.Client.GetAsync("/v1/models/org%2Fmodel");
        Assert.Equal("org/model", (await answer.JsonAsync()).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(ProxyKind.Nginx, null, "Bearer none", 403)]
    [InlineData(ProxyKind.Apache, null, "Bearer none", 403)]
    [InlineData(ProxyKind.Nginx, null, "Bearer ", 403)]
    [InlineData(ProxyKind.Apache, null, "Bearer ", 403)]
    [InlineData(ProxyKind.Nginx, "a1b2", "Bearer a1b3", 401)]
    [InlineData(ProxyKind.Apache, "a1b2", "Bearer a1b3", 403)]
    [InlineData(ProxyKind.Nginx, "a1b2", null, 401)]
    [InlineData(ProxyKind.Apache, "a1b2", null, 403)]
    [InlineData(ProxyKind.Nginx, "a1b2", "Bearer a1b2", 200)]
    [InlineData(ProxyKind.Apache, "a1b2", "Bearer a1b2", 200)]
    public async Task Ollama_IsReachedWithItsKeyAlone_UnderItsOwnName(ProxyKind kind, string? key, string? sent, int status)
    {
        await using var stub = await StubServer.StartAsync();
        await using var proxy = await SampleProxy.StartAsync(kind, app: null, new Uri(stub.OllamaUrl), key);
        using var client = proxy.NewClient(host: SampleProxy.OllamaHost);
        Assert.Equal(status, (int)await client.StatusAsync("/api/tags", sent is null ? [] : [("Authorization", sent)]));
        Assert.All(stub.Requests, request => Assert.Contains(request.Headers["Host"].Split(':')[0], (string[])["localhost", "127.0.0.1"]));
        Assert.All(stub.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
        Assert.Equal(status == 200 ? 1 : 0, stub.Requests.Count);
    }

    /// <summary>Until the kernel has no connection of that state any more at the proxy's port.</summary>
    private static Task NoneAsync(SampleProxy proxy, TcpState state) => RelayCalls.EventuallyAsync(
        () => !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Any(c => c.LocalEndPoint.Port == proxy.TlsPort && c.State == state),
        $"a caller's connection stays {state}");
}
