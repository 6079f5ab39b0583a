using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Azure;
using OpenWebUi.Tests.Survival;

namespace OpenWebUi.Tests.Verbs;

/// <summary>What the program does besides serving, as an operator runs it: a process of its own, beside a site that runs on the same store.</summary>
[Collection(PackageGroup.Name)]
public sealed class VerbTests(PublishedPackage package)
{
    private const string Email = "ann@example.com";
    private const string Old = "the old password";

    [Theory]
    [InlineData(SharedStore.Sqlite)]
    [InlineData(SharedStore.Azurite)]
    [InlineData(SharedStore.PostgreSql)]
    public async Task ResetPassword_BesideARunningSite_ChangesItAndEndsSessions(string kind)
    {
        // Only one site can be in an account, so it is one of this test's own.
        using var azurite = kind == SharedStore.Azurite ? await AzuriteServer.StartAsync() : null;
        await using var store = azurite is null ? await SharedStore.OpenAsync(kind) : SharedStore.Open(azurite);
        await using var site = await StartAsync(store);
        using var client = new HttpClient { BaseAddress = site.Address };
        var token = await SignInAsync(client, Old);
        Assert.NotNull(token);

        var typed = await RunAsync(store, "a new password\nsecond line\n", "reset-password", " Ann@Example.com ");
        Assert.Equal((0, ""), (typed.ExitCode, typed.Errors));
        Assert.DoesNotContain("a new password", typed.Output, StringComparison.Ordinal);
        Assert.Null(await SignInAsync(client, Old));
        Assert.NotNull(await SignInAsync(client, "a new password"));
        await SoonAsync(async () => await StatusAsync(client, token) == HttpStatusCode.Unauthorized);

        foreach (var input in (string[])["", "\n"])
        {
            var made = await RunAsync(store, input, "reset-password", Email);
            Assert.Equal(0, made.ExitCode);
            var line = made.Output.Split('\n')[0];
            Assert.StartsWith($"The new password of {Email} is ", line, StringComparison.Ordinal);
            Assert.NotNull(await SignInAsync(client, line[$"The new password of {Email} is ".Length..].Trim()));
        }

        Assert.Null(await SignInAsync(client, "a new password"));
    }

    [Fact]
    public async Task ResetPassword_WithWhatCannotBe_ChangesNothing()
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        await using var site = await StartAsync(store);
        using var client = new HttpClient { BaseAddress = site.Address };
        var token = await SignInAsync(client, Old);

        var unknown = await RunAsync(store, "a new password\n", "reset-password", "nobody@example.com");
        Assert.Equal((1, ""), (unknown.ExitCode, unknown.Output));
        Assert.Contains("There is no account", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync(store, "a new password\n", "reset-password", "no address")).ExitCode);
        var bad = await RunAsync(store, "short\n", "reset-password", Email);
        Assert.Equal((1, ""), (bad.ExitCode, bad.Output));
        Assert.Contains("8", bad.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync(store, new string('x', 300) + "\n", "reset-password", Email)).ExitCode);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, token!));
        Assert.NotNull(await SignInAsync(client, Old));
    }

    [Theory]
    [InlineData("reset-pasword", "ann@example.com")]
    [InlineData("reset-password")]
    [InlineData("reset-password", "ann@example.com", "a password in everybody's process list")]
    [InlineData("rotate-key", "now")]
    [InlineData("serve")]
    public async Task Verb_ThatIsNone_SaysWhichThereAre(params string[] arguments)
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        var run = await RunAsync(store, "", arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("reset-password <e-mail>", run.Errors, StringComparison.Ordinal);
        Assert.Contains("rotate-key", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotateKey_BesideARunningSite_SignsNobodyOut()
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        await using var site = await StartAsync(store);
        using var client = new HttpClient { BaseAddress = site.Address };
        var before = await SignInAsync(client, Old);
        var run = await RunAsync(store, "", "rotate-key");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, before!));

        await using var second = await StartAsync(store);
        using var there = new HttpClient { BaseAddress = second.Address };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(there, before!));
        var after = await SignInAsync(there, Old);
        Assert.NotEqual(before!.Split('.')[0], after!.Split('.')[0]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(there, after));
    }

    [Fact]
    public async Task RotateKey_WhereTheSecretIsConfigured_SaysWhatToDo()
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        var run = await RunAsync(store, "", [("WEBUI_SECRET_KEY", "a secret that is long enough")], "rotate-key");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("WEBUI_SECRET_KEY_PREVIOUS", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ThatCannotBeReached_IsSaidInOneLine()
    {
        await using var store = await SharedStore.OpenAsync(SharedStore.Sqlite);
        const string nowhere = "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;TableEndpoint=http://127.0.0.1:9/a;BlobEndpoint=http://127.0.0.1:9/a";
        var run = await RunAsync(store, "a new password\n", [("STORAGE_PROVIDER", "azure"), ("AzureWebJobsStorage", nowhere)], "reset-password", Email);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    private static (string, string)[] Settings(SharedStore store) =>
        [.. store.Environment, ("WEBUI_AUTH", "true"), ("ENABLE_OLLAMA_API", "false"), ("WEBUI_ADMIN_EMAIL", Email), ("WEBUI_ADMIN_PASSWORD", Old), ("WEBUI_ADMIN_NAME", "Ann")];

    private Task<PackageProcess> StartAsync(SharedStore store) => PackageProcess.StartAsync(package, Settings(store));

    private Task<VerbRun> RunAsync(SharedStore store, string input, params string[] arguments) => RunAsync(store, input, [], arguments);

    private Task<VerbRun> RunAsync(SharedStore store, string input, (string Name, string Value)[] more, params string[] arguments) =>
        VerbRun.RunAsync(package, [.. Settings(store), .. more], input, arguments);

    /// <summary>The token, or null for a wrong password.</summary>
    private static async Task<string?> SignInAsync(HttpClient client, string password)
    {
        using var answer = await client.CallAsync("POST", "/api/v1/auths/signin", JsonSerializer.Serialize(new { email = Email, password }));
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{answer.StatusCode}");
        return answer.IsSuccessStatusCode ? (await answer.JsonAsync()).GetProperty("token").GetString() : null;
    }

    private static Task<HttpStatusCode> StatusAsync(HttpClient client, string token) => client.StatusAsync("/api/v1/auths/", ("Authorization", "Bearer " + token));

    /// <summary>What another process changed is seen after 5 s at the latest.</summary>
    private static async Task SoonAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (!await isSo())
        {
            await Task.Delay(100, limit.Token);
        }
    }
}
