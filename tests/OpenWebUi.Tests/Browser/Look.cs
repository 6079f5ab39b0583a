using Microsoft.Playwright;

namespace OpenWebUi.Tests.Browser;

/// <summary>What a screen is looked at with: one of the devices that people have, a theme and a language.</summary>
/// <param name="Device"><c>desktop</c> or <c>phone</c>.</param>
/// <param name="Scheme">The theme.</param>
/// <param name="Locale">The browser's language.</param>
internal sealed record Look(string Device, ColorScheme Scheme, string Locale)
{
    public bool IsPhone => Device == "phone";

    public bool IsChinese => Locale == "zh-CN";

    /// <summary>In the names of pictures.</summary>
    public string Name => $"{Device}-{Scheme.ToString().ToLowerInvariant()}{(IsChinese ? "-zh" : "")}";

    /// <summary>A browser of its own; made anew each time, because the page's opener changes what it is given.</summary>
    public BrowserNewContextOptions Options => new()
    {
        Locale = Locale,
        ColorScheme = Scheme,
        ViewportSize = IsPhone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 800 },
        HasTouch = IsPhone,
        IsMobile = IsPhone,
        DeviceScaleFactor = IsPhone ? 2 : 1,
    };
}
