using System.Net;
using OpenWebUi.Tests.Package;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Costs;

/// <summary>What a sleeping site is woken with: the host asks for <c>/</c> until it is ready, a monitor for <c>/health</c>, a browser for the page.</summary>
public sealed class ColdRequestTests
{
    [Theory]
    [InlineData("/", "WEBUI_AUTH", "true")]
    [InlineData("/", "CODE", "an-access-code")]
    [InlineData("/", "WEBUI_AUTH", "false")]
    [InlineData("/health", "WEBUI_AUTH", "true")]
    [InlineData("/c/some-chat", "WEBUI_AUTH", "true")]
    [InlineData("/api/version", "WEBUI_AUTH", "true")]
    public async Task FirstRequest_TouchesNoStore(string path, string mode, string value)
    {
        CountingRows? rows = null;
        await using var site = await TestSite.StartAsync(new ManualTime(), inner => rows = new(inner), (mode, value),
            ("FRONTEND_BUILD_DIR", Path.Combine(PublishedPackage.Repository(), "static-web", "dist")));
        rows!.Reset();
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("", rows.Log);
    }
}
