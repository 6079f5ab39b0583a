using System.IO.Pipelines;

namespace OpenWebUi.Services.Guide;

/// <summary>Writes the guide's answer a token at a time, at the pace of a quick model, into a stream that the relay reads like any provider's.</summary>
internal static class GuideStream
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(12);

    /// <returns>The stream to read; disposing it, or the token, ends the writing.</returns>
    public static Stream Start(GuideWire wire, string text, bool withUsage, TimeProvider time, CancellationToken cancellation)
    {
        var pipe = new Pipe();
        _ = WriteAsync(pipe.Writer, wire, text, withUsage, time, cancellation);
        return pipe.Reader.AsStream();
    }

    private static async Task WriteAsync(PipeWriter writer, GuideWire wire, string text, bool withUsage, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var isFirst = true;
            foreach (var token in Tokens(text))
            {
                var flush = await writer.WriteAsync(wire.Piece(token, isFirst), cancellation);
                if (flush.IsCompleted)
                {
                    return;
                }

                isFirst = false;
                await Task.Delay(Pace, time, cancellation);
            }

            await writer.WriteAsync(wire.End(withUsage), cancellation);
        }
        catch (OperationCanceledException)
        {
            // The reader went away.
        }
        finally
        {
            await writer.CompleteAsync();
        }
    }

    /// <summary>Words with the blanks before them; scripts without blanks in pieces of two characters.</summary>
    internal static IEnumerable<string> Tokens(string text)
    {
        var start = 0;
        for (var i = 1; i < text.Length; i++)
        {
            var isBreak = char.IsWhiteSpace(text[i]) && !char.IsWhiteSpace(text[i - 1]);
            var isWide = text[i] > '\u2E7F' && !char.IsLowSurrogate(text[i]) && i - start >= 2;
            if (isBreak || isWide)
            {
                yield return text[start..i];
                start = i;
            }
        }

        yield return text[start..];
    }
}
