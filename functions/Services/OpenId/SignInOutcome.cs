namespace OpenWebUi.Services.OpenId;

/// <summary>Somebody, as a provider vouches for them.</summary>
/// <param name="ProviderId">The provider's id in URLs.</param>
/// <param name="Issuer">Who vouches: with <paramref name="Subject"/> the one lasting name of an account. Microsoft's names the directory.</param>
/// <param name="Subject">The provider's id of the person. Never compare people by e-mail address instead.</param>
/// <param name="Email">Null when the provider told none. Anybody can own the same one later.</param>
/// <param name="IsEmailVerified">The provider says that the address is theirs. False where it says nothing: Microsoft does not.</param>
/// <param name="Name">To show; null when the provider told none.</param>
/// <param name="PictureUrl">http or https, or null.</param>
/// <param name="Roles">As the provider names them.</param>
/// <param name="Groups">As the provider names them.</param>
/// <param name="SessionId"><c>sid</c>: which session there a logout token ends; null when not told.</param>
/// <param name="IdToken">To hand back at sign-out (<see cref="SignInClient.EndSessionUrlAsync"/>); null at GitHub. As secret as a session.</param>
internal sealed record ExternalIdentity(
    string ProviderId, string Issuer, string Subject, string? Email, bool IsEmailVerified, string? Name, string? PictureUrl,
    IReadOnlyList<string> Roles, IReadOnlyList<string> Groups, string? SessionId, string? IdToken)
{
    /// <summary>Leaves the person out.</summary>
    public override string ToString() => $"somebody of {Issuer}";
}

/// <summary>Where a sign-in begins.</summary>
internal abstract record SignInStart
{
    private SignInStart()
    {
    }

    /// <summary>Send the browser to <paramref name="Url"/>, and keep <paramref name="Pending"/> for its return.</summary>
    public sealed record Redirect(Uri Url, PendingSignIn Pending) : SignInStart;

    /// <summary>The provider's discovery document cannot be had.</summary>
    public sealed record Unavailable(ProviderFailure Failure) : SignInStart;
}

/// <summary>How a sign-in ended.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    public sealed record Person(ExternalIdentity Identity) : SignInOutcome;

    /// <summary>The person, or the provider, said no. <paramref name="Error"/> is the provider's word for it (RFC 6749, section 4.1.2.1 and 5.2).</summary>
    public sealed record Denied(string Error, string? Description, string Sentence) : SignInOutcome;

    /// <summary>The answer does not belong to this sign-in, or cannot be trusted.</summary>
    public sealed record Invalid(string Code, string Sentence) : SignInOutcome
    {
        /// <summary>The code for a sign-in that took longer than <see cref="PendingSignIn.Lifetime"/>.</summary>
        public const string Expired = "sign_in_expired";
    }

    /// <summary>The provider could not be asked.</summary>
    public sealed record Unavailable(ProviderFailure Failure) : SignInOutcome;
}

/// <summary>What a logout token (OpenID Connect Back-Channel Logout 1.0) says.</summary>
internal abstract record LogoutOutcome
{
    private LogoutOutcome()
    {
    }

    /// <summary>End the session <paramref name="SessionId"/>, or without one every session of <paramref name="Subject"/>; at least one is there.</summary>
    /// <param name="Issuer">Of whom.</param>
    /// <param name="Subject"><c>sub</c>: always that claim, also where <c>OAUTH_SUB_CLAIM</c> names another.</param>
    /// <param name="SessionId"><c>sid</c>.</param>
    /// <param name="TokenId"><c>jti</c>: the same one again may be ignored; ending a session twice does no harm.</param>
    public sealed record Accepted(string Issuer, string? Subject, string? SessionId, string TokenId) : LogoutOutcome;

    /// <summary>Answer 400 (section 2.8).</summary>
    public sealed record Refused(string Code, string Sentence) : LogoutOutcome;

    /// <summary>The provider's keys could not be had: answer 503, it may come again.</summary>
    public sealed record Unavailable(ProviderFailure Failure) : LogoutOutcome;
}

/// <summary>Why a token is not believed. Stable code, and a sentence fit for the sign-in page.</summary>
internal sealed record TokenRefusal(string Code, string Sentence);
