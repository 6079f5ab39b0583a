using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OpenWebUi.Relay;

/// <summary>A key or a value at the top level, gathered by <see cref="RequestScanner"/> from pieces of any size. A field of it, never a copy.</summary>
internal struct ScannedToken()
{
    /// <summary>Longest that is held, in raw bytes. A longer key is none of ours; a longer model name is refused.</summary>
    private const int MaxBytes = 1024;

    private readonly List<byte> _bytes = new(64);
    private bool _keeps;

    /// <param name="keeps">False: nobody will ask for it.</param>
    /// <param name="first">Its first byte, of a text the quotation mark.</param>
    public void Begin(bool keeps, byte first)
    {
        _keeps = keeps;
        _bytes.Clear();
        if (keeps)
        {
            _bytes.Add(first);
        }
    }

    public readonly void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_keeps && _bytes.Count <= MaxBytes)
        {
            _bytes.AddRange(bytes[..Math.Min(bytes.Length, MaxBytes + 1 - _bytes.Count)]);
        }
    }

    /// <summary>A literal or a number, as it stands.</summary>
    public readonly string Scalar => Encoding.ASCII.GetString(CollectionsMarshal.AsSpan(_bytes));

    /// <summary>What a text says; null where it was not kept, or is too long.</summary>
    /// <param name="isKey">Of keys only ours matter: another one is empty.</param>
    /// <param name="isBroken">It is no text that JSON allows.</param>
    public readonly string? Text(bool isKey, out bool isBroken)
    {
        isBroken = false;
        if (!_keeps || _bytes.Count > MaxBytes)
        {
            return null;
        }

        // Nearly every key and name: no escapes, nothing but printable ASCII.
        var raw = CollectionsMarshal.AsSpan(_bytes)[1..^1];
        if (!raw.ContainsAnyExceptInRange((byte)' ', (byte)'~') && !raw.Contains((byte)'\\'))
        {
            return raw.SequenceEqual("model"u8) ? "model" : raw.SequenceEqual("stream"u8) ? "stream" : isKey ? "" : Encoding.ASCII.GetString(raw);
        }

        try
        {
            var reader = new Utf8JsonReader([.. _bytes]);
            return reader.Read() ? reader.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            isBroken = true;
            return null;
        }
    }
}
