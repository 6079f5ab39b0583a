namespace OpenWebUi.Services.OpenId;

/// <summary>The provider's errors (RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core 1.0, section 3.1.2.6) in words for the sign-in page.</summary>
internal static class SignInDenial
{
    private const int MaxCharacters = 200;

    public static SignInOutcome.Denied Of(SignInProvider provider, string error, string? description)
    {
        var (code, more) = (Clean(error), description is null ? null : Clean(description));
        return new(code, more, code switch
        {
            "access_denied" => $"{provider.Name} did not sign you in: you or {provider.Name} refused it. Try again, or choose another way to sign in.",
            "invalid_grant" or "bad_verification_code" => $"The sign-in at {provider.Name} took too long, or was used twice. Start it again.",
            "invalid_client" or "unauthorized_client" or "incorrect_client_credentials" =>
                $"{provider.Name} does not accept this site's client id or secret. Tell the administrator.",
            "redirect_uri_mismatch" => $"{provider.Name} does not know this site's address. Tell the administrator: the redirect URI must be registered there.",
            "temporarily_unavailable" or "server_error" => $"{provider.Name} cannot sign anybody in at the moment. Try again in a minute.",
            "login_required" or "interaction_required" or "consent_required" or "account_selection_required" =>
                $"{provider.Name} has to ask you something first. Start the sign-in again.",
            _ => $"{provider.Name} refused the sign-in: {more ?? code}",
        });
    }

    /// <summary>What a provider writes is shown, so it is one short line of plain text.</summary>
    private static string Clean(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
        return line.Length <= MaxCharacters ? line : line[..MaxCharacters] + "...";
    }
}
