using System.Globalization;
using System.Text.Json;

namespace OpenWebUi.Platform.Configuration;

/// <summary>Typed reading of <see cref="Variables"/>: a value of the wrong form becomes a fault and reads as absent, so that reading goes on and every fault is found.</summary>
internal sealed class VariableReader(Variables variables, FaultList faults)
{
    /// <summary>The longest stretch of a held value that a message repeats.</summary>
    private const int MaxShownCharacters = 120;

    public Variables Variables => variables;

    public string? Text(string name) => variables[name];

    /// <summary>The first of several names for one thing. Two that are set and disagree are a fault.</summary>
    public string? Text(string name, string alias, bool secret = false)
    {
        var (first, second) = (variables[name], variables[alias]);
        if (first is not null && second is not null && first != second)
        {
            Fault(alias, second, $"the same as {name}, which is another name for it, or nothing", secret);
        }

        return first ?? second;
    }

    /// <summary><c>true</c>, <c>1</c>, <c>yes</c>, <c>on</c> and their opposites, in any case.</summary>
    public bool? Flag(string name)
    {
        switch (variables[name]?.ToLowerInvariant())
        {
            case null: return null;
            case "true" or "1" or "yes" or "on": return true;
            case "false" or "0" or "no" or "off": return false;
            default:
                Fault(name, variables[name]!, "true or false");
                return null;
        }
    }

    public int? Integer(string name, int least, int most)
    {
        if (variables[name] is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        Fault(name, text, $"a whole number from {least} to {most}");
        return null;
    }

    /// <summary>A list in the grammar of Open WebUI: a JSON array of strings, or text with semicolons. Empty entries keep their place.</summary>
    public IReadOnlyList<string>? List(string name, bool secret = false)
    {
        if (variables[name] is not { } text)
        {
            return null;
        }

        if (text[0] != '[')
        {
            return text.Split(';', StringSplitOptions.TrimEntries);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(e => e.GetString()?.Trim() ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Fault(name, text, "a JSON array of strings, or entries with semicolons between them", secret);
            return null;
        }
    }

    public void Fault(string name, string held, string expected, bool secret = false) =>
        faults.Add(name, secret || MayHoldSecret(held) ? Mask(held) : Show(held), expected);

    /// <summary>One entry of a list of names, which may hold an @ without being a secret.</summary>
    public void FaultyEntry(string name, string entry, string expected) =>
        faults.Add(name, MayHoldSecret(entry.Replace('@', ' ')) ? Mask(entry) : Show(entry), expected);

    /// <summary>A key in the wrong variable, a URL with user name and password, or with a key in its query.</summary>
    private static bool MayHoldSecret(string held) =>
        held.Contains("sk-", StringComparison.Ordinal) || held.Contains('@', StringComparison.Ordinal) || held.Contains('?', StringComparison.Ordinal);

    private static string Show(string held) =>
        "'" + (held.Length <= MaxShownCharacters ? held : held[..MaxShownCharacters] + "...") + "'";

    /// <summary>Says that something is there and how long it is, and nothing of what it is.</summary>
    private static string Mask(string held) => $"a secret of {held.Length} characters";
}
