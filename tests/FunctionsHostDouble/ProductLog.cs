namespace OpenWebUi.FunctionsHostDouble;

/// <summary>
/// What processes of the product write, kept for whoever looks through it afterwards: in the folder that the variable
/// <c>PRODUCT_LOGS</c> names, a file for each test process. Without the variable nothing is kept.
/// </summary>
public static class ProductLog
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("PRODUCT_LOGS");
    private static readonly Lock Gate = new();

    /// <summary>Adds a line; null, the end of a stream, adds nothing.</summary>
    public static void Add(int processId, string? line)
    {
        if (Folder is null || line is null)
        {
            return;
        }

        lock (Gate)
        {
            File.AppendAllText(Path.Combine(Folder, FormattableString.Invariant($"processes-of-{Environment.ProcessId}.log")), FormattableString.Invariant($"{processId}: {line}\n"));
        }
    }
}
