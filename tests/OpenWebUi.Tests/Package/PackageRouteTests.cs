using System.Net;
using System.Text;

namespace OpenWebUi.Tests.Package;

[Collection(PackageGroup.Name)]
public sealed class PackageRouteTests(PublishedPackage package)
{
    [Fact]
    public async Task RouteFamily_ReachesItsFunction()
    {
        await using var site = await HostedPackage.StartAsync(package);
        (string Path, string Function, HttpContent? Body)[] calls =
        [
            ("/", "Website", null),
            ("/a/chat/address", "Website", null),
            ("/health", "Website", null),
            ("/api/config", "Website", null),
            ("/api/version", "Website", null),
            ("/api/openai/v1/models", "Website", null),
            ("/api/v1/access/redeem", "Access", Json($$"""{"code":"{{HostedPackage.Code}}"}""")),
            ("/api/chat/completions", "Chat", Json("""{"model":"echo","messages":[]}""")),
            ("/api/v1/chat/completions", "Website", Json("""{"model":"echo","messages":[]}""")),
            ("/api/embeddings", "Website", Json("""{"model":"embed","input":"a"}""")),
            ("/ollama/api/tags", "Ollama", null),
            ("/ollama/v1/models", "Ollama", null),
            ("/openai/models", "OpenAi", null),
            ("/v1/models", "V1", null),
            ("/v1/embeddings", "V1", Json("""{"model":"embed","input":"a"}""")),
        ];
        foreach (var (path, function, body) in calls)
        {
            using var answer = body is null ? await site.Client.GetAsync(path) : await site.Client.PostAsync(path, body);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            Assert.Equal((path, function), (site.Host.InvocationLog[^1].Path, site.Host.InvocationLog[^1].FunctionName));
        }

        Assert.Equal(1, site.Host.HandlerStarts);
    }

    /// <summary>The host makes <c>%252F</c> of it.</summary>
    [Fact]
    public async Task ModelId_WithAnEncodedSlash_IsFoundThroughTheHost()
    {
        await using var site = await HostedPackage.StartAsync(package);
        site.Stub.Models = ["org/model"];
        foreach (var path in (string[])["/v1/models/org%2Fmodel", "/v1/models/org/model"])
        {
            using var answer = await site.Client.GetAsync(path);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            Assert.Contains("\"org/model\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task PlatformsOwnPaths_AreNotUsedByTheSite()
    {
        await using var site = await HostedPackage.StartAsync(package);
        foreach (var path in (string[])["/admin", "/admin/host/status", "/runtime/webhooks/x"])
        {
            using var answer = await site.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Empty(site.Host.InvocationLog);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Page_IsServedCompressed(string encoding)
    {
        await using var site = await HostedPackage.StartAsync(package);
        var script = Path.GetFileName(Directory.GetFiles(Path.Combine(package.Folder, "wwwroot", "assets"), "index-*.js").Single());
        foreach (var (path, cache) in new[] { ("/", "no-cache"), ("/service-worker.js", "no-cache"), ("/assets/" + script, "public, max-age=31536000, immutable") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
            using var answer = await site.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
            Assert.Equal(cache, answer.Headers.CacheControl?.ToString());
            var file = Path.Combine(package.Folder, "wwwroot", path == "/" ? "index.html" : path[1..]) + (encoding == "br" ? ".br" : ".gz");
            Assert.Equal(await File.ReadAllBytesAsync(file), await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("/Website", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/Access", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/Chat", HttpStatusCode.MethodNotAllowed)]
    [InlineData("/Ollama", HttpStatusCode.Unauthorized)]
    [InlineData("/OpenAi", HttpStatusCode.Unauthorized)]
    [InlineData("/V1", HttpStatusCode.Unauthorized)]
    public async Task TriggerCall_FromOutside_IsRefused(string path, HttpStatusCode status)
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var stranger = site.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json("""{"Data":{"req":{}},"Metadata":{}}""") };
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        request.Headers.Add("User-Agent", "Azure-Functions-Host/4.1044.400.0");
        using var answer = await stranger.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed ? ["GET", "HEAD"] : [], answer.Content.Headers.Allow);
        Assert.EndsWith("json", answer.Content.Headers.ContentType?.MediaType, StringComparison.Ordinal);
        Assert.DoesNotContain("Outputs", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(site.Stub.Requests);
        Assert.DoesNotContain(site.Host.Logs, line => line.Text.Contains("failed", StringComparison.Ordinal));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
