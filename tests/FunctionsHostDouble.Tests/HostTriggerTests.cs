using System.Text.Json.Nodes;

namespace OpenWebUi.FunctionsHostDouble.Tests;

public class HostTriggerTests
{
    [Fact]
    public async Task Timer_PostsTheObjectToTheFunctionsName()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        var result = await host.InvokeTimerAsync("fn-cleanup", isPastDue: true);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(["done"], result.Logs);
        var call = await CallAsync(host);
        var timer = JsonNode.Parse((string)call["body"]!)!["Data"]!["timer"]!;
        Assert.True((bool)timer["IsPastDue"]!);
        Assert.True((bool)timer["Schedule"]!["AdjustForDST"]!);
        Assert.Equal("/fn-cleanup", (string?)call["url"]);
    }

    [Fact]
    public async Task Queue_PostsTextEncodedTwiceWithoutProxyHeaders()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        var result = await host.InvokeQueueAsync("fn-jobs", """{"a":"ü"}""", dequeueCount: 3);
        Assert.True(result.Succeeded, result.Reason);
        var call = await CallAsync(host);
        var body = (string)call["body"]!;
        Assert.Contains("""
            "Data":{"item":"\"{\\\"a\\\":\\\"ü\\\"}\""}
            """, body, StringComparison.Ordinal);
        var metadata = JsonNode.Parse(body)!["Metadata"]!;
        Assert.Equal("3", (string?)metadata["DequeueCount"]);
        Assert.Equal("fn-jobs", (string?)metadata["sys"]!["MethodName"]);
        var headers = (JsonObject)call["headers"]!;
        Assert.Equal("application/json; charset=utf-8", (string?)headers["content-type"]);
        Assert.StartsWith("Azure-Functions-Host/", (string?)headers["user-agent"], StringComparison.Ordinal);
        Assert.Equal(host.InvocationLog[0].Id.ToString(), (string?)headers["x-azure-functions-invocationid"]);
        Assert.DoesNotContain(headers, h => h.Key is "x-ms-invocation-id" || h.Key.StartsWith("x-forwarded", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ok", null)]
    [InlineData("bare", null)]
    [InlineData("empty", "hang until functionTimeout (00:10:00)")]
    [InlineData("text", "text/plain")]
    [InlineData("problem", "application/problem+json")]
    [InlineData("array", "no object")]
    [InlineData("broken", "no JSON")]
    [InlineData("logs", "Logs")]
    [InlineData("fails", "500")]
    public async Task Queue_AnswerIsJudgedStrictly(string answer, string? reason)
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        var result = await host.InvokeQueueAsync("fn-jobs", answer);
        Assert.Equal(reason is null, result.Succeeded);
        Assert.Contains(reason ?? "", result.Reason ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "ok", 1, false)]
    [InlineData("none", "fails", 5, true)]
    [InlineData("none", "empty", 5, true)]
    [InlineData("base64", "b2s=", 1, false)]
    [InlineData("base64", "not base64!", 0, true)]
    [InlineData(null, "not base64!", 0, true)]
    public async Task Queue_DeliversUntilItSucceeds_FiveTimesAtMost(string? encoding, string raw, int tries, bool isPoison)
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(messageEncoding: encoding);
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        var delivery = await host.DeliverQueueAsync("fn-jobs", raw);
        Assert.Equal((tries, isPoison), (delivery.Tries.Count, delivery.IsPoison));
        var counts = host.Logs.Where(l => l.Text.StartsWith("trigger ", StringComparison.Ordinal))
            .Select(l => (string?)JsonNode.Parse((string)JsonNode.Parse(l.Text["trigger ".Length..])!["body"]!)!["Metadata"]!["DequeueCount"]);
        Assert.Equal(Enumerable.Range(1, tries).Select(n => FormattableString.Invariant($"{n}")), counts);
    }

    [Fact]
    public async Task Trigger_ThatNeverEnds_CostsTheHandlerAtFunctionTimeout()
    {
        using var folder = PublishFolder.Usual();
        var clock = new ManualClock();
        await using var host = await FunctionsHost.StartAsync(folder.Root, options: new FunctionsHostOptions { TimeProvider = clock });
        var invoking = host.InvokeQueueAsync("fn-jobs", "never");
        await CallAsync(host);
        clock.Advance(TimeSpan.FromMinutes(10));
        var result = await invoking;
        Assert.False(result.Succeeded);
        Assert.True(await host.WhenReadyAsync());
        Assert.Equal(2, host.HandlerStarts);
    }

    [Fact]
    public async Task PublicCaller_OnATriggersPath_ComesWithProxyHeaders()
    {
        using var folder = PublishFolder.Usual();
        await using var host = await FunctionsHost.StartAsync(folder.Root);
        using var client = new HttpClient { BaseAddress = host.Address };
        using var content = new StringContent("""{"Data":{}}""");
        (await client.PostAsync("fn-jobs", content)).EnsureSuccessStatusCode();
        Assert.Equal("Website", host.InvocationLog[0].FunctionName);
        Assert.NotNull((await CallAsync(host))["headers"]!["x-ms-invocation-id"]);
    }

    private static async Task<JsonNode> CallAsync(FunctionsHost host)
    {
        var line = await host.WaitForLogAsync(l => l.Text.StartsWith("trigger ", StringComparison.Ordinal));
        return JsonNode.Parse(line.Text["trigger ".Length..])!;
    }
}
