using System.Text.Json.Nodes;

namespace OpenWebUi.StubProvider;

/// <summary>A correct answer, cut into the chunks in which it is sent; behaviours then spoil it.</summary>
/// <param name="ContentType">The answer's media type.</param>
/// <param name="Chunks">Whole events or lines of a stream; for other bodies slices of it. Built lazily.</param>
/// <param name="ErrorEvent">What the dialect sends when it fails in mid-stream.</param>
/// <param name="Length">The body's length where it is not a stream, else null.</param>
/// <param name="DoneChunks">How many of the last chunks say that the stream is complete.</param>
internal sealed record StubReply(
    string ContentType, IEnumerable<ReadOnlyMemory<byte>> Chunks, ReadOnlyMemory<byte> ErrorEvent, long? Length = null, int DoneChunks = 0)
{
    private const int Slices = 5;

    public static StubReply Json(JsonNode body) => Whole("application/json", StubErrors.Bytes(body));

    /// <summary>A body of known length, sliced so that it can be cut and stalled too.</summary>
    public static StubReply Whole(string contentType, byte[] body)
    {
        var size = Math.Max(1, (body.Length + Slices - 1) / Slices);
        var slices = Enumerable.Range(0, (body.Length + size - 1) / size)
            .Select(i => (ReadOnlyMemory<byte>)body.AsMemory(i * size, Math.Min(size, body.Length - (i * size))));
        return new StubReply(contentType, slices, ReadOnlyMemory<byte>.Empty, body.Length);
    }
}
