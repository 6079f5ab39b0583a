namespace OpenWebUi.Services.Access;

/// <summary>The ways to sign in beside a password, as the page offers them.</summary>
/// <param name="Providers">Id and name, in the order of the buttons.</param>
/// <param name="LdapLabel">Name of the directory; null: none is configured.</param>
/// <param name="HasTrustedIdentity">A proxy or the platform says who calls.</param>
internal sealed record SignInWays(IReadOnlyList<(string Id, string Name)> Providers, string? LdapLabel, bool HasTrustedIdentity);
