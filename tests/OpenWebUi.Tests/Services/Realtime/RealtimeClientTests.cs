using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Realtime;

/// <summary>The calls to SignalR Service, against a double that checks them as the REST API reference says.</summary>
public sealed class RealtimeClientTests
{
    [Theory]
    [InlineData("key")]
    [InlineData("entra")]
    public async Task Send_ToAnOwner_IsTakenAndNamesAHash(string how)
    {
        await using var world = await RealtimeWorld.StartAsync(how);
        await world.Client.SendAsync(new("u-ada"), "chats-changed", json => json.WriteStringValue("x"), default);
        await world.Client.SendAsync(new("u-bob"), "chats-changed", json => json.WriteStringValue("y"), default);

        var (ada, bob) = (await world.Service.NextAsync(), await world.Service.NextAsync());
        Assert.All(world.Service.Calls, call => Assert.Null(call.Fault));
        Assert.Equal(("chats-changed", "x", "y"), (ada.Target, ada.Argument.GetString(), bob.Argument.GetString()));
        Assert.Equal((64, true), (ada.User.Length, ada.User.All(char.IsAsciiHexDigitLower)));
        Assert.NotEqual(ada.User, bob.User);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("entra")]
    public async Task Access_OfAnOwner_LetsInWhomMessagesToThatOwnerReach(string how)
    {
        await using var world = await RealtimeWorld.StartAsync(how);
        var access = await world.Client.AccessAsync(new("u-ada"), default);
        await world.Client.SendAsync(new("u-ada"), "x", json => json.WriteNullValue(), default);

        Assert.Equal(world.Service.Endpoint + "/client/?hub=openwebui", access.Url);
        Assert.Equal(((await world.Service.NextAsync()).User, null), world.Service.Judge(access.Token, "openwebui"));
        Assert.NotNull(world.Service.Judge(access.Token, "another").Fault);
        // With a key a browser's token costs no call.
        Assert.Equal(how == "key" ? 1 : 2, world.Service.Calls.Count);
    }

    [Fact]
    public async Task Users_OfTwoSitesOnOneService_AreNotTheSame()
    {
        await using var world = await RealtimeWorld.StartAsync("key");
        await using var second = await TestSite.StartAsync(("AzureSignalRConnectionString", world.Service.ConnectionString));
        var users = new HashSet<string?>();
        foreach (var site in (TestSite[])[world.Site, second])
        {
            var access = await site.Services.GetRequiredService<RealtimeClient>().AccessAsync(new("u-local"), default);
            users.Add(world.Service.Judge(access.Token, "openwebui").User);
        }

        Assert.Equal(2, users.Count);
    }

    [Theory]
    [InlineData("key", 401, "check the access key")]
    [InlineData("entra", 403, "SignalR REST API Owner")]
    [InlineData("key", 429, "no messages left today")]
    [InlineData("key", 500, "answered 500")]
    public async Task Call_Refused_SaysWhatToDo(string how, int status, string advice)
    {
        await using var world = await RealtimeWorld.StartAsync(how);
        world.Service.Refusal = status;
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => world.Client.SendAsync(new("u-ada"), "x", json => json.WriteNullValue(), default));
        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NotAnswered_IsGivenUpAfterThreeSeconds()
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        service.Refusal = -1;
        await using var site = await TestSite.StartAsync();
        var time = new ManualTime();
        using var client = new RealtimeClient(
            new(new(service.Endpoint), "key"u8.ToArray(), Identity: null), proxy: null, site.Services.GetRequiredService<SigningKey>(), time);
        var sending = client.SendAsync(new("u-ada"), "x", json => json.WriteNullValue(), default);
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(sending.IsCompleted);
        await time.AdvanceUntilAsync(sending, TimeSpan.FromSeconds(0.2));
        Assert.Contains("did not answer within 3 s", (await Assert.ThrowsAsync<HttpRequestException>(() => sending)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NobodyThere_IsAFailureWithoutTheKey()
    {
        var service = await SignalRServiceDouble.StartAsync();
        await using var site = await TestSite.StartAsync(("AzureSignalRConnectionString", service.ConnectionString));
        await service.DisposeAsync();
        var failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => site.Services.GetRequiredService<RealtimeClient>().SendAsync(new("u-ada"), "x", json => json.WriteNullValue(), default));
        Assert.DoesNotContain("zq7marker", failure.ToString(), StringComparison.Ordinal);
    }
}
