using System.Text;

namespace OpenWebUi.Platform.Storage;

/// <summary>A row's properties as bytes, for back ends that keep them in one binary column.</summary>
/// <remarks>
/// Format 1: the byte 1, the count, then for each property its name, its kind (a byte of <see cref="PropertyKind"/>) and
/// its value. Counts and lengths are 7-bit encoded integers, text is UTF-8 after its length in bytes, numbers are little
/// endian. Bytes and not JSON, because jsonb refuses U+0000 and JSON has no NaN; every value comes back bit by bit.
/// </remarks>
internal static class RowCodec
{
    private const byte Format = 1;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Encode(RowProperties properties)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Strict);
        writer.Write(Format);
        writer.Write7BitEncodedInt(properties.Count);
        foreach (var (name, value) in properties)
        {
            writer.Write(name);
            writer.Write((byte)value.Kind);
            WriteValue(writer, value);
        }

        writer.Flush();
        return buffer.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a row of this format.</exception>
    public static RowProperties Decode(byte[] bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes), Strict);
            if (reader.ReadByte() != Format)
            {
                throw new InvalidDataException("The row has an unknown format.");
            }

            var properties = new RowProperties();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                properties[reader.ReadString()] = ReadValue(reader);
            }

            return properties;
        }
        // What a damaged row makes the reader throw: too short, a bad length, bad UTF-8, ticks out of range.
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("The row is damaged.", exception);
        }
    }

    private static void WriteValue(BinaryWriter writer, PropertyValue value)
    {
        switch (value.Kind)
        {
            case PropertyKind.Text:
                writer.Write(value.AsText());
                break;
            case PropertyKind.Boolean:
                writer.Write(value.AsBoolean());
                break;
            case PropertyKind.Int64:
                writer.Write(value.AsInt64());
                break;
            case PropertyKind.Double:
                writer.Write(value.AsDouble());
                break;
            case PropertyKind.Time:
                writer.Write(value.AsTime().UtcTicks);
                break;
            case PropertyKind.Bytes:
                writer.Write7BitEncodedInt(value.AsBytes().Length);
                writer.Write(value.AsBytes().Span);
                break;
            default:
                throw new InvalidOperationException($"A property of kind {value.Kind} cannot be stored.");
        }
    }

    private static PropertyValue ReadValue(BinaryReader reader) => (PropertyKind)reader.ReadByte() switch
    {
        PropertyKind.Text => reader.ReadString(),
        PropertyKind.Boolean => reader.ReadBoolean(),
        PropertyKind.Int64 => reader.ReadInt64(),
        PropertyKind.Double => reader.ReadDouble(),
        PropertyKind.Time => new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
        PropertyKind.Bytes => ReadBytes(reader),
        var kind => throw new FormatException($"Unknown kind {(byte)kind}."),
    };

    private static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        return length <= left ? reader.ReadBytes(length) : throw new EndOfStreamException();
    }
}
