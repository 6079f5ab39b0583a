using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace OpenWebUi.Platform.Storage.Sqlite;

/// <summary>Binds the SQLite client to the system's library, so that no old native library is shipped.</summary>
internal static class SqliteLibrary
{
    /// <summary>What the client's imports are called; nothing of that name is shipped.</summary>
    private const string ImportName = "e_sqlite3";

    // Process-wide state, because the runtime takes one resolver per assembly and the client one provider per process.
    private static readonly Lock Gate = new();
    private static bool bound;

    /// <summary>Where each system keeps its own; the first is what the package libsqlite3-0 and its like install.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib", "winsqlite3", "sqlite3"];

    /// <summary>Loads and binds the library once a process; later calls do nothing. A failure is tried again next time.</summary>
    /// <exception cref="StoreUnavailableException">The library is not installed.</exception>
    public static void Bind()
    {
        lock (Gate)
        {
            if (bound)
            {
                return;
            }

            var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
            var library = Find(Names, name => NativeLibrary.TryLoad(name, provider, searchPath: null, out var handle) ? handle : 0);
            NativeLibrary.SetDllImportResolver(provider, (name, _, _) => name == ImportName ? library : 0);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            bound = true;
        }
    }

    /// <summary>The first library that loads.</summary>
    /// <param name="names">What to try, in order.</param>
    /// <param name="load">The handle of the named library, or 0 where there is none.</param>
    /// <exception cref="StoreUnavailableException">None loads.</exception>
    internal static nint Find(IEnumerable<string> names, Func<string, nint> load)
    {
        var library = names.Select(load).FirstOrDefault(handle => handle != 0);
        return library != 0
            ? library
            : throw new StoreUnavailableException(
                "libsqlite3 was not found: install the package libsqlite3-0 (Debian, Ubuntu), sqlite-libs (Alpine, Fedora) or sqlite (macOS).");
    }
}
