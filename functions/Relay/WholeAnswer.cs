using System.IO.Compression;

namespace OpenWebUi.Relay;

/// <summary>A provider's answer as its plain bytes, and whole in memory: only for answers that are translated.</summary>
internal static class WholeAnswer
{
    /// <summary>Embeddings of a thousand texts are some 30 MB of numbers.</summary>
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>The body, inflated: nothing asks for compression, some gateways compress all the same.</summary>
    public static async Task<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellation);
        return response.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body;
    }

    /// <exception cref="InvalidDataException">It is longer than any answer is.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, StreamPulse pulse)
    {
        await using var from = await OpenAsync(response, pulse.Token);
        using var whole = new MemoryStream();
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, pulse.Token)) > 0)
        {
            pulse.Moved();
            whole.Write(buffer, 0, read);
            if (whole.Length > MaxBytes)
            {
                throw new InvalidDataException("The answer is too long.");
            }
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }
}
