using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Services.Updates;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Updates;

/// <summary>The question for a newer release: who may cause it, where it goes, how often, and what a page is told. GitHub is a stub.</summary>
public sealed class UpdateTests
{
    private const string Path = "/api/version/updates";
    private const string Latest = "/repos/ann/chat/releases/latest";
    private static readonly (string, string)[] On = [("ENABLE_VERSION_UPDATE_CHECK", "true"), ("VERSION_UPDATE_REPOSITORY", "ann/chat")];

    [Theory]
    [InlineData("v99.1.0", "99.1.0", "https://github.com/ann/chat/releases/tag/v99.1.0")]
    [InlineData("99.1", "99.1", "https://github.com/ann/chat/releases/tag/99.1")]
    [InlineData("v0.0.1", null, null)]
    [InlineData("nightly", null, null)]
    [InlineData("v99.1.0/../../x", null, null)]
    [InlineData("", null, null)]
    public async Task Updates_ByTheTagOfTheLatestRelease_SayWhatIsNewer(string tag, string? version, string? url)
    {
        await using var gitHub = await GitHub.StartAsync(_ => Results.Json(new { tag_name = tag, html_url = "https://evil.example/" }));
        await using var site = await StartAsync(gitHub, TimeProvider.System, On);
        Assert.Equal((ProductVersion.Text, version ?? ProductVersion.Text, url), await ReadAsync(site));
        Assert.Equal([Latest], gitHub.Asked);
    }

    [Theory]
    [InlineData("v1.2.3", "1.2.3", false)]
    [InlineData("v1.2.4", "1.2.3", true)]
    [InlineData("1.10.0", "1.9.9", true)]
    [InlineData("1.2.3", "1.2.3-rc.1", true)]
    [InlineData("1.2.3-rc.2", "1.2.3", false)]
    [InlineData("2.0", "1.9.9", true)]
    [InlineData("1.2.3+build", "1.2.3", false)]
    public void Version_BesideAnother_IsNewerOrNot(string one, string other, bool isNewer) =>
        Assert.Equal(isNewer, ReleaseVersion.Parse(one)!.IsNewerThan(ReleaseVersion.Parse(other)!));

    [Theory]
    [InlineData()]
    [InlineData("ENABLE_VERSION_UPDATE_CHECK")]
    [InlineData("VERSION_UPDATE_REPOSITORY")]
    public async Task Updates_WithoutBothVariables_AskNobody(params string[] names)
    {
        await using var gitHub = await GitHub.StartAsync(_ => Results.Json(new { tag_name = "v99.0.0" }));
        await using var site = await StartAsync(gitHub, TimeProvider.System, [.. On.Where(variable => names.Contains(variable.Item1))]);
        Assert.Equal((ProductVersion.Text, ProductVersion.Text, null), await ReadAsync(site));
        Assert.Empty(gitHub.Asked);
        Assert.False(await FeatureAsync(site));
    }

