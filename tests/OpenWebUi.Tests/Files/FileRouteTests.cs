using System.Net;
using System.Text;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Auth;
using OpenWebUi.Tests.Chats;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Files;

/// <summary>Who may do what: <c>endpoints.txt</c>.</summary>
public sealed class FileRouteTests(AccountSiteFixture fixture) : IClassFixture<AccountSiteFixture>
{
    private AccountSite Site => fixture.Site;

    [Fact]
    public async Task Upload_OfAPicture_IsListedAndShownToItsOwnerAlone()
    {
        using var uploaded = await Site.User.Browser.UploadAsync("holiday/a b ü.gif", FileCalls.Gif, "text/html");
        var file = await uploaded.JsonAsync();
        var (id, meta) = (file.GetProperty("id").GetString()!, file.GetProperty("meta"));
        Assert.Equal((200, "a b ü.gif", "image/gif", FileCalls.Gif.Length, "completed"),
            ((int)uploaded.StatusCode, file.GetProperty("filename").GetString(), meta.GetProperty("content_type").GetString(), meta.GetProperty("size").GetInt32(),
                file.GetProperty("data").GetProperty("status").GetString()));

        using var content = await Site.User.Browser.GetAsync($"{FileCalls.Root}{id}/content");
        Assert.Equal(FileCalls.Gif, await content.Content.ReadAsByteArrayAsync());
        Assert.Equal(("image/gif", "inline"), (content.Content.Headers.ContentType!.ToString(), content.Content.Headers.ContentDisposition!.DispositionType));
        Assert.Equal(("nosniff", "default-src 'none'; sandbox"), (content.Headers.GetValues("X-Content-Type-Options").Single(), content.Headers.GetValues("Content-Security-Policy").Single()));
        Assert.True(content.Headers.CacheControl!.Private);
        Assert.Contains("Cookie", content.Headers.Vary);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{FileCalls.Root}{id}/content") { Headers = { IfNoneMatch = { content.Headers.ETag! } } };
        using var unchanged = await Site.User.Browser.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Contains((await (await Site.User.Bearer.GetAsync(FileCalls.Root)).JsonAsync()).EnumerateArray(), each => each.GetProperty("id").GetString() == id);

        foreach (var (method, path) in (IEnumerable<(string, string)>)[("GET", id), ("GET", id + "/content"), ("DELETE", id)])
        {
            Assert.Equal(404, await Site.Other.Bearer.CodeAsync(method, FileCalls.Root + path));
            Assert.Equal(404, await Site.Admin.Bearer.CodeAsync(method, FileCalls.Root + path));
        }

        Assert.Empty((await (await Site.Other.Bearer.GetAsync(FileCalls.Root)).JsonAsync()).EnumerateArray());
        Assert.Equal((200, 404, 404), (await Site.User.Bearer.CodeAsync("DELETE", FileCalls.Root + id), await Site.User.Bearer.CodeAsync("DELETE", FileCalls.Root + id),
            await Site.User.Bearer.CodeAsync("GET", $"{FileCalls.Root}{id}/content")));
    }

    [Theory]
    [InlineData("evil.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", "image/svg+xml")]
    [InlineData("page.html", "<script>alert(1)</script>", "text/plain; charset=utf-8")]
    [InlineData("notes.md", "# ä 😀", "text/markdown; charset=utf-8")]
    [InlineData("data.json", "{}", "application/json")]
    [InlineData("Makefile", "all:", "text/plain; charset=utf-8")]
    public async Task Content_OfAText_IsADownload(string name, string text, string type)
    {
        using var uploaded = await Site.User.Bearer.UploadAsync(name, text);
        var id = (await uploaded.JsonAsync()).GetProperty("id").GetString();
        using var content = await Site.User.Browser.GetAsync($"{FileCalls.Root}{id}/content");
        Assert.Equal((text, type, "attachment"),
            (await content.Content.ReadAsStringAsync(), content.Content.Headers.ContentType!.ToString(), content.Content.Headers.ContentDisposition!.DispositionType));
    }

    [Theory]
    [InlineData("a.png", "<script>", 0, 415, "unsupported_file")]
    [InlineData("a.pdf", "%PDF-1.7\n\u00e2\u00e3\u00cf", 0, 415, "unsupported_file")]
    [InlineData("a.txt", "text\0text text text", 0, 415, "unsupported_file")]
    [InlineData("a.txt", "\u00ff\u00fea\0", 0, 415, "unsupported_file")]
    [InlineData("a.txt", "half a character \u00c3", 0, 415, "unsupported_file")]
    [InlineData("a.txt", "", 0, 422, "empty_file")]
    [InlineData("a.txt", "a", (2 * 1024 * 1024) + 1, 413, "file_too_large")]
    [InlineData("a.png", "\u0089PNG\r\n\u001a\n", (10 * 1024 * 1024) + 1, 413, "file_too_large")]
    [InlineData("a.png", "\u0089PNG\r\n\u001a\n", 11 * 1024 * 1024, 413, "")]
    public async Task Upload_OfWhatIsNotTaken_SaysWhyAndKeepsNothing(string name, string latin1, int length, int status, string code)
    {
        var newcomer = await Site.AddAsync($"Newt{Guid.NewGuid():N} Comer");
        var bytes = Encoding.Latin1.GetBytes(latin1.PadRight(length, 'a'));
        using var answer = await newcomer.Bearer.UploadAsync(name, bytes);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.EndsWith(code, (await answer.JsonAsync()).GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Empty((await (await newcomer.Bearer.GetAsync(FileCalls.Root)).JsonAsync()).EnumerateArray());
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("multipart/form-data", "x")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nvalue\r\n--x--\r\n")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\ncut")]
    public async Task Upload_ThatIsNoForm_Is400(string type, string body)
    {
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await Site.User.Bearer.PostAsync(FileCalls.Root, content);
        Assert.Equal((400, true), ((int)answer.StatusCode, (await answer.JsonAsync()).GetProperty("type").GetString()!.EndsWith("invalid_form", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Upload_OfAGuest_IsItsOwn()
    {
        await using var site = await TestSite.StartAsync(("CODE", "right"), ("RAG_FILE_MAX_SIZE", "1"), ("RAG_FILE_MAX_COUNT", "3"), ("FILE_IMAGE_COMPRESSION_WIDTH", "640"));
        using var guest = site.NewClient(cookies: false);
        guest.DefaultRequestHeaders.Add("Cookie", $"{AccessCalls.CookieName}={await site.Client.PassAsync("right")}");
        using var other = site.NewClient(cookies: false);
        other.DefaultRequestHeaders.Add("Cookie", $"{AccessCalls.CookieName}={await site.Client.PassAsync("right")}");
        var id = await FileCalls.UploadedAsync(guest);
        Assert.Equal((200, 404), (await guest.CodeAsync("GET", FileCalls.Root + id), await other.CodeAsync("GET", FileCalls.Root + id)));
        using var large = await guest.UploadAsync("a.png", FileCalls.Png(1024 * 1024 + 1));
        Assert.Equal(413, (int)large.StatusCode);
        var limits = (await (await guest.GetAsync("/api/config")).JsonAsync()).GetProperty("file");
        Assert.Equal("""{"max_size":1,"max_count":3,"image_compression":{"width":640,"height":2048}}""", limits.GetRawText());
        Assert.False((await (await site.Client.GetAsync("/api/config")).JsonAsync()).TryGetProperty("file", out _));
    }
}
