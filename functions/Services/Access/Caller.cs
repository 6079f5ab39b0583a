namespace OpenWebUi.Services.Access;

/// <summary>What a caller may do, least first: every route names the least it asks for.</summary>
internal enum Standing
{
    Stranger,
    Guest,
    User,
}

/// <summary>Who is calling, decided once for each request.</summary>
/// <param name="Standing">What the caller may do on every route.</param>
/// <param name="PassId">The random id of a guest's pass: the owner of what the guest will store. Null for everybody else.</param>
/// <param name="IsRelayOnly">The caller proved itself by <c>nk-</c> or by a key of its own: it reaches the relay routes only and stores nothing.</param>
/// <param name="OwnKey">A provider key that the caller brought. It goes to the default connection in place of the server's, and is never kept.</param>
internal sealed record Caller(Standing Standing, string? PassId = null, bool IsRelayOnly = false, string? OwnKey = null)
{
    public static readonly Caller Stranger = new(Standing.Stranger);

    /// <summary>The caller has nothing but its own key: only the default connection serves it.</summary>
    public bool HasOnlyOwnKey => OwnKey is not null && Standing == Standing.Stranger;

    /// <summary>Whose data the caller stores and sees; null for a caller that stores nothing.</summary>
    public OwnerId? Owner => IsRelayOnly ? null : Standing switch
    {
        Standing.User => OwnerId.Local,
        Standing.Guest when PassId is not null => OwnerId.OfPass(PassId),
        _ => null,
    };

    /// <summary>For the request log: what kind of caller, never which.</summary>
    public string Kind => HasOnlyOwnKey ? "own-key" : IsRelayOnly ? "code" : Standing.ToString().ToLowerInvariant();
}
