using System.Net;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Website;

/// <summary>The documents of sandboxed frames: each with a policy of its own, and scripts that an opaque origin may load.</summary>
public sealed class FrameDocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("page").FullName;

    public FrameDocumentTests()
    {
        foreach (var file in (string[])["index.html", "frames/diagram.html", "frames/preview.html", "frames/preview-live.html", "frames/image.html", "assets/index-1.js", "assets/frames/diagram-1.js"])
        {
            var path = Path.Combine(_folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("/frames/diagram.html", "img-src data:", false)]
    [InlineData("/frames/preview.html", "img-src data:;", false)]
    [InlineData("/frames/preview-live.html", "img-src data: blob:", true)]
    [InlineData("/frames/image.html", "img-src http: https:", false)]
    public async Task FrameDocument_AskedFor_IsSandboxedAndLoadsNothingElse(string path, string images, bool runsInline)
    {
        await using var site = await StartAsync();
        using var answer = await site.Client.GetAsync(path);
        var policy = Header(answer, "Content-Security-Policy")!;
        Assert.StartsWith("sandbox allow-scripts; default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.Contains(images, policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("allow-same-origin", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("connect-src", policy, StringComparison.Ordinal);
        Assert.Equal(runsInline, policy.Contains("script-src 'self' 'unsafe-inline'", StringComparison.Ordinal));
        Assert.Equal("SAMEORIGIN", Header(answer, "X-Frame-Options"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/frames/none.html")]
    [InlineData("/frames/diagram.html/..%2f")]
    public async Task Page_AskedForByAnyAddress_IsNeverFramedAndNavigatesFramesNowhere(string path)
    {
        await using var site = await StartAsync();
        using var answer = await site.Client.GetAsync(path);
        var policy = Header(answer, "Content-Security-Policy")!;
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("img-src 'self' data: blob:;", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
    }

    [Theory]
    [InlineData("/assets/frames/diagram-1.js", HttpStatusCode.OK)]
    [InlineData("/assets/frames/gone-1.js", HttpStatusCode.NotFound)]
    [InlineData("/assets/index-1.js", HttpStatusCode.Forbidden)]
    [InlineData("/api/config", HttpStatusCode.Forbidden)]
    public async Task OpenMode_AskedByAnOpaqueOrigin_GivesOnlyTheScriptsOfFrames(string path, HttpStatusCode status)
    {
        await using var site = await StartAsync(("WEBUI_AUTH", "false"));
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Origin", "null");
        using var answer = await site.Client.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(path.StartsWith("/assets/frames/", StringComparison.Ordinal) ? "*" : null, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
    }

    private Task<TestSite> StartAsync(params (string, string)[] environment) =>
        TestSite.StartAsync([("FRONTEND_BUILD_DIR", _folder), .. environment]);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
