using System.Globalization;
using System.Text;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>
/// The first 512 bytes of every file: one line of ASCII, <c>blob1 LENGTH ETAG TYPE</c>, filled up with spaces. It
/// stands in the file itself, so that one rename publishes bytes and type together. <c>tail -c +513</c> shows the content.
/// </summary>
/// <param name="Length">The bytes after the header: tells a file that a backup or a broken disk has cut.</param>
/// <param name="ETag">Random for every put.</param>
/// <param name="ContentType">Printable ASCII, 200 characters at most.</param>
internal sealed record LocalDiskHeader(long Length, ETag ETag, string ContentType)
{
    public const int Bytes = 512;

    private const string Magic = "blob1";

    public byte[] Write() =>
        Encoding.ASCII.GetBytes($"{Magic} {Length} {ETag} {ContentType}".PadRight(Bytes - 1) + '\n');

    /// <summary>Reads the header at the start of the file and leaves the file at the first byte of the content.</summary>
    /// <exception cref="InvalidDataException">The file is no blob, or cut.</exception>
    public static LocalDiskHeader Read(FileStream file)
    {
        var bytes = new byte[Bytes];
        if (file.ReadAtLeast(bytes, Bytes, throwOnEndOfStream: false) < Bytes)
        {
            throw new InvalidDataException("it is shorter than its header");
        }

        var parts = Encoding.ASCII.GetString(bytes).TrimEnd().Split(' ', 4);
        if (parts is not [Magic, var length, var tag, var contentType]
            || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var contentBytes)
            || !ETag.TryParse(tag, out var etag))
        {
            throw new InvalidDataException("its header is none");
        }

        return file.Length - Bytes == contentBytes
            ? new LocalDiskHeader(contentBytes, etag, contentType)
            : throw new InvalidDataException($"it has {file.Length - Bytes} bytes of {contentBytes}");
    }
}
