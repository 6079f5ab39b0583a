using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// What is known of a blob beside its bytes, as a line of JSON in the canonical form of RFC 8785:
/// <c>{"length":"5","path":"files/a/b","sha256":"...","type":"image/png"}</c>.
/// </summary>
internal sealed record BlobLine(BlobPath Path, string ContentType, long Length, string Sha256)
{
    /// <summary>The line with its end, in UTF-8.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(new StringBuilder("{\"length\":\"")
        .Append(CultureInfo.InvariantCulture, $"{Length}").Append("\",\"path\":").AppendQuoted(Path.Text)
        .Append(",\"sha256\":").AppendQuoted(Sha256).Append(",\"type\":").AppendQuoted(ContentType).Append("}\n").ToString());

    /// <exception cref="FormatException">The line is no blob.</exception>
    public static BlobLine Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new(
                new(Text("path")), Text("type"), long.Parse(Text("length"), NumberStyles.None, CultureInfo.InvariantCulture), Text("sha256"));

            string Text(string name) => root.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
