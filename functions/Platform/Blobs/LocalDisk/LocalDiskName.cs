using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>
/// How a path is written on the disk: each segment a folder, the last one a file. A capital is <c>=</c> and the small
/// letter, so that <c>a</c> and <c>A</c> do not meet on a disk that knows no case; a file ends in <c>+blob</c>, so that
/// <c>a</c> and <c>a/b</c> do not meet. No segment contains <c>=</c> or <c>+</c>, so reading back is exact.
/// At most 2 x 120 + 5 characters: every file system takes 255.
/// </summary>
internal static class LocalDiskName
{
    private const string FileEnding = "+blob";

    /// <summary>The folder's name of a segment.</summary>
    public static string Folder(string segment)
    {
        var name = new StringBuilder(segment.Length);
        foreach (var c in segment)
        {
            name.Append(char.IsAsciiLetterUpper(c) ? "=" : "").Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }

    /// <summary>The file's name of a segment.</summary>
    public static string File(string segment) => Folder(segment) + FileEnding;

    /// <summary>The segment of a file's name; false for what is no blob of ours.</summary>
    public static bool TryReadFile(string name, [NotNullWhen(true)] out string? segment)
    {
        segment = null;
        return name.EndsWith(FileEnding, StringComparison.Ordinal) && TryReadFolder(name[..^FileEnding.Length], out segment);
    }

    /// <summary>The segment of a folder's name; false for what is no folder of ours.</summary>
    public static bool TryReadFolder(string name, [NotNullWhen(true)] out string? segment)
    {
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var isCapital = name[i] == '=';
            if (isCapital && ++i == name.Length)
            {
                break;
            }

            text.Append(isCapital ? char.ToUpperInvariant(name[i]) : name[i]);
        }

        // Written again and compared: one segment has one name, whatever a stranger's file is called.
        segment = text.ToString();
        if (BlobPath.IsSegment(segment) && Folder(segment) == name)
        {
            return true;
        }

        segment = null;
        return false;
    }
}
