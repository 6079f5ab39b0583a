namespace OpenWebUi.FunctionsHostDouble.Tests;

public class HostRefusalTests
{
    [Theory]
    [InlineData("admin/{*path}")]
    [InlineData("administration")]
    [InlineData("Runtime/x")]
    public async Task Route_ReservedWord_IsRefused(string route)
    {
        using var folder = new PublishFolder();
        folder.Http("Manage", route);
        Assert.Contains("reserved", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_SameForSameMethod_IsRefused()
    {
        using var folder = new PublishFolder();
        folder.Http("A", "v1/{*path}", "\"get\",\"post\"");
        folder.Http("B", "V1/{*path}", "\"post\"");
        Assert.Contains("same route", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Executable_Missing_IsRefused()
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(executable: "nothing-of-that-name");
        Assert.Contains("nothing-of-that-name", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Executable_WithoutExecuteBit_IsRefused()
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(executable: "host.json");
        Assert.Contains("execute bit", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxying_Off_IsRefused()
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(proxying: "false");
        Assert.Contains("enableProxyingHttpRequest", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"configurationProfile\": \"web-app-custom-handler\",", "configurationProfile")]
    [InlineData("\"customHandler\": { \"http\": { \"routes\": [ { \"route\": \"{*route}\" } ] } },", "http.routes")]
    public async Task Routes_BesideFunctionFiles_AreRefused(string more, string reason)
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(more: more);
        var message = await RefusalAsync(folder);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedule_WithoutSeconds_IsRefused()
    {
        using var folder = PublishFolder.Usual();
        folder.Function("fn-cleanup", """{"type":"timerTrigger","direction":"in","name":"timer","schedule":"17 3 * * *"}""");
        Assert.Contains("six fields", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpFunction_WithFurtherBinding_IsRefused()
    {
        using var folder = new PublishFolder();
        folder.Function(
            "Website",
            """{"type":"httpTrigger","direction":"in","name":"req","authLevel":"anonymous","route":"{*path}"}""",
            """{"type":"http","direction":"out","name":"res"}""",
            """{"type":"queue","direction":"out","name":"q","queueName":"jobs"}""");
        Assert.Contains("stops proxying", await RefusalAsync(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_NeverListens_FailsAfterInitializationTimeoutWithItsLog()
    {
        using var folder = PublishFolder.Usual();
        folder.HostJson(initializationTimeout: "00:00:01");
        var message = await RefusalAsync(folder, new Dictionary<string, string>(StringComparer.Ordinal) { ["NEVER_LISTEN"] = "1" });
        Assert.Contains("initializationTimeout", message, StringComparison.Ordinal);
        Assert.Contains("warn: handler started", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_CrashesAtEachStart_FailsAfterThreeErrors()
    {
        using var folder = PublishFolder.Usual();
        var message = await RefusalAsync(folder, new Dictionary<string, string>(StringComparer.Ordinal) { ["EXIT_AT_START"] = "3" });
        Assert.Equal(3, message.Split("exited with code 3").Length - 1);
        Assert.Contains("Exceeded http worker restart retry count", message, StringComparison.Ordinal);
    }

    private static async Task<string> RefusalAsync(PublishFolder folder, IReadOnlyDictionary<string, string>? environment = null) =>
        (await Assert.ThrowsAsync<FunctionsHostException>(() => FunctionsHost.StartAsync(folder.Root, environment))).Message;
}
