using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>The step <c>url</c>: what can be said of a base URL without asking anybody. Nothing of a text that may be a key is repeated.</summary>
internal static class UrlCheck
{
    private const int ShortestKey = 20;

    private static readonly string[] AzureHosts = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".openai.azure.us"];

    /// <returns>How the step ended, and the connection with its base as calls use it; null after a failure.</returns>
    public static (StepOutcome Outcome, Connection? Connection) Look(Connection typed)
    {
        var text = typed.BaseUrl.Trim();
        if (Fault(text, typed.Kind) is { } fault)
        {
            return (StepOutcome.Failed("not used", fault), null);
        }

        if (BaseUrl.Of(typed.Kind, text) is not { } baseUrl)
        {
            return (StepOutcome.Failed("not used", NoUrl), null);
        }

        var connection = typed with { BaseUrl = baseUrl };
        var url = new Uri(baseUrl);
        if (AddressGuard.Refuses(url))
        {
            return (StepOutcome.Failed("not used", Metadata(url.Host)), null);
        }

        return WrongKind(url, typed.Kind) is { } wrong
            ? (StepOutcome.Failed($"kind {ConnectionWords.Of(typed.Kind)} at {url.Host}", wrong), null)
            : (StepOutcome.Ok($"calls go to {url.GetLeftPart(UriPartial.Authority)}{url.AbsolutePath.TrimEnd('/')}"), connection);
    }

    public static bool IsAzure(Uri url) => AzureHosts.Any(end => url.Host.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    public static Finding Metadata(string host) => new("metadata_address",
        $"{host} is where a cloud keeps its machines' secrets and is never asked: enter the address of the provider.");

    private static Finding NoUrl => new("url_invalid",
        "The base URL is no http or https address: enter one such as https://api.openai.com/v1 or http://192.168.1.20:11434.");

    private static Finding? Fault(string text, ConnectionKind kind)
    {
        if (text.Length == 0)
        {
            return new("url_missing", "There is no base URL: enter the provider's, such as https://api.openai.com/v1.");
        }

        if (IsKey(text))
        {
            return new("key_as_url", "The base URL looks like a key: put it into the field for keys, and the provider's address here.");
        }

        if (text.IndexOf("://", StringComparison.Ordinal) is var first && first >= 0 && text.IndexOf("://", first + 3, StringComparison.Ordinal) is var second && second >= 0 && second < first + 10)
        {
            return Finding.WithFix("url_invalid", "The base URL has its scheme twice: remove one.", ("base_url", text[(first + 3)..]));
        }

        var whole = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        if (!Uri.TryCreate(whole, UriKind.Absolute, out var url) || text.Any(char.IsWhiteSpace))
        {
            return NoUrl;
        }

        if (url.Scheme is not ("http" or "https"))
        {
            return new("url_scheme", $"The base URL begins with {Shortened(url.Scheme)}://, but providers are called by http:// or https://: change it.");
        }

        if (url.UserInfo.Length > 0)
        {
            return Finding.WithFix("url_password", "The base URL holds a user name or password: remove it, and add a header Authorization in its place.",
                ("base_url", new UriBuilder(url) { UserName = "", Password = "", Query = "", Fragment = "" }.Uri.AbsoluteUri.TrimEnd('/')));
        }

        if (IsAzure(url) && kind == ConnectionKind.OpenAi && !url.AbsolutePath.StartsWith("/openai/v1", StringComparison.OrdinalIgnoreCase))
        {
            return AzureAsOpenAi(url);
        }

        return (url.Query.Length > 0 && kind != ConnectionKind.AzureOpenAi) || url.Fragment.Length > 0
            ? Finding.WithFix("url_query", "The base URL has a query or fragment behind it, which calls cannot keep: remove everything from the ? or # on.", ("base_url", url.GetLeftPart(UriPartial.Path)))
            : null;
    }

    private static Finding AzureAsOpenAi(Uri url)
    {
        const string Name = "api-version=";
        var start = url.Query.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        var version = start < 0 ? null : url.Query[(start + Name.Length)..].Split('&')[0];
        (string, string?)[] fix = [("kind", "azure"), ("base_url", url.GetLeftPart(UriPartial.Authority))];
        return Finding.WithFix("wrong_kind", "This is an Azure resource, whose addresses and keys work in their own way: choose the kind azure.",
            string.IsNullOrEmpty(version) ? fix : [.. fix, ("api_version", version)]);
    }

    /// <summary>Where the host alone tells what is spoken there.</summary>
    private static Finding? WrongKind(Uri url, ConnectionKind kind)
    {
        var root = url.GetLeftPart(UriPartial.Authority);
        return url.Host.ToLowerInvariant() switch
        {
            "api.anthropic.com" when kind != ConnectionKind.Anthropic =>
                Finding.WithFix("wrong_kind", "This is Anthropic's API, which is not OpenAI's: choose the kind anthropic.", ("kind", "anthropic"), ("base_url", root)),
            "api.openai.com" when kind != ConnectionKind.OpenAi =>
                Finding.WithFix("wrong_kind", "This is OpenAI's API: choose the kind openai.", ("kind", "openai"), ("base_url", root + "/v1")),
            _ when IsAzure(url) && kind is ConnectionKind.Ollama =>
                Finding.WithFix("wrong_kind", "This is an Azure resource: choose the kind azure.", ("kind", "azure"), ("base_url", root)),
            _ => null,
        };
    }

    /// <summary>One word without a host's dots and slashes that begins as keys do, or is as long and mixed as they are.</summary>
    private static bool IsKey(string text) =>
        text.StartsWith("sk-", StringComparison.Ordinal) || text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        || (text.Length >= ShortestKey && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && text.Any(char.IsAsciiDigit));

    private static string Shortened(string text) => text.Length <= 20 ? text : text[..20];
}
