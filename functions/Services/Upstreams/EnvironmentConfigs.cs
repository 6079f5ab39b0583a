using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// <c>OPENAI_API_CONFIGS</c> or <c>OLLAMA_API_CONFIGS</c>: a JSON object with an object for a connection of the environment each, under
/// its place in the list of URLs (<c>"0"</c>), or under its URL. Default: nothing, every connection as it is.
/// </summary>
internal sealed class EnvironmentConfigs
{
    private readonly VariableReader _reader;
    private readonly string _variable;
    private readonly Dictionary<string, JsonElement> _entries = [];
    private readonly HashSet<string> _used = [];

    public EnvironmentConfigs(VariableReader reader, string variable)
    {
        (_reader, _variable) = (reader, variable);
        if (reader.Text(variable) is not { } text)
        {
            return;
        }

        if (StrictJson.Parse(Encoding.UTF8.GetBytes(text)) is { ValueKind: JsonValueKind.Object } root && root.EnumerateObject().All(entry => entry.Value.ValueKind == JsonValueKind.Object))
        {
            _entries = root.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value);
        }
        else
        {
            reader.Fault(variable, text, """a JSON object of objects, such as {"0":{"prefix_id":"team"}}""", secret: true);
        }
    }

    /// <summary>The connection as its entry says.</summary>
    /// <param name="connection">As the other variables make it.</param>
    /// <param name="place">In the list of URLs.</param>
    /// <param name="url">As it stands there.</param>
    public Connection Apply(Connection connection, int place, string url)
    {
        string[] names = [FormattableString.Invariant($"{place}"), url, url.TrimEnd('/')];
        if (names.FirstOrDefault(_entries.ContainsKey) is not { } name)
        {
            return connection;
        }

        _used.Add(name);
        using var form = OpenWebUiFields.FormOf(url, key: null, _entries[name], connection, connection.Kind == ConnectionKind.Ollama);
        var filled = ConnectionForm.Fill(form.RootElement, connection, connection.Id);
        foreach (var message in filled.Faults.Values)
        {
            _reader.Fault(_variable, $"entry {name}", $"something else: {message.TrimEnd('.')}");
        }

        return filled.Connection with { Provider = connection.Provider };
    }

    /// <summary>After the last connection: an entry of none would limit nothing.</summary>
    public void End()
    {
        foreach (var name in _entries.Keys.Except(_used))
        {
            _reader.Fault(_variable, $"entry {name}", "places in the list of base URLs, counted from 0, or one of those URLs");
        }
    }
}
