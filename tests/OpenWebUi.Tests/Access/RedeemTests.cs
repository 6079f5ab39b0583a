using System.Net;
using System.Text;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Access;

public sealed class RedeemTests
{
    private const string Redeem = "/api/v1/access/redeem";

    [Fact]
    public async Task Redeem_RightCode_GivesAPassThatOpensTheRelay()
    {
        var time = new ManualTime();
        await using var site = await TestSite.StartAsync(time, ("CODE", "first, second"));
        foreach (var code in (string[])["first", "second", "  second "])
        {
            using var answer = await site.Client.RedeemAsync(code);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var body = await answer.JsonAsync();
            Assert.True(body.GetProperty("status").GetBoolean());
            Assert.Equal((time.GetUtcNow() + TimeSpan.FromDays(28)).ToUnixTimeSeconds(), body.GetProperty("expires_at").GetInt64());
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            var pass = AccessCalls.PassOf(answer);
            Assert.DoesNotContain(pass, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            foreach (var path in (string[])["/v1/models", "/openai/v1/models", "/openai/models", "/api/openai/v1/models", "/ollama/v1/models", "/ollama/api/tags", "/api/models", "/api/v1/models"])
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await site.Client.StatusAsync(path));
                Assert.Equal(HttpStatusCode.OK, await site.Client.StatusAsync(path, AccessCalls.Cookie(pass)));
            }
        }
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(null, "https", false)]
    [InlineData("10.0.0.0/8", "https", false)]
    [InlineData("127.0.0.1", null, false)]
    [InlineData("127.0.0.1", "http", false)]
    [InlineData("127.0.0.1", "https", true)]
    [InlineData("127.0.0.0/8", "HTTPS", true)]
    [InlineData("127.0.0.1", "https, http", true)]
    public async Task PassCookie_BehindAProxy_IsSecureOnlyWhereATrustedOneSaysHttps(string? trusted, string? scheme, bool isSecure)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("FORWARDED_ALLOW_IPS", trusted ?? ""));
        using var answer = await site.Client.RedeemAsync("right", scheme is null ? [] : [("X-Forwarded-Proto", scheme)]);
        var attributes = AccessCalls.SetCookieOf(answer).Split("; ").Skip(1).Select(a => a.ToLowerInvariant()).ToList();
        Assert.Contains("httponly", attributes);
        Assert.Contains("samesite=lax", attributes);
        Assert.Contains("path=/", attributes);
        Assert.Contains(attributes, a => a.StartsWith("expires=", StringComparison.Ordinal));
        Assert.DoesNotContain(attributes, a => a.StartsWith("domain=", StringComparison.Ordinal));
        Assert.Equal(isSecure, attributes.Contains("secure"));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("RIGHT")]
    [InlineData("right,other")]
    [InlineData("nk-right")]
    [InlineData("righ")]
    [InlineData("rightt")]
    [InlineData("кот")]
    public async Task Redeem_WrongCode_IsAProblemWithoutACookie(string code)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right,other"));
        using var answer = await site.Client.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Null(answer.Header("Set-Cookie"));
        var problem = await answer.JsonAsync();
        Assert.Equal("urn:openwebui:problem/wrong_access_code", problem.GetProperty("type").GetString());
        Assert.Equal("Unauthorized", problem.GetProperty("title").GetString());
        Assert.Equal(401, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.True(problem.GetProperty("errors").TryGetProperty("code", out _));
        Assert.Equal("This access code is not right.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Redeem_CodeOutsideAscii_IsTaken()
    {
        await using var site = await TestSite.StartAsync(("CODE", "кот 🐈"));
        await site.Client.PassAsync("кот 🐈");
    }

    [Theory]
    [InlineData("""{"code":""}""", 422)]
    [InlineData("""{"code":"   "}""", 422)]
    [InlineData("""{"code":5}""", 422)]
    [InlineData("""{"code":null}""", 422)]
    [InlineData("""{"code":["right"]}""", 422)]
    [InlineData("""{"code":{"code":"right"}}""", 422)]
    [InlineData("""{"Code":"right"}""", 422)]
    [InlineData("""{}""", 422)]
    [InlineData("""["right"]""", 422)]
    [InlineData("\"right\"", 422)]
    [InlineData("null", 422)]
    [InlineData("""{"code":"right" """, 400)]
    [InlineData("""{"code":"\ud800"}""", 400)]
    [InlineData("code=right", 400)]
    [InlineData("", 400)]
    public async Task Redeem_BrokenBody_IsRefusedAndCountsAsNoGuess(string body, int status)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        for (var i = 0; i < 10; i++)
        {
            using var answer = await site.Client.CallAsync("POST", Redeem, body);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.Null(answer.Header("Set-Cookie"));
        }

        await site.Client.PassAsync("right");
    }

    [Fact]
    public async Task Redeem_BodyWithBytesThatAreNoUtf8_IsRefused()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var answer = await site.Client.PostAsync(Redeem, new ByteArrayContent([.. "{\"code\":\""u8, 0xFF, 0xC0, .. "\"}"u8]));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redeem_BodyOverFourKiB_IsTooLarge(bool chunked)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        var body = Encoding.UTF8.GetBytes("{\"code\":\"right\",\"more\":\"" + new string('x', 4096) + "\"}");
        using var request = new HttpRequestMessage(HttpMethod.Post, Redeem) { Content = chunked ? new StreamContent(new Unmeasured(body)) : new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal("DENY", answer.Header("X-Frame-Options"));
        Assert.Null(answer.Header("Set-Cookie"));
    }

    [Fact]
    public async Task Redeem_BodyOfJustFourKiB_IsRead()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        const string start = "{\"code\":\"right\",\"more\":\"";
        using var answer = await site.Client.CallAsync("POST", Redeem, start + new string('x', 4096 - start.Length - 2) + "\"}");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Redeem_OpenSite_SaysThatNoCodeIsAskedFor()
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.RedeemAsync("anything");
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("urn:openwebui:problem/no_codes", (await answer.JsonAsync()).GetProperty("type").GetString());
        Assert.Null(answer.Header("Set-Cookie"));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task RedeemAndLeave_AskedByAnotherSitesPage_AreRefused(string header, string value)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var redeemed = await site.Client.RedeemAsync("right", (header, value));
        Assert.Equal(HttpStatusCode.Forbidden, redeemed.StatusCode);
        Assert.Null(redeemed.Header("Set-Cookie"));
        using var left = await site.Client.CallAsync("POST", "/api/v1/access/leave", null, (header, value));
        Assert.Equal(HttpStatusCode.Forbidden, left.StatusCode);
        Assert.Null(left.Header("Set-Cookie"));
    }

    [Fact]
    public async Task Leave_AsABrowser_ClosesTheSiteAgain()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var browser = site.NewClient(cookies: true);
        await browser.PassAsync("right");
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync("/v1/models"));
        for (var i = 0; i < 2; i++)
        {
            using var left = await browser.CallAsync("POST", "/api/v1/access/leave", null);
            Assert.Equal(HttpStatusCode.OK, left.StatusCode);
            Assert.Equal("""{"status":true}""", await left.Content.ReadAsStringAsync());
            Assert.Contains("expires=Thu, 01 Jan 1970", AccessCalls.SetCookieOf(left), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(HttpStatusCode.Unauthorized, await browser.StatusAsync("/v1/models"));
        }
    }

    [Theory]
    [InlineData("GET", "/api/v1/access/redeem")]
    [InlineData("PUT", "/api/v1/access/redeem")]
    [InlineData("GET", "/api/v1/access/nothing")]
    [InlineData("POST", "/health")]
    [InlineData("POST", "/")]
    [InlineData("DELETE", "/some/page")]
    [InlineData("PUT", "/api/config")]
    public async Task Route_AskedWithAMethodThatItDoesNotTake_IsNoServerError(string method, string path)
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"));
        using var answer = await site.Client.CallAsync(method, path, null);
        Assert.Contains((int)answer.StatusCode, (int[])[404, 405]);
        Assert.Equal(answer.StatusCode == HttpStatusCode.MethodNotAllowed, answer.Header("Allow") is not null);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>A body whose length is not known beforehand.</summary>
    private sealed class Unmeasured(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
