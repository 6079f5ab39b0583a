namespace OpenWebUi.Services.Backup;

/// <summary>A backup or a restore cannot go on. The message is for an operator: what is wrong, and what to do next.</summary>
internal sealed class BackupException(string message, Exception? innerException = null) : Exception(message, innerException);
