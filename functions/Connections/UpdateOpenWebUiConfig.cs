using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>
/// <c>POST /openai/config/update</c> and <c>/ollama/config/update</c>: a whole list as Open WebUI's clients send it. All is stored, or nothing.
/// <list type="number">
/// <item>What the environment fixes stands first, and must stand there as it is.</item>
/// <item>Each other place is matched with a connection that there is: the same place and address, else the same address, else the same place. So
/// a client that takes one out of the middle leaves the keys of those behind it.</item>
/// <item>The place is filled in over its connection; without one it is a new one. Those that no place was matched with are gone.</item>
/// </list>
/// </summary>
internal sealed partial class UpdateOpenWebUiConfig(
    ConnectionStore store, ConnectionRegistry registry, ConnectionOptions options, ReadOpenWebUiConfig read, ILogger<UpdateOpenWebUiConfig> logger)
{
    private const int MaxEntries = 200;
    private const int MaxCharacters = 4_096;

    public async Task HandleAsync(HttpContext context, ConnectionFamily family)
    {
        using var form = await JsonForm.ReadAsync(context);
        var wanted = SwitchConnections.Wanted(form.Root, family.Switch, family.IsOllama ? options.EnablesOllama : options.EnablesOpenAi, family.Switch);
        var places = form.Root.Member(family.Urls) is null ? null : PlacesOf(form, family);
        var locked = options.Configured.Where(family.Has).ToList();
        if (places is not null)
        {
            // 1
            DemandUnchanged(locked, places, family);
        }

        _ = await store.ChangeAsync(before => Switched(places is null ? before : Changed(before, family, [.. places.Skip(locked.Count)]), family, wanted), context.RequestAborted)
            ?? throw ConnectionRefusals.Busy;
        Log.Changed(logger, family.Urls);
        await read.AnswerAsync(context, family);
    }

    private static StoredConnections Switched(StoredConnections set, ConnectionFamily family, bool? wanted) =>
        wanted is not { } value ? set : family.IsOllama ? set with { EnablesOllama = value } : set with { EnablesOpenAi = value };

    private static List<Place> PlacesOf(JsonForm form, ConnectionFamily family)
    {
        var urls = form.Texts(family.Urls, MaxEntries, MaxCharacters);
        var keys = family.Keys is null ? [] : form.Texts(family.Keys, MaxEntries, MaxCharacters);
        if (form.Root.Member(family.Configs) is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            throw new RefusedException(family.Configs, $"'{family.Configs}' must be an object.");
        }

        var configs = form.Root.Member(family.Configs);
        return [.. urls.Select((url, i) => new Place(i, url, i < keys.Count ? keys[i].Trim() : "", ConfigOf(configs, i, url)))];
    }

    private static JsonElement? ConfigOf(JsonElement? configs, int place, string url) =>
        configs?.Member(FormattableString.Invariant($"{place}")) ?? configs?.Member(url);

    private static void DemandUnchanged(List<Connection> locked, List<Place> places, ConnectionFamily family)
    {
        foreach (var (i, connection) in locked.Index())
        {
            if (i >= places.Count || !IsAsIs(connection, places[i], family))
            {
                throw ConnectionRefusals.Locked(connection.Name, connection.Variable!);
            }
        }
    }

    private static bool IsAsIs(Connection connection, Place place, ConnectionFamily family)
    {
        using var form = place.Form(connection, family);
        var filled = ConnectionForm.Fill(form.RootElement, connection, connection.Id);
        return filled.Faults.Count == 0 && IsSame(filled.Connection, connection);
    }

    private static bool IsSame(Connection one, Connection other) =>
        ConnectionRows.Fields(one).AsSpan().SequenceEqual(ConnectionRows.Fields(other)) && ConnectionRows.Secrets(one).AsSpan().SequenceEqual(ConnectionRows.Secrets(other));

    private StoredConnections Changed(StoredConnections before, ConnectionFamily family, List<Place> places)
    {
        // 2
        var matched = Match([.. before.Rows.Where(row => family.Has(row.Connection))], places, options.Configured.Count(family.Has));

        // 3
        var taken = registry.FixedNames();
        taken.UnionWith(before.Rows.Where(row => !family.Has(row.Connection)).Concat(matched.OfType<StoredConnection>()).Select(row => row.Connection.Name));
        var faults = new Dictionary<string, string>();
        List<StoredConnection> after = [.. places.Zip(matched, (place, row) => Filled(place, row, family, taken, faults))];
        return faults.Count > 0 ? throw ConnectionRefusals.Invalid(faults) : Together(before, family, after);
    }

    /// <summary>The connection of each place, or null.</summary>
    private static StoredConnection?[] Match(List<StoredConnection> rows, List<Place> places, int lockedCount)
    {
        var matched = new StoredConnection?[places.Count];
        var free = new List<StoredConnection?>(rows);
        Take((row, place) => IsAt(row, place.Url), samePlace: true);
        Take((row, place) => IsAt(row, place.Url), samePlace: false);
        Take((_, _) => true, samePlace: true);
        return matched;

        void Take(Func<StoredConnection, Place, bool> fits, bool samePlace)
        {
            for (var i = 0; i < places.Count; i++)
            {
                var at = matched[i] is not null ? -1
                    : free.FindIndex(row => row is not null && fits(row, places[i]) && (!samePlace || rows.IndexOf(row) == places[i].At - lockedCount));
                if (at >= 0)
                {
                    (matched[i], free[at]) = (free[at], null);
                }
            }
        }
    }

    private static bool IsAt(StoredConnection row, string url) => BaseUrl.Of(row.Connection.Kind, url) == row.Connection.BaseUrl;

    private static StoredConnection Filled(Place place, StoredConnection? row, ConnectionFamily family, HashSet<string> taken, Dictionary<string, string> faults)
    {
        using var form = place.Form(row?.Connection, family);
        var filled = ConnectionForm.Fill(form.RootElement, row?.Connection, ConnectionRows.NewId());
        foreach (var (field, message) in filled.Faults)
        {
            faults.TryAdd(place.FieldOf(field, family), message);
        }

        if (filled.Faults.Count > 0 || (row is not null && IsSame(filled.Connection, row.Connection)))
        {
            return row ?? new(filled.Connection);
        }

        // Its own name is no other's.
        taken.Remove(row?.Connection.Name ?? "");
        var connection = ConnectionNames.Named(filled.Connection, taken);
        taken.Add(connection.Name);
        return new(connection, row?.Version ?? default, filled.IsMoved ? null : row?.LostSecrets);
    }

    /// <summary>The others stay where they are among all; what is more than there was comes last.</summary>
    private static StoredConnections Together(StoredConnections before, ConnectionFamily family, List<StoredConnection> after)
    {
        var next = new Queue<StoredConnection>(after);
        List<StoredConnection> all = [];
        foreach (var row in before.Rows)
        {
            if (!family.Has(row.Connection))
            {
                all.Add(row);
            }
            else if (next.TryDequeue(out var own))
            {
                all.Add(own);
            }
        }

        all.AddRange(next);
        return all.Count <= ConnectionStore.MaxConnections ? before.With(all) : throw ConnectionRefusals.TooMany;
    }

    /// <param name="At">In the list, the environment's counted.</param>
    private sealed record Place(int At, string Url, string Key, JsonElement? Config)
    {
        public JsonDocument Form(Connection? before, ConnectionFamily family) => OpenWebUiFields.FormOf(Url, Key, Config, before, family.IsOllama);

        public string FieldOf(string field, ConnectionFamily family) => field switch
        {
            "base_url" => FormattableString.Invariant($"{family.Urls}.{At}"),
            "keys" when family.Keys is not null => FormattableString.Invariant($"{family.Keys}.{At}"),
            _ => FormattableString.Invariant($"{family.Configs}.{At}.{field}"),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "An administrator changed the connections of {List}")]
        public static partial void Changed(ILogger logger, string list);
    }
}
