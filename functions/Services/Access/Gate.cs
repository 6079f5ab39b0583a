namespace OpenWebUi.Services.Access;

/// <summary>The least that a route asks of its caller. Endpoint metadata; a route without one does not start.</summary>
/// <param name="Least">The lowest standing that may enter.</param>
/// <param name="IsRelay">Relay routes also take <c>nk-</c> codes and a caller's own provider key, and answer other origins (CORS).</param>
internal sealed record Gate(Standing Least, bool IsRelay = false)
{
    public static readonly Gate Public = new(Standing.Stranger);

    /// <summary>Routes on what a caller stores: no <c>nk-</c> code, no provider key of its own.</summary>
    public static readonly Gate Stored = new(Standing.Guest);

    public static readonly Gate Relay = new(Standing.Guest, IsRelay: true);
}

internal static class GateExtensions
{
    /// <summary>Names the gate of a route, or of every route of a group.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder routes, Gate gate)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.Add(endpoint => endpoint.Metadata.Add(gate));
        return routes;
    }
}
