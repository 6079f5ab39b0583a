using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>What went wrong on the disk, as one sentence for an operator.</summary>
internal static class LocalDiskFailure
{
    // On Unix an IOException bears the error's number (errno), on Windows the HRESULT of the system's.
    private const int NotPermitted = 1;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int MacQuota = 69;
    private const int LinuxQuota = 122;
    private const int LinuxNotSupported = 95;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the exception is the disk's or the system's fault, not a bug.</summary>
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException or InvalidDataException;

    public static StoreUnavailableException Describe(string root, Exception exception) =>
        new($"The blob folder {root} {Reason(exception)}.", exception);

    private static string Reason(Exception exception) => exception switch
    {
        InvalidDataException or EndOfStreamException => $"holds something that cannot be read ({Detail(exception)}); restore a backup or move it away",
        UnauthorizedAccessException => $"may not be used ({Detail(exception)}); check its owner and permissions",
        IOException { HResult: NoSpace or MacQuota or LinuxQuota or WindowsDiskFull } => "cannot grow because the disk is full; free some space",
        IOException { HResult: ReadOnly } => "lies on a file system that is read-only; choose another folder",
        IOException { HResult: NotPermitted or LinuxNotSupported } => $"lies on a file system without hard links, or may not be used ({Detail(exception)}); choose another folder",
        _ => $"cannot be made or used ({Detail(exception)}); check the path and its permissions",
    };

    private static string Detail(Exception exception) => exception.Message.TrimEnd('.');
}
