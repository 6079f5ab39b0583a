using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;

namespace OpenWebUi.Services.Access;

/// <summary>How people get in.</summary>
internal enum AccessMode
{
    /// <summary>Nobody is asked: one person's site. Everybody is the single local account.</summary>
    Open,

    /// <summary><c>CODE</c> is set: a code opens the site for a browser, or a request.</summary>
    Code,

    /// <summary>People have accounts. With <c>CODE</c> a code is the invitation that opens sign-up and a first sign-in.</summary>
    Accounts,
}

/// <summary>Settings of the gate.</summary>
/// <param name="Mode">By <c>WEBUI_AUTH</c>, <c>CODE</c>, and whether a way to sign in is configured: see <see cref="ModeOf"/>.</param>
/// <param name="Codes"><c>CODE</c>: codes with commas between them.</param>
/// <param name="AdminCodes"><c>ADMIN_CODE</c>, in code mode: opens the administrator's pages as well. Same grammar.</param>
/// <param name="HidesUserApiKey"><c>HIDE_USER_API_KEY</c>: callers may not bring their own provider key. Default false.</param>
/// <param name="PublicHost">Host of <c>WEBUI_URL</c>: the name under which people reach the site. In open mode a request for any other name than this, loopback names and the platform's own is refused (DNS rebinding).</param>
/// <param name="PublicUrl"><c>WEBUI_URL</c> without a slash at its end; null: the address that a caller used.</param>
/// <param name="PlatformHost"><c>WEBSITE_HOSTNAME</c>, set by Azure.</param>
/// <param name="AllowedOrigins"><c>CORS_ALLOW_ORIGIN</c>: origins with semicolons between them, or <c>*</c>. Null when not set: then relay routes answer every origin in code mode, and no route answers any in open mode.</param>
/// <param name="SecretKey"><c>WEBUI_SECRET_KEY</c>; null makes one and keeps it in the store.</param>
/// <param name="PreviousSecretKeys"><c>WEBUI_SECRET_KEY_PREVIOUS</c>: secrets with semicolons between them that sign nothing new, but whose sessions and passes still count.</param>
/// <param name="SignOutUrl"><c>WEBUI_AUTH_SIGNOUT_REDIRECT_URL</c>: where the page goes after a sign-out. Null: to the sign-in; with App Service Authentication its own sign-out.</param>
/// <param name="Trusted">Who says, for every request, whose it is; null: nobody.</param>
/// <param name="Cookie">How the session cookie is set.</param>
internal sealed record AccessOptions(
    AccessMode Mode,
    IReadOnlyList<string> Codes,
    IReadOnlyList<string> AdminCodes,
    bool HidesUserApiKey,
    string? PublicHost,
    string? PublicUrl,
    string? PlatformHost,
    IReadOnlyList<string>? AllowedOrigins,
    string? SecretKey,
    IReadOnlyList<string> PreviousSecretKeys,
    SessionCookieOptions Cookie,
    TrustedIdentityOptions? Trusted,
    string? SignOutUrl)
{
    /// <summary>How long a pass lasts. As long as Open WebUI's sessions (4 weeks).</summary>
    public static readonly TimeSpan PassLifetime = TimeSpan.FromDays(28);

    private const int MaxCodeCharacters = 256;
    private const int MinSecretCharacters = 16;

    /// <summary>Any of these means that somebody configured a way to sign in.</summary>
    private static readonly string[] ProviderVariables =
        ["GOOGLE_CLIENT_ID", "MICROSOFT_CLIENT_ID", "GITHUB_CLIENT_ID", "OAUTH_CLIENT_ID", "OAUTH_PROVIDERS", "WEBUI_AUTH_TRUSTED_EMAIL_HEADER"];

    /// <summary>People reach the site by https, whatever the last hop to us speaks.</summary>
    public bool IsPublicHttps => PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Accounts are made, and a code has to be shown first.</summary>
    public bool NeedsInvitation => Mode == AccessMode.Accounts && Codes.Count > 0;

    public static AccessOptions Read(VariableReader reader, HostingOptions hosting)
    {
        var codes = ReadCodes(reader, "CODE");
        var mode = ModeOf(reader, codes.Length > 0);
        var adminCodes = ReadCodes(reader, "ADMIN_CODE");
        if (adminCodes.Length > 0 && mode != AccessMode.Code)
        {
            reader.Fault("ADMIN_CODE", adminCodes[0], "nothing, unless CODE is set and people have no accounts: administrators sign in with theirs", secret: true);
        }

        var secret = reader.Text("WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY", secret: true);
        var previous = reader.List("WEBUI_SECRET_KEY_PREVIOUS", secret: true) ?? [];
        CheckSecret(reader, "WEBUI_SECRET_KEY", secret);
        foreach (var one in previous)
        {
            CheckSecret(reader, "WEBUI_SECRET_KEY_PREVIOUS", one);
        }

        var url = ReadPublicUrl(reader);
        var trusted = mode == AccessMode.Accounts ? TrustedIdentityOptions.Read(reader, hosting) : null;
        return new(
            mode,
            codes,
            adminCodes,
            reader.Flag("HIDE_USER_API_KEY") ?? false,
            url?.Host,
            url?.GetLeftPart(UriPartial.Path).TrimEnd('/'),
            reader.Text("WEBSITE_HOSTNAME"),
            ReadOrigins(reader),
            secret,
            previous,
            SessionCookieOptions.Read(reader),
            trusted,
            ReadSignOutUrl(reader) ?? (trusted is { IsPlatform: true } ? "/.auth/logout" : null));
    }

    /// <summary>Accounts, unless <c>WEBUI_AUTH</c> is false, or a code alone was asked for.</summary>
    private static AccessMode ModeOf(VariableReader reader, bool hasCodes)
    {
        var hasProvider = reader.Flag("ENABLE_LDAP") == true || reader.Flag("WEBSITE_AUTH_ENABLED") == true
            || ProviderVariables.Any(name => reader.Text(name) is not null);
        return reader.Flag("WEBUI_AUTH") switch
        {
            true => AccessMode.Accounts,
            false => hasCodes ? AccessMode.Code : AccessMode.Open,
            null => hasCodes && !hasProvider ? AccessMode.Code : AccessMode.Accounts,
        };
    }

    private static string[] ReadCodes(VariableReader reader, string variable)
    {
        var codes = (reader.Text(variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (reader.Text(variable) is { } held && codes.Length == 0)
        {
            reader.Fault(variable, held, "codes with commas between them", secret: true);
        }

        foreach (var code in codes.Where(code => code.Length > MaxCodeCharacters))
        {
            reader.Fault(variable, code, $"codes of at most {MaxCodeCharacters} characters", secret: true);
        }

        return codes;
    }

    private static void CheckSecret(VariableReader reader, string variable, string? secret)
    {
        if (secret is { Length: < MinSecretCharacters })
        {
            reader.Fault(variable, secret, $"at least {MinSecretCharacters} random characters", secret: true);
        }
    }

    private static Uri? ReadPublicUrl(VariableReader reader)
    {
        if (reader.Text("WEBUI_URL") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        reader.Fault("WEBUI_URL", text, "the public address of the site, such as https://chat.example.com");
        return null;
    }

    private static string? ReadSignOutUrl(VariableReader reader)
    {
        const string variable = "WEBUI_AUTH_SIGNOUT_REDIRECT_URL";
        if (reader.Text(variable) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url!.AbsoluteUri;
        }

        reader.Fault(variable, text, "an address such as https://example.com/bye");
        return null;
    }

    private static List<string>? ReadOrigins(VariableReader reader)
    {
        const string variable = "CORS_ALLOW_ORIGIN";
        if (reader.List(variable) is not { } entries)
        {
            return null;
        }

        var origins = new List<string>();
        foreach (var entry in entries.Where(entry => entry.Length > 0))
        {
            if (entry == "*")
            {
                origins.Add(entry);
            }
            else if (Uri.TryCreate(entry, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri!.PathAndQuery == "/")
            {
                origins.Add(uri.GetLeftPart(UriPartial.Authority));
            }
            else
            {
                reader.Fault(variable, entry, "origins such as https://app.example.com with semicolons between them, or *");
            }
        }

        return origins;
    }
}
