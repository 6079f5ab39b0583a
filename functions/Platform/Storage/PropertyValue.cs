namespace OpenWebUi.Platform.Storage;

internal enum PropertyKind : byte
{
    /// <summary>No value: setting it removes the property. No back end stores a null.</summary>
    Absent = 0,
    Text = 1,
    Boolean = 2,
    Int64 = 3,
    Double = 4,
    Time = 5,
    Bytes = 6,
}

/// <summary>One typed value of a row. Made by the implicit conversions; a null converts to an absent value.</summary>
/// <remarks>
/// Times are kept in UTC with 100 ns ticks, whatever offset they came with. Bytes are not copied: whoever hands them
/// over leaves them alone afterwards. Equality compares content (NaN equals NaN, text by ordinal).
/// </remarks>
internal readonly struct PropertyValue : IEquatable<PropertyValue>
{
    private readonly string? text;
    private readonly ReadOnlyMemory<byte> bytes;

    /// <summary>The value where it is neither text nor bytes: 0 or 1, the integer, the double's bits, the UTC ticks.</summary>
    private readonly long bits;

    private PropertyValue(PropertyKind kind, long bits = 0, string? text = null, ReadOnlyMemory<byte> bytes = default)
    {
        Kind = kind;
        this.bits = bits;
        this.text = text;
        this.bytes = bytes;
    }

    public PropertyKind Kind { get; }

    public static implicit operator PropertyValue(string? value) =>
        value is null ? default : new(PropertyKind.Text, text: value);

    public static implicit operator PropertyValue(bool? value) =>
        value is { } known ? new(PropertyKind.Boolean, known ? 1 : 0) : default;

    public static implicit operator PropertyValue(long? value) =>
        value is { } known ? new(PropertyKind.Int64, known) : default;

    public static implicit operator PropertyValue(double? value) =>
        value is { } known ? new(PropertyKind.Double, BitConverter.DoubleToInt64Bits(known)) : default;

    public static implicit operator PropertyValue(DateTimeOffset? value) =>
        value is { } known ? new(PropertyKind.Time, known.UtcTicks) : default;

    public static implicit operator PropertyValue(ReadOnlyMemory<byte>? value) =>
        value is { } known ? new(PropertyKind.Bytes, bytes: known) : default;

    public static implicit operator PropertyValue(byte[]? value) =>
        value is null ? default : new(PropertyKind.Bytes, bytes: value);

    public static bool operator ==(PropertyValue left, PropertyValue right) => left.Equals(right);

    public static bool operator !=(PropertyValue left, PropertyValue right) => !left.Equals(right);

    public string AsText() => Expect(PropertyKind.Text).text!;

    public bool AsBoolean() => Expect(PropertyKind.Boolean).bits != 0;

    public long AsInt64() => Expect(PropertyKind.Int64).bits;

    public double AsDouble() => BitConverter.Int64BitsToDouble(Expect(PropertyKind.Double).bits);

    /// <summary>The time with offset zero.</summary>
    public DateTimeOffset AsTime() => new(Expect(PropertyKind.Time).bits, TimeSpan.Zero);

    public ReadOnlyMemory<byte> AsBytes() => Expect(PropertyKind.Bytes).bytes;

    public bool Equals(PropertyValue other) => Kind == other.Kind && Kind switch
    {
        PropertyKind.Text => string.Equals(text, other.text, StringComparison.Ordinal),
        PropertyKind.Double => AsDouble().Equals(other.AsDouble()),
        PropertyKind.Bytes => bytes.Span.SequenceEqual(other.bytes.Span),
        _ => bits == other.bits,
    };

    public override bool Equals(object? obj) => obj is PropertyValue other && Equals(other);

    public override int GetHashCode() => Kind switch
    {
        PropertyKind.Text => text!.GetHashCode(StringComparison.Ordinal),
        PropertyKind.Double => AsDouble().GetHashCode(),
        PropertyKind.Bytes => bytes.Length,
        _ => HashCode.Combine(Kind, bits),
    };

    /// <summary>The kind and, where it is short, the value; never text or bytes, which may be a user's.</summary>
    public override string ToString() => Kind switch
    {
        PropertyKind.Text => $"Text({text!.Length})",
        PropertyKind.Bytes => $"Bytes({bytes.Length})",
        PropertyKind.Boolean => $"Boolean({AsBoolean()})",
        PropertyKind.Int64 => $"Int64({bits})",
        PropertyKind.Double => $"Double({AsDouble()})",
        PropertyKind.Time => $"Time({AsTime():O})",
        _ => "Absent",
    };

    private PropertyValue Expect(PropertyKind kind) =>
        Kind == kind ? this : throw new InvalidOperationException($"The property holds {Kind}, not {kind}.");
}
