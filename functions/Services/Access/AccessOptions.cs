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
}

/// <summary>Settings of the gate.</summary>
/// <param name="Mode"><see cref="AccessMode.Code"/> when <c>CODE</c> holds a code, else <see cref="AccessMode.Open"/>.</param>
/// <param name="Codes"><c>CODE</c>: codes with commas between them.</param>
/// <param name="HidesUserApiKey"><c>HIDE_USER_API_KEY</c>: callers may not bring their own provider key. Default false.</param>
/// <param name="PublicHost">Host of <c>WEBUI_URL</c>: the name under which people reach the site. In open mode a request for any other name than this, loopback names and the platform's own is refused (DNS rebinding).</param>
/// <param name="PlatformHost"><c>WEBSITE_HOSTNAME</c>, set by Azure.</param>
/// <param name="AllowedOrigins"><c>CORS_ALLOW_ORIGIN</c>: origins with semicolons between them, or <c>*</c>. Null when not set: then relay routes answer every origin in code mode, and no route answers any in open mode.</param>
/// <param name="SecretKey"><c>WEBUI_SECRET_KEY</c>; null makes one and keeps it in the store.</param>
internal sealed record AccessOptions(
    AccessMode Mode,
    IReadOnlyList<string> Codes,
    bool HidesUserApiKey,
    string? PublicHost,
    string? PlatformHost,
    IReadOnlyList<string>? AllowedOrigins,
    string? SecretKey)
{
    /// <summary>How long a pass lasts. As long as Open WebUI's sessions (4 weeks).</summary>
    public static readonly TimeSpan PassLifetime = TimeSpan.FromDays(28);

    private const int MaxCodeCharacters = 256;

    public static AccessOptions Read(VariableReader reader, HostingOptions hosting)
    {
        var codes = (reader.Text("CODE") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (reader.Text("CODE") is { } held && codes.Length == 0)
        {
            reader.Fault("CODE", held, "codes with commas between them", secret: true);
        }

        foreach (var code in codes.Where(code => code.Length > MaxCodeCharacters))
        {
            reader.Fault("CODE", code, $"codes of at most {MaxCodeCharacters} characters", secret: true);
        }

        if (reader.Flag("WEBUI_AUTH") == true)
        {
            reader.Fault("WEBUI_AUTH", "true", "false or nothing: accounts are not part of this version yet. Set CODE to protect the site with access codes");
        }

        var secret = reader.Text("WEBUI_SECRET_KEY", "WEBUI_JWT_SECRET_KEY", secret: true);
        if (secret is { Length: < 16 })
        {
            reader.Fault("WEBUI_SECRET_KEY", secret, "at least 16 random characters", secret: true);
        }

        return new(
            codes.Length > 0 ? AccessMode.Code : AccessMode.Open,
            codes,
            reader.Flag("HIDE_USER_API_KEY") ?? false,
            ReadPublicHost(reader),
            reader.Text("WEBSITE_HOSTNAME"),
            ReadOrigins(reader),
            secret);
    }

    private static string? ReadPublicHost(VariableReader reader)
    {
        if (reader.Text("WEBUI_URL") is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url!.Host;
        }

        reader.Fault("WEBUI_URL", text, "the public address of the site, such as https://chat.example.com");
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
