using System.Text;
using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects;

/// <summary>WHATWG HTML, 9.2.6.</summary>
public sealed class EventBufferTests
{
    [Theory]
    [InlineData("data: a\n\ndata: b\n\n", "a|b")]
    [InlineData("data: a\r\n\r\ndata: b\r\n\r\n", "a|b")]
    [InlineData("data: a\r\rdata: b\r\r", "a|b")]
    [InlineData("data:a\n\ndata:  b\n\n", "a| b")]
    [InlineData("data: a\ndata: b\r\ndata:\ndata: c\n\n", "a\nb\n\nc")]
    [InlineData("\uFEFFdata: a\n\n", "a")]
    [InlineData(": hello\n\n:\ndata: a\n: between\nid: 7\nretry: 3\nunknown\n\n\n\n", "a")]
    [InlineData("event: error\ndata: a\n\ndata: b\n\n", "!a|b")]
    [InlineData("event: error\n\ndata: b\n\n", "b")]
    [InlineData("event: message_stop\ndata: a\n\n", "a")]
    [InlineData("data\n\n", "")]
    public void Events_AreTheSameWhereverTheyAreCut(string stream, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(expected, string.Join('|', Read(bytes.Chunk(size))));
        }
    }

    [Fact]
    public void Event_IsThere_WithItsBlankLine()
    {
        using var buffer = new EventBuffer();

        Assert.Empty(Fill(buffer, "data: a\r\n"u8));
        Assert.Equal(["a"], Fill(buffer, "\r"u8));
        Assert.Empty(Fill(buffer, "\n"u8));
        Assert.Equal(["b"], Fill(buffer, "data: b\n\n"u8));
    }

    [Fact]
    public void LastEvent_WithoutItsBlankLine_IsTheRest()
    {
        using var buffer = new EventBuffer();
        Assert.Empty(Fill(buffer, "data: a\nevent: error\ndata: b"u8));

        Assert.True(buffer.TryRest(out var data, out var isError));
        Assert.Equal("a\nb", Encoding.UTF8.GetString(data.Span));
        Assert.True(isError);
        Assert.False(buffer.TryRest(out _, out _));
    }

    [Theory]
    [InlineData("data: ")]
    [InlineData(": ")]
    [InlineData("data: {}\n: ")]
    public void Event_LongerThanItMayBe_IsRefused(string begin)
    {
        using var buffer = new EventBuffer();
        Fill(buffer, Encoding.UTF8.GetBytes(begin));
        var filled = begin.Length;

        Assert.Throws<UnreadableAnswerException>(() =>
        {
            while (filled <= 2 * EventBuffer.MaxEventBytes)
            {
                Fill(buffer, new byte[1000]);
                filled += 1000;
            }
        });
        Assert.InRange(filled, EventBuffer.MaxEventBytes - 1000, EventBuffer.MaxEventBytes + 2000);
    }

    [Fact]
    public void LongStream_OfShortEvents_IsNoLongEvent()
    {
        using var buffer = new EventBuffer();
        var one = Encoding.UTF8.GetBytes($"data: {new string('x', 9_000)}\n\n");
        for (var i = 0; i < 300; i++)
        {
            Assert.Single(Fill(buffer, one));
        }
    }

    private static List<string> Read(IEnumerable<byte[]> pieces)
    {
        using var buffer = new EventBuffer();
        return [.. pieces.SelectMany(piece => Fill(buffer, piece))];
    }

    private static List<string> Fill(EventBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        var events = new List<string>();
        while (!bytes.IsEmpty)
        {
            var free = buffer.Free().Span;
            var count = Math.Min(free.Length, bytes.Length);
            bytes[..count].CopyTo(free);
            bytes = bytes[count..];
            buffer.Filled(count);
            while (buffer.TryNext(out var data, out var isError))
            {
                events.Add((isError ? "!" : "") + Encoding.UTF8.GetString(data.Span));
            }
        }

        return events;
    }
}
