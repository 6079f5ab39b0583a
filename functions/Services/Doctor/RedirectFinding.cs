using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>What a redirect means. None is followed: a key would go along to where nobody sent it.</summary>
internal static class RedirectFinding
{
    private const int MaxShownCharacters = 150;

    private static readonly string[] LoginWords = ["login", "signin", "sign-in", "sso", "oauth", "authorize", "/auth"];

    public static Finding Of(Examination walk, ProviderAnswer answer)
    {
        if (answer.Location is null || !Uri.TryCreate(answer.Url, answer.Location, out var to) || to.Scheme is not ("http" or "https"))
        {
            return new("redirect", $"{walk.Host} redirects without saying where to: enter the address under which it serves its API.");
        }

        if (AddressGuard.Refuses(to))
        {
            return new("redirect", $"{walk.Host} redirects to a cloud's metadata address, which is never asked: do not trust this server.");
        }

        if (LoginWords.Any(word => to.AbsolutePath.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return new("redirect_login", $"{walk.Host} redirects to a login page at {to.Host}: something in front of the API asks people to sign in; let calls of this server past it.");
        }

        var target = to.GetLeftPart(UriPartial.Path);
        var path = answer.Url.AbsolutePath;
        if (BaseBehind(walk, answer.Url, to) is { } newBase && newBase != walk.Connection.BaseUrl)
        {
            var isHttps = to.Scheme == "https" && walk.Base.Scheme == "http" && to.Host == walk.Base.Host && to.AbsolutePath.TrimEnd('/') == path;
            return isHttps
                ? Finding.WithFix("redirect_https", $"{walk.Host} redirects to https: change the base URL to {newBase}.", ("base_url", newBase))
                : Finding.WithFix("redirect", $"{walk.Host} redirects to {Shown(target)}, and redirects are not followed: change the base URL to {Shown(newBase)}.", ("base_url", newBase));
        }

        return to.Authority == walk.Base.Authority && to.AbsolutePath == path + "/"
            ? new("redirect_slash", $"{walk.Host} wants a slash at the end of its addresses, which no client of this API sends: change that in the server or its gateway.")
            : new("redirect", $"{walk.Host} redirects to {Shown(target)}, and redirects are not followed: enter the address under which it serves its API.");
    }

    /// <summary>The base under which the target is the same call; null where it is another call.</summary>
    private static string? BaseBehind(Examination walk, Uri asked, Uri to)
    {
        var call = asked.AbsolutePath[walk.Base.AbsolutePath.TrimEnd('/').Length..];
        var target = to.GetLeftPart(UriPartial.Path).TrimEnd('/');
        return target.EndsWith(call, StringComparison.Ordinal) ? target[..^call.Length] : null;
    }

    private static string Shown(string url) => url.Length <= MaxShownCharacters ? url : url[..MaxShownCharacters] + "...";
}
