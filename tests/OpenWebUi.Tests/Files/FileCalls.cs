using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Tests.Files;

/// <summary>Uploads as a browser sends them.</summary>
internal static class FileCalls
{
    public const string Root = "/api/v1/files/";

    /// <summary>A picture of one pixel.</summary>
    public static readonly byte[] Gif = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static readonly byte[] PngHead = [0x89, .. "PNG\r\n\u001a\n"u8];

    /// <summary>The beginning of a PNG and as many bytes as asked for: for tests about sizes.</summary>
    public static byte[] Png(int bytes)
    {
        var png = new byte[bytes];
        PngHead.CopyTo(png, 0);
        return png;
    }

    public static Task<HttpResponseMessage> UploadAsync(this HttpClient client, string name, byte[] bytes, string type = "application/octet-stream")
    {
        var part = new ByteArrayContent(bytes);
        part.Headers.ContentType = new MediaTypeHeaderValue(type);
        return client.PostAsync(Root, new MultipartFormDataContent { { part, "file", name } });
    }

    public static Task<HttpResponseMessage> UploadAsync(this HttpClient client, string name, string text) => client.UploadAsync(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Uploads what must be taken.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> UploadedAsync(HttpClient client, string name = "a.gif", byte[]? bytes = null)
    {
        using var answer = await client.UploadAsync(name, bytes ?? Gif);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("id").GetString()!;
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
