using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Auth;

/// <summary>What an attack on the accounts found: rights that outlive their end, and pages elsewhere that got any.</summary>
public sealed class StandingChangesTests
{
    [Fact]
    public async Task Body_ThatEndsAfterTheAccountWasLowered_DoesNothing()
    {
        var time = new ManualTime();
        await using var people = await AccountSite.StartAsync(time, null);
        var second = await people.AddAsync("Sam Second", AccountRole.Admin);
        var body = new SlowBody("""{"name":"Eve","email":"eve@example.com","password":"correct horse","role":"admin"}""");
        var call = second.Bearer.PostAsync("/api/v1/auths/add", body);
        await body.Begun;

        var accounts = people.Site.Services.GetRequiredService<AccountStore>();
        await accounts.ChangeAsync(second.Id, account => account.WithoutSessions() with { Role = AccountRole.User }, default);
        time.Advance(TimeSpan.FromSeconds(6));
        body.End();

        using var response = await call;
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Null(await accounts.FindByEmailAsync("eve@example.com", default));
    }

    [Theory]
    [InlineData("GET", "/api/v1/users/")]
    [InlineData("POST", "/api/v1/auths/add")]
    [InlineData("GET", "/api/v1/configs/export")]
    [InlineData("POST", "/api/v1/configs/import")]
    [InlineData("GET", "/api/v1/chats/")]
    public async Task PageElsewhere_WithEveryOriginAllowedInOpenMode_ReachesModelsOnly(string method, string path)
    {
        await using var site = await TestSite.StartAsync(("CORS_ALLOW_ORIGIN", "*"));
        using var response = await AskAsync(site, method, path);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        using var models = await AskAsync(site, "GET", "/v1/models");
        Assert.Equal("*", Assert.Single(models.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task ApiKeysMadeUp_HoldNobodysSignInUp()
    {
        await using var people = await AccountSite.StartAsync();
        for (var i = 0; i < 12; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.Add("Authorization", "Bearer sk-ow-nonsense");
            using var refused = await people.Stranger.SendAsync(request);
            Assert.Contains(refused.StatusCode, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests]);
        }

        using var body = new StringContent($$"""{"email":"{{people.User.Email}}","password":"{{AccountSite.Password}}"}""", Encoding.UTF8, "application/json");
        using var response = await people.Stranger.PostAsync("/api/v1/auths/signin", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Cookie_WhereThePublicAddressIsHttps_IsSecure()
    {
        await using var people = await AccountSite.StartAsync(("WEBUI_URL", "https://chat.example.com"));
        using var body = new StringContent($$"""{"email":"{{people.User.Email}}","password":"{{AccountSite.Password}}"}""", Encoding.UTF8, "application/json");
        using var response = await people.Stranger.PostAsync("/api/v1/auths/signin", body);
        Assert.All(response.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("WEBUI_AUTH", "false")]
    [InlineData("CODE", "x")]
    public async Task Account_OfASiteWithoutAny_IsNotMadeByTheWay(string name, string value)
    {
        await using var site = await TestSite.StartAsync((name, value), name == "CODE" ? ("ADMIN_CODE", "y") : ("ENABLE_SIGNUP", "true"));
        using var client = site.NewClient(cookies: true);
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var code = new StringContent("""{"code":"y"}""", Encoding.UTF8, "application/json");
        (await client.PostAsync("/api/v1/access/redeem", code)).Dispose();
        using var body = new StringContent("""{"name":"Eve","email":"eve@example.com","password":"correct horse","role":"user"}""", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/v1/auths/add", body);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(TestSite site, string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        if (method == "POST")
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "text/plain");
        }

        return await site.Client.SendAsync(request);
    }

    /// <summary>Its first byte comes at once, the rest when the test says so.</summary>
    private sealed class SlowBody(string text) : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            await stream.WriteAsync(bytes.AsMemory(0, 1));
            await stream.FlushAsync();
            _begun.SetResult();
            await _end.Task;
            await stream.WriteAsync(bytes.AsMemory(1));
        }

        protected override bool TryComputeLength(out long length) => (length = 0) != 0;
    }
}
