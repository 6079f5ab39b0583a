using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Services.Realtime;
using OpenWebUi.Tests.Site;
using OpenWebUi.Tests.Turns;

namespace OpenWebUi.Tests.Realtime;

/// <summary>What the whole site tells of what happens in it, to whom, and what that costs when nobody takes it.</summary>
public sealed class ToldChangesTests
{
    private const string Setting = "AzureSignalRConnectionString";

    [Fact]
    public async Task Chats_EveryChange_IsToldToTheirOwnerWithoutContent()
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var people = await AccountSite.StartAsync((Setting, service.ConnectionString));
        var client = people.User.Bearer;
        // The site's people were just made.
        service.Rest();
        var owner = await UserAsync(service, client);

        var id = await client.NewAsync();
        Assert.Equal("created", await WhatAsync());
        await ExpectAsync(client.UpdateAsync(id, new JsonObject { ["title"] = "Secret plans" }), "renamed");
        await ExpectAsync(client.SendJsonAsync($"/{id}/pin", null), "pinned");
        await ExpectAsync(client.SendJsonAsync($"/{id}/archive", null), "archived");
        await ExpectAsync(client.SendJsonAsync($"/{id}/messages/u3", new JsonObject { ["content"] = "Secret words" }), "edited");
        await ExpectAsync(client.UpdateAsync(id, new JsonObject { ["history"] = new JsonObject { ["currentId"] = "a1" } }), "edited");
        await ExpectAsync(client.DeleteAsync($"{ChatCalls.Root}/{id}"), "deleted");
        await ExpectAsync(client.SendJsonAsync($"/{id}/restore", null), "restored");
        Assert.Empty(service.Rest());

        async Task ExpectAsync(Task<HttpResponseMessage> act, string what)
        {
            using var answer = await act;
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(what, await WhatAsync());
        }

        async Task<string> WhatAsync()
        {
            var told = await service.NextAsync();
            Assert.Equal((owner, "chats-changed", id), (told.User, told.Target, told.ChatId));
            Assert.Equal(["chatId", "what"], told.Argument.EnumerateObject().Select(member => member.Name));
            return told.What;
        }
    }

    [Fact]
    public async Task Turns_BeginningAndEnd_AreTold()
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var site = await TurnSite.StartAsync((Setting, service.ConnectionString));
        site.Script.AlwaysSay = null;
        var first = await site.NewChatAsync();
        var running = await site.Script.AskedAsync();
        Assert.Equal("created", (await service.NextAsync()).What);
        running.Say("Hello.");
        running.End();
        var told = await service.NextAsync();
        Assert.Equal((first.ChatId, "turn-ended"), (told.ChatId, told.What));

        await first.ReadToEndAsync();
        var next = await site.NextAsync(first, "and then?", "u2");
        Assert.Equal("turn-begun", (await service.NextAsync()).What);
        (await site.Script.AskedAsync()).End();
        Assert.Equal("turn-ended", (await service.NextAsync()).What);
        await next.DisposeAsync();
    }

    [Fact]
    public async Task Title_WrittenByAModel_IsTold()
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var site = await TurnSite.StartAsync((Setting, service.ConnectionString));
        await using var turn = await site.TurnAsync("""{"parent_id":null,"user_message":{"id":"u1","content":"hi"},"background_tasks":{"title_generation":true} }""");
        var words = "";
        while (!words.Contains("titled", StringComparison.Ordinal))
        {
            words += " " + (await service.NextAsync()).What;
        }

        // All of it may fall into one moment.
        Assert.Equal(["created", "titled", "turn-ended"], words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Account_LetInOrDeleted_IsToldAndNobodyElse()
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var people = await AccountSite.StartAsync((Setting, service.ConnectionString));
        var waiting = await UserAsync(service, people.Pending.Bearer);
        using var letIn = await people.Admin.Bearer.CallAsync("POST", $"/api/v1/users/{people.Pending.Id.Text}/update/role", """{"role":"user"}""");
        Assert.Equal(HttpStatusCode.OK, letIn.StatusCode);
        var told = await service.NextAsync();
        Assert.Equal((waiting, "account-changed", "{}"), (told.User, told.Target, told.Argument.GetRawText()));

        using var renamed = await people.Admin.Bearer.CallAsync("POST", $"/api/v1/users/{people.Other.Id.Text}/update", """{"name":"Olga"}""");
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        Assert.True(await people.Get<AccountStore>().DeleteAsync(people.Pending.Id, default));
        Assert.Equal((waiting, "account-changed"), ((told = await service.NextAsync()).User, told.Target));
        Assert.Empty(service.Rest());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task Service_SilentOrFailing_CostsAChatNothing(int refusal)
    {
        await using var service = await SignalRServiceDouble.StartAsync();
        await using var site = await TurnSite.StartAsync((Setting, service.ConnectionString));
        service.Refusal = refusal;
        var watch = Stopwatch.StartNew();
        var turn = await site.NewChatAsync();
        await turn.ReadToEndAsync();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await site.Client.UpdateAsync(turn.ChatId, new JsonObject { ["title"] = $"Title {i}" });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // Nothing of this waited for the service even once.
        Assert.True(watch.Elapsed < RealtimeClient.Patience, $"{watch.Elapsed}");
        Assert.Equal("Title 19", (await site.ChatAsync(turn.ChatId)).Title);
        Assert.Empty(service.Rest());
    }

    [Fact]
    public async Task Page_Policy_NamesTheServiceOnlyWhereThereIsOne()
    {
        var page = Directory.CreateTempSubdirectory("openwebui-page");
        await File.WriteAllTextAsync(Path.Combine(page.FullName, "index.html"), "<!doctype html>");
        try
        {
            await using var with = await TestSite.StartAsync((Setting + "__serviceUri", "https://a.service.signalr.net"), ("FRONTEND_BUILD_DIR", page.FullName));
            await using var without = await TestSite.StartAsync(("FRONTEND_BUILD_DIR", page.FullName));
            Assert.Contains(" connect-src 'self' https://a.service.signalr.net wss://a.service.signalr.net; ", await PolicyAsync(with), StringComparison.Ordinal);
            Assert.Contains(" connect-src 'self'; ", await PolicyAsync(without), StringComparison.Ordinal);
            Assert.Null(without.Services.GetService<RealtimeClient>());
        }
        finally
        {
            page.Delete(recursive: true);
        }
    }

    private static async Task<string> PolicyAsync(TestSite site)
    {
        using var answer = await site.Client.GetAsync("/", []);
        return answer.Header("Content-Security-Policy")!;
    }

    private static async Task<string> UserAsync(SignalRServiceDouble service, HttpClient client)
    {
        using var answer = await client.CallAsync("POST", "/api/v1/realtime/negotiate", null);
        return service.Judge((await answer.JsonAsync()).GetProperty("accessToken").GetString()!, "openwebui").User!;
    }
}
