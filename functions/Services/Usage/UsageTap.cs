using System.Buffers;
using System.Text.Json;

namespace OpenWebUi.Services.Usage;

/// <summary>
/// Finds what a call used in the bytes of its answer while they pass, and holds none of them back: providers say it at the end of an answer
/// (OpenAI, Ollama), Anthropic the prompt's part at the beginning. Only the beginning and the end are looked at, once, when the answer is over.
/// One for each call; not safe for concurrent use.
/// </summary>
internal sealed class UsageTap
{
    /// <summary>Anthropic's <c>message_start</c> is some 500 bytes.</summary>
    private const int HeadBytes = 1024;

    /// <summary>The last event with its usage is some 700 bytes at the most talkative of providers.</summary>
    private const int TailBytes = 2048;

    // From the pool: they would be the largest thing that a short call allocates.
    private byte[] _head = [];
    private byte[] _tail = [];
    private int _headLength;
    private int _tailLength;
    private long _bytes;
    private long _lines;

    /// <summary>Takes the next bytes of the answer.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_tail.Length == 0)
        {
            (_head, _tail) = (ArrayPool<byte>.Shared.Rent(HeadBytes), ArrayPool<byte>.Shared.Rent(2 * TailBytes));
        }

        _bytes += bytes.Length;
        _lines += bytes.Count((byte)'\n');
        if (_headLength < HeadBytes)
        {
            var taken = bytes[..Math.Min(bytes.Length, HeadBytes - _headLength)];
            taken.CopyTo(_head.AsSpan(_headLength));
            _headLength += taken.Length;
        }

        bytes = bytes.Length > TailBytes ? bytes[^TailBytes..] : bytes;
        if (_tailLength + bytes.Length > 2 * TailBytes)
        {
            _tail.AsSpan(_tailLength - TailBytes, TailBytes).CopyTo(_tail);
            _tailLength = TailBytes;
        }

        bytes.CopyTo(_tail.AsSpan(_tailLength));
        _tailLength += bytes.Length;
    }

    /// <summary>What the call used. Once, when nothing is fed any more.</summary>
    /// <param name="promptBytes">Of the request's body.</param>
    /// <param name="linesPerEvent">2 for SSE, 1 for NDJSON, 0 for an answer that is no stream.</param>
    public TokenUsage Result(long promptBytes, int linesPerEvent)
    {
        var said = Last(_tail.AsSpan(0, _tailLength));
        // A translation of an answer that did not say has zeros.
        said = said is { PromptTokens: 0, CompletionTokens: 0 } ? null : said;
        if (said is { PromptTokens: 0 } && First(_head.AsSpan(0, _headLength)) is { PromptTokens: > 0 } begun)
        {
            said = said.Value with { PromptTokens = begun.PromptTokens };
        }

        if (_tail.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_head);
            ArrayPool<byte>.Shared.Return(_tail);
            (_head, _tail, _headLength, _tailLength) = ([], [], 0, 0);
        }

        return said ?? TokenUsage.Estimate(promptBytes, _bytes) with
        {
            CompletionTokens = linesPerEvent == 0 ? TokenUsage.Estimate(0, _bytes).CompletionTokens : _lines / linesPerEvent,
        };
    }

    /// <summary>The first <c>usage</c> object.</summary>
    private static TokenUsage? First(ReadOnlySpan<byte> bytes)
    {
        var at = bytes.IndexOf("\"usage\""u8);
        return at < 0 ? null : ObjectAt(bytes[(at + "\"usage\""u8.Length)..]);
    }

    /// <summary>The last <c>usage</c> object, else Ollama's numbers. A text of the model cannot look like it: its quotation marks are escaped.</summary>
    private static TokenUsage? Last(ReadOnlySpan<byte> bytes)
    {
        for (var end = bytes; end.LastIndexOf("\"usage\""u8) is var at and >= 0; end = end[..at])
        {
            if (ObjectAt(bytes[(at + "\"usage\""u8.Length)..]) is { } usage)
            {
                return usage;
            }
        }

        // Ollama: in the object of the last line.
        var line = bytes.TrimEnd("\r\n "u8);
        line = line[(line.LastIndexOf((byte)'\n') + 1)..];
        var start = line.IndexOf("\"prompt_eval_count\""u8) is var prompt and >= 0 ? prompt : line.IndexOf("\"eval_count\""u8);
        return start < 0 ? null : Parse([(byte)'{', .. line[start..]]);
    }

    private static TokenUsage? ObjectAt(ReadOnlySpan<byte> bytes)
    {
        var open = bytes.IndexOf((byte)'{');
        return open >= 0 && bytes[..open].Trim(" :"u8).IsEmpty ? Parse(bytes[open..].ToArray()) : null;
    }

    private static TokenUsage? Parse(byte[] json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return JsonDocument.TryParseValue(ref reader, out var document) ? Use(document) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TokenUsage? Use(JsonDocument document)
    {
        using (document)
        {
            return TokenUsage.Read(document.RootElement);
        }
    }
}
