using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Package;

[Collection(PackageGroup.Name)]
public sealed class PackageLifeTests(PublishedPackage package)
{
    [Fact]
    public async Task Fault_IsToldOnEveryAddress_SecretsMasked_HandlerStaysUp()
    {
        const string key = "sk-live-never-to-be-shown";
        await using var site = await HostedPackage.StartAsync(package, ("OPENAI_API_BASE_URL", key), ("WEBUI_SECRET_KEY", "hushhush"), ("HIDE_USER_API_KEY", "perhaps"));
        foreach (var path in new[] { "/", "/v1/models", "/health" })
        {
            using var answer = await site.Client.GetAsync(path);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("OPENAI_API_BASE_URL", text, StringComparison.Ordinal);
            Assert.Contains("WEBUI_SECRET_KEY", text, StringComparison.Ordinal);
            Assert.Contains("HIDE_USER_API_KEY: holds 'perhaps'", text, StringComparison.Ordinal);
            Assert.DoesNotContain(key, text, StringComparison.Ordinal);
            Assert.DoesNotContain("hushhush", text, StringComparison.Ordinal);
            Assert.DoesNotContain(HostedPackage.Code, text, StringComparison.Ordinal);
        }

        Assert.Equal(1, site.Host.HandlerStarts);
        Assert.False(site.Host.HandlerProcess.Exited.IsCompleted);
        Assert.DoesNotContain(site.Host.Logs, line => line.Text.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Listener_IsTheHostsPort_WhateverTheImageSets()
    {
        await using var site = await HostedPackage.StartAsync(package,
            ("ASPNETCORE_URLS", "http://+:80"), ("HTTP_PORTS", "8080"), ("ASPNETCORE_HTTP_PORTS", "8080"), ("URLS", "http://+:81"), ("PORT", "8081"), ("HOST", "0.0.0.0"));
        using var answer = await site.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        // Azure counts every line there as an error.
        Assert.DoesNotContain(site.Host.Logs, line => line.Source == HostLogSource.StandardError);
        Assert.Contains(site.Host.Logs, line => line.Source == HostLogSource.StandardOutput);
    }

    [Fact]
    public async Task Readiness_IsASmallAnswerWithoutARedirect()
    {
        // As the host asks: over plain HTTP, straight at the handler, with nothing in it that a caller or the host would send.
        await using var site = await HostedPackage.StartAsync(package, ("WEBUI_URL", "https://chat.example.com"));
        var port = site.Host.Logs.Select(line => line.Text).First(text => text.StartsWith("Started ", StringComparison.Ordinal)).Split(' ')[^1].TrimEnd('.');
        using var host = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        using var answer = await host.GetAsync($"http://127.0.0.1:{port}/");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 1, 16 * 1024);
    }

    [Fact]
    public async Task Handler_Killed_NextRequestIsAnswered()
    {
        await using var site = await HostedPackage.StartAsync(package);
        site.Host.KillHandler();
        await site.Host.HandlerProcess.Exited;
        using var answer = await site.Client.GetAsync("/v1/models");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, site.Host.HandlerStarts);
    }

