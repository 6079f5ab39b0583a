using System.Net.Http.Headers;

namespace OpenWebUi.Tests.Relay;

/// <summary>A recording to be transcribed, as SDKs send it: random bytes, the same ones each time.</summary>
internal static class AudioForm
{
    public static ByteArrayContent Content(byte[] form) => new(form) { Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=frontier") } };

    /// <param name="bytes">Of the whole form.</param>
    public static byte[] Of(int bytes)
    {
        var head = "--frontier\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n"u8;
        var tail = "\r\n--frontier--\r\n"u8;
        var form = new byte[bytes];
        new Random(7).NextBytes(form);
        head.CopyTo(form);
        tail.CopyTo(form.AsSpan(bytes - tail.Length));
        return form;
    }
}
