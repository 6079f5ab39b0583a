using OpenWebUi.Services.Identity;

namespace OpenWebUi.Services.Access;

/// <summary>Whose data something is: the partition of everything that a caller stores. <c>u-</c> an account, <c>g-</c> a guest's pass.</summary>
/// <param name="Text">Characters of <c>[A-Za-z0-9_-]</c>, at most 64.</param>
internal readonly record struct OwnerId(string Text)
{
    /// <summary>The one account of open mode.</summary>
    public static readonly OwnerId Local = new("u-local");

    public static OwnerId OfAccount(UserId id) => new(id.Owner);

    /// <summary>The account that it is; null for a guest's pass and the local account.</summary>
    public UserId? Account => Text.StartsWith("u-", StringComparison.Ordinal) && UserId.TryParse(Text[2..], out var id) ? id : null;

    public static OwnerId OfPass(string passId) => new("g-" + passId);

    public override string ToString() => Text;
}
