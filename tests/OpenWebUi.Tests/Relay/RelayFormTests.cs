using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Connections;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Relay;

/// <summary>Forms with files, where the model's name decides: the connection has a prefix, and one model is closed.</summary>
public sealed class RelayFormTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_000, false)]
    [InlineData(40 * MiB, true)]
    [InlineData(40 * MiB, false)]
    public async Task ModelBehindTheFile_IsFoundAndRenamed_TheRestPassesByteForByte(int fileBytes, bool hasLength)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteAsync(stub);
        using var answer = await SendAsync(site, Form(fileBytes, "p.whisper-1"), hasLength);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var seen = Assert.Single(stub.Requests, r => r.Path.EndsWith("/audio/transcriptions", StringComparison.Ordinal));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Form(fileBytes, "whisper-1"))), seen.BodySha256);
        Assert.Equal(hasLength ? seen.BodyLength.ToString(System.Globalization.CultureInfo.InvariantCulture) : null, seen.Headers.GetValueOrDefault("Content-Length"));
    }

    [Fact]
    public async Task LongForm_GoesToAnotherConnectionWhole()
    {
        await using var failing = await StubServer.StartAsync();
        await using var stub = await StubServer.StartAsync();
        stub.Models = ["whisper-1"];
        failing.Behavior = StubBehavior.Custom((context, _) =>
        {
            context.Response.StatusCode = HttpMethods.IsPost(context.Request.Method) ? 503 : 200;
            return context.Response.WriteAsync("""{"data":[{"id":"whisper-1"}]}""");
        });
        await using var site = await TestSite.StartAsync(("OPENAI_API_BASE_URLS", $"{stub.BaseUrl};{failing.BaseUrl}"));
        var form = Form(40 * MiB, "whisper-1");
        // Either may be asked first: the dice fall on one of them twenty times running once in a million runs.
        for (var i = 0; i < 20 && !failing.Requests.Any(r => r.Method == "POST"); i++)
        {
            using var answer = await SendAsync(site, form);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Contains(failing.Requests, r => r.Method == "POST");
        Assert.All(
            stub.Requests.Where(r => r.Method == "POST"),
            request => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(form)), request.BodySha256));
    }

    [Theory]
    [InlineData("twice", "422 invalid_body")]
    [InlineData("upper", "422 invalid_body")]
    [InlineData("closed", "404 model_not_found")]
    [InlineData("closed-late", "404 model_not_found")]
    [InlineData("long", "422 invalid_body")]
    [InlineData("cut", "400 invalid_form")]
    [InlineData("other-boundary", "400 invalid_form")]
    public async Task Form_ThatCannotGoOn_ReachesNobody(string form, string expected)
    {
        await using var stub = await StubServer.StartAsync();
        await using var site = await SiteAsync(stub);
        var body = form switch
        {
            "twice" => Form(1_000, "p.whisper-1", Part("model", "p.whisper-1")),
            "upper" => Form(1_000, "p.whisper-1", Part("MODEL", "p.other")),
            "closed" => Form(10, "p.closed"),
            "closed-late" => Form(40 * MiB, "p.closed"),
            "long" => Form(10, new string('m', 300)),
            "cut" => Form(1_000, "p.whisper-1")[..500],
            _ => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Form(10, "p.whisper-1")).Replace("frontier", "another", StringComparison.Ordinal)),
        };
        using var answer = await SendAsync(site, body);
        Assert.Equal(expected, $"{(int)answer.StatusCode} {(await answer.JsonAsync()).GetProperty("error").GetProperty("code").GetString()}");
        Assert.DoesNotContain(stub.Requests, r => r.Method == "POST");
    }

    private static async Task<TestSite> SiteAsync(StubServer stub)
    {
        var site = await TestSite.StartAsync(("CUSTOM_MODELS", "-p.closed"));
        await site.Client.ConnectAsync(stub, ""","prefix_id":"p" """);
        return site;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestSite site, byte[] form, bool hasLength = true)
    {
        using var content = hasLength ? (HttpContent)new ByteArrayContent(form) : new StreamContent(new ForwardOnly(form));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=frontier");
        return await site.Client.PostAsync("/v1/audio/transcriptions", content);
    }

    private static byte[] Form(int fileBytes, string model, string more = "")
    {
        var head = "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n"u8;
        var tail = Encoding.UTF8.GetBytes($"\r\n{Part("model", model)}{more}{Part("language", "en")}--frontier--\r\n");
        var body = new byte[head.Length + fileBytes + tail.Length];
        head.CopyTo(body);
        for (var i = 0; i < fileBytes; i++)
        {
            body[head.Length + i] = (byte)(i * 31);
        }

        tail.CopyTo(body, head.Length + fileBytes);
        return body;
    }

    private static string Part(string name, string value) => $"--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    /// <summary>Nobody knows its length.</summary>
    private sealed class ForwardOnly(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
