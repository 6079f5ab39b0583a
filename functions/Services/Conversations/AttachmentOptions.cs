using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Conversations;

/// <summary>Which files people may upload.</summary>
/// <param name="MaxMegabytes"><c>RAG_FILE_MAX_SIZE</c>, megabytes, default <see cref="LimitMegabytes"/>, which is also the most: larger pictures no provider takes.</param>
/// <param name="MaxCount"><c>RAG_FILE_MAX_COUNT</c>, default <see cref="LimitCount"/>, which is also the most: files of one message.</param>
/// <param name="ImageWidth"><c>FILE_IMAGE_COMPRESSION_WIDTH</c>, pixels, default 2048: wider photos are made smaller in the browser.</param>
/// <param name="ImageHeight"><c>FILE_IMAGE_COMPRESSION_HEIGHT</c>, likewise.</param>
internal sealed record AttachmentOptions(int MaxMegabytes = AttachmentOptions.LimitMegabytes, int MaxCount = AttachmentOptions.LimitCount, int ImageWidth = 2048, int ImageHeight = 2048)
{
    public const int LimitMegabytes = 10;

    public const int LimitCount = 20;

    /// <summary>More text than any context takes.</summary>
    public const int MaxTextBytes = 2 * 1024 * 1024;

    /// <summary>Of one owner, all files together.</summary>
    public const long MaxOwnerBytes = 500L * 1024 * 1024;

    public const int MaxOwnerFiles = 1_000;

    public long MaxBytes => MaxMegabytes * 1024L * 1024;

    public static AttachmentOptions Read(VariableReader reader) => new(
        reader.Integer("RAG_FILE_MAX_SIZE", 1, LimitMegabytes) ?? LimitMegabytes,
        reader.Integer("RAG_FILE_MAX_COUNT", 1, LimitCount) ?? LimitCount,
        reader.Integer("FILE_IMAGE_COMPRESSION_WIDTH", 64, 8192) ?? 2048,
        reader.Integer("FILE_IMAGE_COMPRESSION_HEIGHT", 64, 8192) ?? 2048);
}