    [Fact]
    public async Task Pass_WithASecretKeySet_OutlivesTheHandlerAndItsData()
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var browser = site.NewClient();
        using var redeemed = await RedeemAsync(browser, HostedPackage.Code);
        Assert.Equal(HttpStatusCode.OK, redeemed.StatusCode);
        var cookie = redeemed.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.False(await IsGrantedAsync(browser, null));
        Assert.True(await IsGrantedAsync(browser, cookie));
        await site.Host.RecycleAsync();
        Assert.Equal(2, site.Host.HandlerStarts);
        Assert.True(await IsGrantedAsync(browser, cookie));
    }

    [Fact]
    public async Task Pass_WithTheGeneratedKey_OutlivesAKilledHandler()
    {
        await using var site = await HostedPackage.StartAsync(package, ("WEBUI_SECRET_KEY", ""));
        using var browser = site.NewClient();
        using var redeemed = await RedeemAsync(browser, HostedPackage.Code);
        Assert.True(redeemed.IsSuccessStatusCode, await redeemed.Content.ReadAsStringAsync());
        var cookie = redeemed.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        await site.Host.RecycleAsync();
        Assert.True(await IsGrantedAsync(browser, cookie));
    }

    [Fact]
    public async Task Handler_KilledMidStream_TheAnswerBreaksAndTheNextOneWorks()
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var request = HostedPackage.Chat("/v1/chat/completions", "stall");
        using var answer = await site.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.StartsWith("data: ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        site.Host.KillHandler();
        // Never a quiet end, which a client would take for the whole answer.
        await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync());
        using var again = HostedPackage.Chat("/v1/chat/completions", "echo");
        using var next = await site.Client.SendAsync(again);
        Assert.EndsWith("data: [DONE]\n\n", await next.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guide_StandsInWhereNothingIsConnected()
    {
        await using var site = await HostedPackage.StartAsync(package, ("OPENAI_API_BASE_URL", ""), ("OPENAI_API_KEY", ""), ("OLLAMA_BASE_URL", ""));
        using var request = HostedPackage.Chat("/api/chat/completions", "guide");
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("data: [DONE]\n\n", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(site.Stub.Requests);
    }

    [Fact]
    public async Task Guesses_WithForgedAddresses_LockTheRealOne()
    {
        // What says that this is Azure also wants a storage account.
        var azurite = await AzuriteServer.GetAsync();
        await using var site = await HostedPackage.StartAsync(
            package, new FunctionsHostOptions { ClientIp = "203.0.113.9:4711" }, ("WEBSITE_SITE_NAME", "app"), ("AzureWebJobsStorage", azurite.ConnectionString));
        using var guesser = site.NewClient();
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await RedeemAsync(guesser, "guess", forged: $"198.51.100.{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var locked = await RedeemAsync(guesser, HostedPackage.Code, forged: "198.51.100.99");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.Contains("locked", await locked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotNull(locked.Headers.RetryAfter);
    }

    [Fact]
    public async Task Guesses_WithoutAnAddress_ShareTheSlowLane()
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var guesser = site.NewClient();
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            // Nobody in front writes client-ip: the caller's own is not believed, and the chain is the last hop.
            using var answer = await RedeemAsync(guesser, "guess", forged: $"198.51.100.{i}");
            return answer.StatusCode;
        }));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        // 10 at once and 3 a second: even on a slow machine most of the 60 are not looked at.
        Assert.InRange(answers.Count(status => status == HttpStatusCode.Unauthorized), 10, 40);
        Assert.All(answers, status => Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, status.ToString()));
    }

    [Theory]
    [InlineData("app.azurewebsites.net", "app.azurewebsites.net", 200)]
    [InlineData("app.azurewebsites.net", "chat.example.com", 200)]
    [InlineData("app.azurewebsites.net", "rebound.example", 421)]
    [InlineData(null, "rebound.example", 421)]
    [InlineData(null, "127.0.0.1", 200)]
    public async Task OpenMode_AnswersToItsOwnNamesOnly(string? platform, string asked, int status)
    {
        await using var site = await HostedPackage.StartAsync(package,
            ("CODE", ""), ("WEBUI_AUTH", "false"), ("WEBSITE_HOSTNAME", platform ?? ""), ("WEBUI_URL", platform is null ? "" : "https://chat.example.com"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/config");
        request.Headers.Host = asked;
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task OpenMode_UnderThePlatformsName_IsServedOverHttps()
    {
        await using var site = await HostedPackage.StartAsync(package, new FunctionsHostOptions { PublicHost = "app.azurewebsites.net" }, ("CODE", ""), ("WEBUI_AUTH", "false"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/config");
        request.Headers.Add("Origin", "https://app.azurewebsites.net");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var config = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("open_to_network", (string?)config["access"]!["warning"]);
    }

    private static async Task<HttpResponseMessage> RedeemAsync(HttpClient client, string code, string? forged = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/access/redeem") { Content = new StringContent($$"""{"code":"{{code}}"}""", Encoding.UTF8, "application/json") };
        if (forged is not null)
        {
            request.Headers.Add("X-Forwarded-For", forged);
            request.Headers.Add("client-ip", forged);
        }

        return await client.SendAsync(request);
    }

    private static async Task<bool> IsGrantedAsync(HttpClient client, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/config");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var answer = await client.SendAsync(request);
        return (bool)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access"]!["granted"]!;
    }
}
