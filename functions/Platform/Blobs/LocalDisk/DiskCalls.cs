using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace OpenWebUi.Platform.Blobs.LocalDisk;

/// <summary>The five calls of the system that .NET 10 does not offer as they are needed. All block.</summary>
/// <remarks>
/// What .NET gives instead: <c>File.Move(overwrite: false)</c> asks first and then renames on Unix, so two processes
/// can both win; <c>File.Delete</c> does not say whether it deleted; <c>Directory.CreateDirectory</c> looks at what is in the
/// way after it failed, and fails in ways of its own when that is gone by then; a folder cannot be opened, so it cannot be
/// flushed (<c>FileStream.Flush(true)</c> is the fsync of a file and is used). Sources: link(2), rename(2), mkdir(2), fsync(2);
/// dotnet/runtime, FileSystem.Unix.cs, MoveFile, read 2026-11.
/// </remarks>
internal static class DiskCalls
{
    private const int NoSuchEntry = 2;
    private const int NoAccess = 13;
    private const int EntryExists = 17;

    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Puts the file there under a new name unless that name is taken, in one step.</summary>
    /// <returns>False where the name is taken; the file then keeps its old name, and may in the other case keep it too.</returns>
    public static bool TryPublish(string file, string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            return link(Text(file), Text(name)) == 0 || (Marshal.GetLastPInvokeError() == EntryExists ? false : throw Failure(name));
        }

        try
        {
            File.Move(file, name, overwrite: false); // MoveFileEx without MOVEFILE_REPLACE_EXISTING: one step.
            return true;
        }
        catch (IOException) when (File.Exists(name))
        {
            return false;
        }
    }

    /// <summary>Puts the file there under a new name, over what has that name, in one step.</summary>
    public static void Replace(string file, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(file, name, overwrite: true);
        }
        else if (rename(Text(file), Text(name)) != 0)
        {
            throw Failure(name);
        }
    }

    /// <summary>Deletes the file and says whether it was there: of several callers one hears true (on Windows, perhaps more).</summary>
    public static bool Delete(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            var isThere = File.Exists(file);
            File.Delete(file);
            return isThere;
        }

        return unlink(Text(file)) == 0 || (Marshal.GetLastPInvokeError() == NoSuchEntry ? false : throw Failure(file));
    }

    /// <summary>Makes a folder that only its owner may enter, where nothing of that name is. Its parent must be there.</summary>
    /// <returns>False where the name is taken, be it by a folder or a file.</returns>
    public static bool TryMakeFolder(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            return mkdir(Text(folder), (uint)OwnerOnly) == 0 || (Marshal.GetLastPInvokeError() == EntryExists ? false : throw Failure(folder));
        }

        if (Path.Exists(folder))
        {
            return false;
        }

        Directory.CreateDirectory(folder);
        return true;
    }

    /// <summary>Writes the folder's entries to the disk, so that a name outlives a power cut. Windows does it by itself.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(Text(folder), 0);
        if (descriptor < 0)
        {
            if (Marshal.GetLastPInvokeError() == NoSuchEntry)
            {
                return; // Removed meanwhile, with nothing in it.
            }

            throw Failure(folder);
        }

        try
        {
            // Some network file systems answer EINVAL for a folder: there is nothing more to be had from them.
            _ = fsync(descriptor);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static SystemException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{Marshal.GetPInvokeErrorMessage(error)}: {path}";
        return error switch
        {
            NoSuchEntry => new DirectoryNotFoundException(message),
            NoAccess => new UnauthorizedAccessException(message),
            _ => new IOException(message, error),
        };
    }

    private static byte[] Text(string path) => Encoding.UTF8.GetBytes(path + '\0');

#pragma warning disable SYSLIB1054, CA5392, SA1300, IDE1006 // Blittable as they stand (no unsafe code to generate); the names are the system's.
    [DllImport("libc", SetLastError = true)]
    private static extern int link(byte[] from, byte[] to);

    [DllImport("libc", SetLastError = true)]
    private static extern int rename(byte[] from, byte[] to);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlink(byte[] path);

    [DllImport("libc", SetLastError = true)]
    private static extern int mkdir(byte[] path, uint mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
#pragma warning restore SYSLIB1054, CA5392, SA1300, IDE1006
}
