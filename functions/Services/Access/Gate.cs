namespace OpenWebUi.Services.Access;

/// <summary>The least that a route asks of its caller. Endpoint metadata; a route without one answers 500, and a test enumerates them.</summary>
/// <param name="Least">The lowest standing that may enter.</param>
/// <param name="IsRelay">Relay routes also take <c>nk-</c> codes and a caller's own provider key, and answer other origins (CORS).</param>
/// <param name="NeedsAccount">The route is about the caller's account: guests and the local account have none, and are refused (403).</param>
/// <param name="IsOpenFile">Files that say nothing of anybody: documents of every origin may load them, also in open mode.</param>
internal sealed record Gate(Standing Least, bool IsRelay = false, bool NeedsAccount = false, bool IsOpenFile = false)
{
    public static readonly Gate Public = new(Standing.Stranger);

    public static readonly Gate OpenFile = new(Standing.Stranger, IsOpenFile: true);

    /// <summary>Routes on one's own account that also an account which waits may use.</summary>
    public static readonly Gate OwnAccount = new(Standing.Pending, NeedsAccount: true);

    /// <summary>Routes on what a caller stores: no <c>nk-</c> code, no provider key of its own.</summary>
    public static readonly Gate Stored = new(Standing.Guest);

    /// <summary>Routes on what belongs to a caller, also to an account that waits.</summary>
    public static readonly Gate Own = new(Standing.Pending);

    public static readonly Gate Relay = new(Standing.Guest, IsRelay: true);

    /// <summary>Whoever was let in with an account.</summary>
    public static readonly Gate Account = new(Standing.User, NeedsAccount: true);

    public static readonly Gate Admin = new(Standing.Admin);
}

internal static class GateExtensions
{
    /// <summary>Names the gate of a route, or of every route of a group. The last one named counts.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder routes, Gate gate)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.Add(endpoint => endpoint.Metadata.Add(gate));
        return routes;
    }
}
