namespace OpenWebUi.Services.Conversations;

/// <summary>What a file is, by its bytes.</summary>
internal enum FileKind
{
    /// <summary>A raster picture that browsers show and models see.</summary>
    Image = 'i',

    /// <summary>Text in UTF-8: only ever downloaded, and given to models as text.</summary>
    Text = 't',
}

/// <summary>Which files are taken, and as what. Names and declared types are only claims: a picture is what begins like one.</summary>
internal static class FileTypes
{
    /// <summary>Bytes that tell a picture.</summary>
    public const int HeadBytes = 12;

    public const string Plain = "text/plain";

    /// <summary>Types of text that are kept as they are declared by the name; every other text is <see cref="Plain"/>, HTML too.</summary>
    private static readonly Dictionary<string, string> TextTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".md"] = "text/markdown", [".csv"] = "text/csv", [".json"] = "application/json", [".svg"] = "image/svg+xml",
    };

    private static readonly string[] RasterEndings = [".png", ".jpg", ".jpeg", ".gif", ".webp"];

    /// <summary>The type of the picture that begins like this (PNG specification 5.2, JFIF, GIF 87a and 89a, RIFF container of WebP); null where it is none.</summary>
    public static string? RasterType(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) ? "image/gif"
        : head.StartsWith("RIFF"u8) && head.Length >= HeadBytes && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;

    public static bool IsRaster(string contentType) => contentType is "image/png" or "image/jpeg" or "image/gif" or "image/webp";

    /// <summary>Whether a name promises a picture.</summary>
    public static bool ClaimsRaster(string name) => RasterEndings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    public static string TextType(string name) => TextTypes.GetValueOrDefault(Path.GetExtension(name), Plain);
}
