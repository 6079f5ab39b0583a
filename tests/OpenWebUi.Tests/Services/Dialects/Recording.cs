using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Dialects;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Dialects;

/// <summary>Plays what a provider sent through a translation.</summary>
internal static class Recording
{
    /// <summary>What came out, and how it ended: null is a true end.</summary>
    public static async Task<(string Text, Exception? End)> PlayAsync(Func<Stream, Stream> wrap, params IEnumerable<byte[]> pieces)
    {
        await using var stream = wrap(new Pieces(pieces));
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                text.Write(buffer, 0, read);
            }

            return (Encoding.UTF8.GetString(text.ToArray()), null);
        }
        catch (IOException e)
        {
            return (Encoding.UTF8.GetString(text.ToArray()), e);
        }
    }

    /// <summary>The recording comes out as expected, in one piece, byte by byte, and cut in two at each of its bytes.</summary>
    public static async Task AssertPlaysAsync(Func<Stream, Stream> wrap, string recording, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(recording);
        Assert.Equal((expected, null), await PlayAsync(wrap, bytes));
        Assert.Equal((expected, null), await PlayAsync(wrap, bytes.Select(b => new[] { b })));
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal((expected, null), await PlayAsync(wrap, bytes[..cut], bytes[cut..]));
        }
    }

    /// <summary>Wherever the provider stops, what came before is there, and there is no end; but where nothing that counts was left to say.</summary>
    /// <param name="complete">What the recording is complete with: from behind it on a stop is the end.</param>
    public static async Task AssertCutsAsync(Func<Stream, Stream> wrap, string recording, string expected, string complete)
    {
        var bytes = Encoding.UTF8.GetBytes(recording);
        var end = Encoding.UTF8.GetByteCount(recording[..(recording.LastIndexOf(complete, StringComparison.Ordinal) + complete.Length)]);
        for (var cut = 0; cut < end; cut++)
        {
            var (text, how) = await PlayAsync(wrap, bytes[..cut]);
            Assert.True(how is IOException and not UnreadableAnswerException, $"cut at {cut}: {how}");
            Assert.StartsWith(text, expected, StringComparison.Ordinal);
            Assert.NotEqual(text, expected);
        }

        for (var cut = end; cut <= bytes.Length; cut++)
        {
            Assert.Equal((expected, null), await PlayAsync(wrap, bytes[..cut]));
        }
    }

    public static TranslatedCall Begin(WireDialect client, string path, WireDialect provider, string body, string? providerModel = null, TimeProvider? time = null) =>
        Assert.IsType<Passage.Translated>(Translations.Find(client, path, provider)).Translation.Begin(Encoding.UTF8.GetBytes(body), time ?? new ManualTime(), providerModel);

    /// <summary>The same JSON, whatever the blanks.</summary>
    public static void AssertJson(string expected, byte[] actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(actual)!.ToJsonString());

    /// <summary>The report of a refusal.</summary>
    public static ErrorReport Refused(Func<object> call) => Assert.Throws<RefusedException>(call).Report;

    /// <summary>A provider that sends these pieces, one for each read, and then closes.</summary>
    public sealed class Pieces(IEnumerable<byte[]> pieces) : MemoryStream
    {
        private readonly Queue<byte[]> _pieces = new(pieces);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_pieces.TryDequeue(out var piece))
            {
                return ValueTask.FromResult(0);
            }

            var fits = Math.Min(buffer.Length, piece.Length);
            piece.AsSpan(0, fits).CopyTo(buffer.Span);
            if (fits < piece.Length)
            {
                byte[][] rest = [piece[fits..], .. _pieces];
                _pieces.Clear();
                Array.ForEach(rest, _pieces.Enqueue);
            }

            return ValueTask.FromResult(fits);
        }
    }
}