    [Fact]
    public async Task Updates_AskedAgain_AreRememberedForHours_AlsoAFailure()
    {
        var time = new ManualTime();
        var status = 503;
        await using var gitHub = await GitHub.StartAsync(_ => status == 200 ? Results.Json(new { tag_name = "v99.0.0" }) : Results.StatusCode(status));
        await using var site = await StartAsync(gitHub, time, On);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ReadAsync(site)));
        Assert.Single(gitHub.Asked);

        status = 200;
        time.Advance(UpdateCheck.RetryAfter - TimeSpan.FromSeconds(1));
        Assert.Null((await ReadAsync(site)).Url);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("99.0.0", (await ReadAsync(site)).Latest);
        Assert.Equal(2, gitHub.Asked.Count);

        status = 404;
        time.Advance(UpdateCheck.FreshFor - TimeSpan.FromSeconds(1));
        Assert.Equal("99.0.0", (await ReadAsync(site)).Latest);
        Assert.Equal(2, gitHub.Asked.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await ReadAsync(site)).Url);
        Assert.Equal(3, gitHub.Asked.Count);
    }

    [Fact]
    public async Task Updates_OfARepositoryThatRedirectsOrTellsTooMuchOrNonsense_AreNone()
    {
        foreach (var answer in (Func<HttpContext, IResult>[])[
            _ => Results.Redirect("/elsewhere"), _ => Results.Text("<html>"), _ => Results.Json(new { tag_name = "v99.0.0", body = new string('x', 2_000_000) }), _ => Results.Json(new[] { 1 })])
        {
            await using var gitHub = await GitHub.StartAsync(answer);
            await using var site = await StartAsync(gitHub, TimeProvider.System, On);
            Assert.Null((await ReadAsync(site)).Url);
            Assert.Equal([Latest], gitHub.Asked);
        }
    }

    [Fact]
    public async Task Updates_OfWhoDoesNotAnswer_EndAfterTenSeconds()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var gitHub = await GitHub.StartAsync(async context =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await using var site = await StartAsync(gitHub, time, On);
        var reading = ReadAsync(site);
        await asked.Task;
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null((await reading).Url);
    }

    [Fact]
    public async Task Updates_BehindAProxy_GoThroughIt()
    {
        await using var stub = await StubProvider.StubServer.StartAsync();
        await using var proxy = StubProvider.ProxyStub.Start(stub);
        await using var site = await StartAsync(new Uri("http://updates.example/"), TimeProvider.System, [.. On, ("HTTP_PROXY", proxy.Url)]);
        Assert.Null((await ReadAsync(site)).Url);
        Assert.Equal(["updates.example"], proxy.Targets);
    }

    [Fact]
    public async Task Feature_SwitchedOn_IsToldToAdministratorsOnly()
    {
        await using var gitHub = await GitHub.StartAsync(_ => Results.Json(new { tag_name = "v99.0.0" }));
        await using var site = await StartAsync(gitHub, TimeProvider.System, On);
        Assert.True(await FeatureAsync(site));
        await using var coded = await StartAsync(gitHub, TimeProvider.System, [.. On, ("CODE", "a-long-access-code")]);
        Assert.False(await FeatureAsync(coded));
        Assert.Equal(HttpStatusCode.Unauthorized, (await coded.Client.GetAsync(Path)).StatusCode);
        Assert.Empty(gitHub.Asked);
    }

    [Theory]
    [InlineData("https://github.com/ann/chat")]
    [InlineData("ann")]
    [InlineData("ann/..")]
    [InlineData("ann/chat/x")]
    [InlineData("ann/chat?x=1")]
    [InlineData("evil.example/chat")]
    public void Repository_ThatIsNone_IsAFault(string text)
    {
        var faults = new FaultList();
        SiteSettings.Read(new Variables(new Dictionary<string, string> { [UpdateOptions.Switch] = "true", [UpdateOptions.RepositoryVariable] = text }), faults);
        Assert.Equal(UpdateOptions.RepositoryVariable, Assert.Single(faults.All).Variable);
    }

    private static Task<TestSite> StartAsync(GitHub gitHub, TimeProvider time, (string Name, string Value)[] environment) => StartAsync(gitHub.Address, time, environment);

    private static Task<TestSite> StartAsync(Uri api, TimeProvider time, (string Name, string Value)[] environment) => TestSite.StartChangedAsync(
        time,
        services => services.AddSingleton(provider => provider.GetRequiredService<SiteSettings>().Updates with { Api = api }),
        environment);

    private static async Task<(string Current, string Latest, string? Url)> ReadAsync(TestSite site)
    {
        using var json = JsonDocument.Parse(await site.Client.GetStringAsync(Path));
        return (json.RootElement.GetProperty("current").GetString()!, json.RootElement.GetProperty("latest").GetString()!, json.RootElement.GetProperty("url").GetString());
    }

    private static async Task<bool> FeatureAsync(TestSite site)
    {
        using var json = JsonDocument.Parse(await site.Client.GetStringAsync("/api/config"));
        return json.RootElement.GetProperty("features").GetProperty("enable_version_update_check").GetBoolean();
    }

    /// <summary>Answers everything in one way, and remembers what was asked.</summary>
    private sealed class GitHub(WebApplication app) : IAsyncDisposable
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Asked { get; } = new();

        public Uri Address => new(app.Urls.First() + "/");

        public static Task<GitHub> StartAsync(Func<HttpContext, IResult> answer) => StartAsync(context => answer(context).ExecuteAsync(context));

        public static async Task<GitHub> StartAsync(Func<HttpContext, Task> answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var gitHub = new GitHub(app);
            app.Run(async context =>
            {
                Assert.NotEmpty(context.Request.Headers.UserAgent.ToString());
                gitHub.Asked.Enqueue(context.Request.Path);
                await answer(context);
            });
            await app.StartAsync();
            return gitHub;
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(new CancellationToken(canceled: true));
            await app.DisposeAsync();
        }
    }
}
