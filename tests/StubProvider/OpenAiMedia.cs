using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>OpenAI's audio and image routes: small real files out, byte counts back in.</summary>
internal static class OpenAiMedia
{
    /// <summary>A PNG of one transparent pixel.</summary>
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    public static StubReply? Answer(StubRequest request, string path) => path switch
    {
        _ when path.EndsWith("/audio/speech", StringComparison.Ordinal) => StubReply.Whole("audio/mpeg", Speech(request)),
        _ when path.EndsWith("/audio/transcriptions", StringComparison.Ordinal) => Heard(request),
        _ when path.EndsWith("/audio/translations", StringComparison.Ordinal) => Heard(request),
        _ when path.EndsWith("/images/generations", StringComparison.Ordinal) => Images(request),
        _ when path.EndsWith("/images/edits", StringComparison.Ordinal) => Images(request),
        _ => null,
    };

    /// <summary>4096 bytes that begin like an MP3 with an ID3 tag and end with the length of the text.</summary>
    private static byte[] Speech(StubRequest request)
    {
        var bytes = new byte[4096];
        "ID3"u8.CopyTo(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(4092), StubText.Content(request.Json?["input"]).Length);
        return bytes;
    }

    /// <summary>The whole multipart body is counted: what was sent must have come through byte for byte (compare <see cref="StubRequest.BodySha256"/>).</summary>
    private static StubReply Heard(StubRequest request) => StubReply.Json(new JsonObject
    {
        ["text"] = FormattableString.Invariant($"I heard {request.BodyLength} bytes."),
        ["bytes"] = request.BodyLength,
        ["content_type"] = request.Headers.GetValueOrDefault("Content-Type"),
    });

    private static StubReply Images(StubRequest request)
    {
        var count = request.Json?["n"] is JsonValue value && value.TryGetValue<int>(out var n) ? n : 1;
        var images = Enumerable.Range(0, count).Select(_ => (JsonNode)new JsonObject { ["b64_json"] = Pixel });
        return StubReply.Json(new JsonObject { ["created"] = 1700000000, ["data"] = new JsonArray([.. images]) });
    }
}
