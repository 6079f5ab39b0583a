using System.Text.Json;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>What is known of the connections at one moment, by their ids.</summary>
internal sealed record KnownLists(IReadOnlyDictionary<string, FetchedModels?> ById);

/// <summary>How a connection is: <c>{state, reason, model_count, cools_until}</c>. Whoever looks waits for no provider; one that nobody has asked yet is <c>pending</c>, and asked.</summary>
internal sealed class ShownStatus(ConnectionRegistry registry, ModelLists lists, ConnectionHealth health)
{
    private const string LostSecrets =
        "Its keys and headers cannot be read any more, because WEBUI_SECRET_KEY is another one. Enter them again, or put the old secret into WEBUI_SECRET_KEY_PREVIOUS.";

    /// <param name="waits">Wait for what is not known yet, two seconds at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<KnownLists> ReadAsync(bool waits, CancellationToken cancellation)
    {
        var all = registry.All;
        var known = await lists.ReadAsync(all, waits, anew: false, cancellation);
        return new(all.Zip(known).ToDictionary(pair => pair.First.Id, pair => pair.Second));
    }

    /// <param name="json">Where to.</param>
    /// <param name="connection">As it is asked.</param>
    /// <param name="hasLostSecrets">No known secret opens what is sealed of it.</param>
    /// <param name="lists">What its list is.</param>
    public void Write(Utf8JsonWriter json, Connection connection, bool hasLostSecrets, KnownLists lists)
    {
        var known = lists.ById.GetValueOrDefault(connection.Id);
        var coolsUntil = health.CoolsUntil(connection);
        var (state, reason) = !registry.IsOn(connection) ? ("off", null)
            : hasLostSecrets ? ("down", LostSecrets)
            : coolsUntil is not null ? ("cooling", known?.Failure)
            : known is null ? ("pending", null)
            : (known.Failure is null ? "ok" : "down", known.Failure);
        json.WriteStartObject();
        json.WriteString("state", state);
        json.WriteString("reason", reason);
        WriteNumber(json, "model_count", known is { Failure: null } ? known.Models.Count : null);
        WriteNumber(json, "cools_until", state == "cooling" ? coolsUntil?.ToUnixTimeSeconds() : null);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } some)
        {
            json.WriteNumber(name, some);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
