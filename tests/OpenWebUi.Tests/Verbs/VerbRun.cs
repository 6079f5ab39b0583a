using System.Diagnostics;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Verbs;

/// <summary>What a verb of the program said, and how it ended.</summary>
internal sealed record VerbRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs the published program to its end, a minute at most.</summary>
    /// <param name="environment">All that it gets.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="killAt">Killed without notice when a line of its standard error holds this; null leaves it alone.</param>
    public static async Task<VerbRun> RunAsync(
        PublishedPackage package, IEnumerable<(string Name, string Value)> environment, string input, string[] arguments, string? killAt = null)
    {
        var start = new ProcessStartInfo(package.Executable, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var end = limit.Token.Register(process.Kill);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), ReadErrorsAsync(process, killAt, limit.Token));
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading.
        }

        await process.WaitForExitAsync(limit.Token);
        return new(process.ExitCode, await output, await errors);
    }

    private static async Task<string> ReadErrorsAsync(Process process, string? killAt, CancellationToken cancellation)
    {
        var all = "";
        while (await process.StandardError.ReadLineAsync(cancellation) is { } line)
        {
            all += line + "\n";
            if (killAt is not null && line.Contains(killAt, StringComparison.Ordinal))
            {
                process.Kill();
            }
        }

        return all;
    }
}
