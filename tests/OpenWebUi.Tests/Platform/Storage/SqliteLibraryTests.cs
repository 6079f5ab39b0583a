using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.Sqlite;

namespace OpenWebUi.Tests.Platform.Storage;

public sealed class SqliteLibraryTests
{
    [Fact]
    public void Library_NoneLoads_SaysWhichPackageToInstall()
    {
        var tried = new List<string>();

        var failure = Assert.Throws<StoreUnavailableException>(() => SqliteLibrary.Find(SqliteLibrary.Names, name =>
        {
            tried.Add(name);
            return 0;
        }));

        Assert.Equal(SqliteLibrary.Names, tried);
        Assert.StartsWith("libsqlite3 was not found: install the package libsqlite3-0", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_SecondNameLoads_IsTakenAndNoOtherTried() =>
        Assert.Equal(7, SqliteLibrary.Find(["a", "b", "c"], name => name switch
        {
            "a" => 0,
            "b" => 7,
            _ => throw new InvalidOperationException("tried too many"),
        }));
}
