namespace OpenWebUi.Platform.Configuration;

/// <summary>
/// The environment variables of this process as the app sees them: the real environment first, then
/// <c>local.settings.json</c>, then <c>.env</c>. Names are case-sensitive, as on Linux. Empty means absent.
/// </summary>
internal sealed class Variables(IReadOnlyDictionary<string, string> values)
{
    public IEnumerable<string> Names => values.Keys;

    /// <summary>The trimmed value, or null when the variable is absent, empty or blank.</summary>
    public string? this[string name] =>
        values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>The variables of the process, completed by the files in <paramref name="folder"/>.</summary>
    /// <param name="folder">The folder of <c>.env</c> and <c>local.settings.json</c>; null reads no file (under the Functions host, which passes its settings as environment).</param>
    /// <param name="faults">Receives what is wrong with the files.</param>
    public static Variables OfProcess(string? folder, FaultList faults)
    {
        var values = new Dictionary<string, string>();
        if (folder is not null)
        {
            AddAll(values, DotEnvFile.Read(Path.Combine(folder, ".env"), faults));
            AddAll(values, LocalSettingsFile.Read(Path.Combine(folder, "local.settings.json"), faults));
        }

        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            Add(values, (string)entry.Key, (string?)entry.Value);
        }

        return new Variables(values);
    }

    private static void AddAll(Dictionary<string, string> values, IEnumerable<KeyValuePair<string, string>> more)
    {
        foreach (var (name, value) in more)
        {
            Add(values, name, value);
        }
    }

    /// <summary>Empty means absent, so it hides nothing: an empty CODE beside one in .env must not open the site.</summary>
    private static void Add(Dictionary<string, string> values, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            values[name] = value;
        }
    }
}
