using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Services.Realtime;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Realtime;

public sealed class NegotiateTests
{
    private const string Address = "/api/v1/realtime/negotiate";

    [Fact]
    public async Task Negotiate_NothingConfigured_Is404AndThePageIsNotTold()
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.CallAsync("POST", Address, null);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("realtime_off", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var config = await site.Client.GetAsync("/api/config", []);
        Assert.False((await config.JsonAsync()).TryGetProperty("realtime", out _));
    }

    [Fact]
    public async Task Config_Configured_SaysSo()
    {
        await using var world = await RealtimeWorld.StartAsync("key");
        using var config = await world.Site.Client.GetAsync("/api/config", []);
        var text = await config.Content.ReadAsStringAsync();
        Assert.True(JsonDocument.Parse(text).RootElement.GetProperty("realtime").GetBoolean());
        Assert.DoesNotContain("zq7marker", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("entra")]
    public async Task Guests_EachGetTheirOwn_WhateverTheyAskFor(string how)
    {
        await using var world = await RealtimeWorld.StartAsync(how, ("CODE", "right"));
        var (first, second) = (await world.Site.Client.PassAsync("right"), await world.Site.Client.PassAsync("right"));
        var firsts = await UserAsync(world, Address, null, AccessCalls.Cookie(first));
        Assert.Equal(firsts, await UserAsync(world, Address, null, AccessCalls.Cookie(first)));

        var users = new HashSet<string>();
        foreach (var (path, body) in ((string, string)[])[(Address, "{}"), (Address + "?userId=" + firsts, "{}"), (Address, $$"""{"userId":"{{firsts}}","owner":"{{first}}"}"""), (Address + "/?user=" + firsts, "null")])
        {
            users.Add(await UserAsync(world, path, body, AccessCalls.Cookie(second), ("X-User-Id", firsts)));
        }

        Assert.NotEqual(firsts, Assert.Single(users));
        Assert.DoesNotContain(first, firsts, StringComparison.Ordinal);
        using var code = await world.Site.Client.CallAsync("POST", Address, null, ("Authorization", "Bearer nk-right"));
        Assert.Equal(HttpStatusCode.Unauthorized, code.StatusCode);
    }

    [Fact]
    public async Task Accounts_AnAccountThatWaitsToo_GetTheirOwn()
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var people = await AccountSite.StartAsync(("AzureSignalRConnectionString", service.ConnectionString));
        var users = new Dictionary<string, string>();
        foreach (var who in (string[])["pending", "user", "other", "admin"])
        {
            using var answer = await people.ClientOf(who).CallAsync("POST", Address, null);
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            var (user, fault) = service.Judge((await answer.JsonAsync()).GetProperty("accessToken").GetString()!, "openwebui");
            Assert.Null(fault);
            users.Add(who, user!);
        }

        Assert.Equal(4, users.Values.Distinct().Count());
        Assert.All(users.Values, user => Assert.DoesNotContain(people.User.Id.Text, user, StringComparison.Ordinal));
        using var stranger = await people.Stranger.CallAsync("POST", Address, null);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    public async Task Negotiate_ServiceRefuses_Is503WithoutItsWords(int status)
    {
        await using var world = await RealtimeWorld.StartAsync("entra");
        world.Service.Refusal = status;
        using var answer = await world.Site.Client.CallAsync("POST", Address, null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("30", answer.Header("Retry-After"));
        Assert.DoesNotContain("zq7marker", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> UserAsync(RealtimeWorld world, string path, string? body, params (string, string)[] headers)
    {
        using var answer = await world.Site.Client.CallAsync("POST", path, body, headers);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (user, fault) = world.Service.Judge((await answer.JsonAsync()).GetProperty("accessToken").GetString()!, "openwebui");
        Assert.Null(fault);
        return user!;
    }
}
