using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Backup;

/// <summary>What the environment says of backups.</summary>
/// <param name="AllowsDownload">
/// <c>ENABLE_ADMIN_EXPORT</c>, default true: administrators may download everything as one file, other people's chats and the site's
/// secret among it. The verbs of the program work either way.
/// </param>
internal sealed record BackupOptions(bool AllowsDownload)
{
    public static BackupOptions Read(VariableReader reader) => new(reader.Flag("ENABLE_ADMIN_EXPORT") ?? true);
}
