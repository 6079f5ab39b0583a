namespace OpenWebUi.Services.Upstreams;

/// <summary>Names of connections: for people, and unique, because an answer says by its name which connection it came from.</summary>
internal static class ConnectionNames
{
    /// <summary>Names may have 60 characters, and a number may follow.</summary>
    private const int MaxHostCharacters = 55;

    /// <summary>The connection with a name: its own, or the host's where it has none.</summary>
    public static Connection Named(Connection connection, IReadOnlySet<string> taken) =>
        connection.Name.Length > 0 ? connection : connection with { Name = Free(HostOf(connection), taken) };

    /// <summary>The name, or the first of <c>name #2</c>, <c>name #3</c>... that nobody has.</summary>
    public static string Free(string name, IReadOnlySet<string> taken)
    {
        var free = name;
        for (var number = 2; taken.Contains(free); number++)
        {
            free = $"{name} #{number}";
        }

        return free;
    }

    /// <summary>The name was given by us, not by a person: it changes with the host.</summary>
    public static bool IsDefault(Connection connection)
    {
        var host = HostOf(connection);
        return connection.Name == host || (connection.Name.StartsWith(host + " #", StringComparison.Ordinal) && connection.Name[(host.Length + 2)..].All(char.IsAsciiDigit));
    }

    public static HashSet<string> SetOf(IEnumerable<string> names) => new(names, StringComparer.OrdinalIgnoreCase);

    private static string HostOf(Connection connection)
    {
        var host = BaseUrl.NameOf(connection.BaseUrl);
        return host.Length <= MaxHostCharacters ? host : host[..MaxHostCharacters];
    }
}
