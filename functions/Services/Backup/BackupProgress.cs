namespace OpenWebUi.Services.Backup;

/// <summary>Says how far a copy has come, once a second at most.</summary>
/// <param name="say">Takes a line; null keeps silent.</param>
internal sealed class BackupProgress(TimeProvider time, Action<string>? say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _said;

    /// <summary>Said at once: a step begins or is resumed.</summary>
    public void Step(string text) => say?.Invoke(text);

    public void Count(string what, long done, long? of = null)
    {
        var now = time.GetTimestamp();
        if (say is not null && (_said == 0 || time.GetElapsedTime(_said, now) >= Pause))
        {
            _said = now;
            say($"  {what}: {BackupJson.Number(done)}{(of is { } all ? $" of {BackupJson.Number(all)}" : "")}");
        }
    }
}
