using System.Text;

namespace OpenWebUi.Platform.Configuration;

/// <summary>One thing wrong with the configuration. <paramref name="Held"/> is safe to show: secrets are masked by who adds it.</summary>
internal sealed record Fault(string Variable, string Held, string Expected);

/// <summary>Everything wrong with the configuration, gathered, so that one start tells all of it.</summary>
internal sealed class FaultList
{
    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> All => _faults;

    /// <summary>Two rooms may read one variable: what both find is said once.</summary>
    public void Add(string variable, string held, string expected)
    {
        var fault = new Fault(variable, held, expected);
        if (!_faults.Contains(fault))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>The one message of a failed start: a line for each fault.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(_faults.Count == 1
            ? "The configuration has a fault; nothing was started."
            : $"The configuration has {_faults.Count} faults; nothing was started.");
        foreach (var fault in _faults)
        {
            text.Append('\n').Append("  ").Append(fault.Variable).Append(": holds ").Append(fault.Held)
                .Append("; expected ").Append(fault.Expected).Append('.');
        }

        return text.ToString();
    }
}
