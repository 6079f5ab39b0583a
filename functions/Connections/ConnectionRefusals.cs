using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>What cannot be done to connections, as answers.</summary>
internal static class ConnectionRefusals
{
    public static RefusedException Missing => new(new ErrorReport(404, "not_found", "There is no such connection."));

    public static RefusedException Changed => new(new ErrorReport(
        409, "connection_changed", "Somebody else changed this connection meanwhile. Read it again, then repeat your change.", "version"));

    public static RefusedException Busy => new(new ErrorReport(
        409, "connections_busy", "The connections change faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1)));

    public static RefusedException TooMany => new(new ErrorReport(
        409, "too_many_connections", $"There are {ConnectionStore.MaxConnections} connections, which is all that a site can have. Delete one first."));

    public static RefusedException NameTaken => new(new ErrorReport(409, "name_taken", "Another connection has this name.", "name"));

    /// <summary>The environment fixes it.</summary>
    public static RefusedException Locked(string what, string variable) => new(new ErrorReport(
        403, "locked", $"{what} is fixed by the environment variable {variable}. Change it there, or remove it there to change it here."));

    /// <param name="faults">What is wrong, by field; at least one.</param>
    public static RefusedException Invalid(IReadOnlyDictionary<string, string> faults) =>
        new(new ErrorReport(422, "invalid_body", string.Join(" ", faults.Values.Distinct()), Fields: faults));
}
