namespace OpenWebUi.Services.Access;

/// <summary>Whose data something is: the partition of everything that a caller stores. <c>u-</c> an account, <c>g-</c> a guest's pass.</summary>
/// <param name="Text">Characters of <c>[A-Za-z0-9_-]</c>, at most 64.</param>
internal readonly record struct OwnerId(string Text)
{
    /// <summary>The one account of open mode.</summary>
    public static readonly OwnerId Local = new("u-local");

    public static OwnerId OfPass(string passId) => new("g-" + passId);

    public override string ToString() => Text;
}
