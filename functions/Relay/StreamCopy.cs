using System.Buffers;
using System.IO.Pipelines;
using OpenWebUi.Services.Usage;

namespace OpenWebUi.Relay;

/// <summary>Copies a provider's answer to the caller, bytes as they come: flushed whenever the next read would wait; what came with its end, by the server.</summary>
internal static class StreamCopy
{
    /// <summary>An SSE chunk is some hundred bytes; a read takes what has arrived.</summary>
    private const int BufferBytes = 4 * 1024;

    /// <summary>Unflushed bytes at which a quick provider is made to wait for its reader.</summary>
    private const int MaxUnflushedBytes = 32 * 1024;

    /// <param name="isStream">The caller reads a stream: its headers go out before the first chunk is there.</param>
    /// <param name="tap">Sees what passes, or null.</param>
    /// <returns>When the provider's answer is over.</returns>
    /// <exception cref="IOException">The provider cut its answer.</exception>
    /// <exception cref="OperationCanceledException">The caller went away, or nothing moved (<see cref="StreamPulse.IsTimedOut"/>).</exception>
    public static async Task RunAsync(Stream from, PipeWriter to, StreamPulse pulse, bool isStream, UsageTap? tap)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var unflushed = 0;
        var owesHeaders = isStream;
        while (true)
        {
            var reading = from.ReadAsync(buffer, pulse.Token);
            // Also before a read that has failed already: what came before a cut is the caller's, and makes the failure one in mid-stream.
            if ((unflushed > 0 && (!reading.IsCompletedSuccessfully || unflushed >= MaxUnflushedBytes)) || (owesHeaders && !reading.IsCompleted))
            {
                await FlushAsync(to, pulse);
                (unflushed, owesHeaders) = (0, false);
            }

            var read = await reading;
            if (read == 0)
            {
                break;
            }

            await pulse.EnterAsync();
            to.Write(buffer.AsSpan(0, read));
            pulse.Leave(buffer.AsSpan(0, read));
            tap?.Feed(buffer.AsSpan(0, read));
            unflushed += read;
        }

        // A stream has no length: its rest goes out with the end that Kestrel writes, in one packet. After an answer with a length it writes and flushes nothing.
        if (!isStream)
        {
            await FlushAsync(to, pulse);
        }

        // Only here: after a failure a read may still be writing into it, and the pool would hand it to somebody else.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static async ValueTask FlushAsync(PipeWriter to, StreamPulse pulse)
    {
        await pulse.EnterAsync();
        try
        {
            await to.FlushAsync(pulse.Token);
        }
        finally
        {
            pulse.Leave();
        }

        pulse.Moved();
    }
}
