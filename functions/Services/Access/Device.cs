namespace OpenWebUi.Services.Access;

/// <summary>What a browser says it is, in few words, so that a person knows the session again: "Firefox on Linux".</summary>
internal static class Device
{
    private const int MaxCharacters = 40;

    // In this order: every Edge also says Chrome, every Chrome also says Safari.
    private static readonly (string Token, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Token, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <returns>At most 40 characters of printable ASCII; empty when the caller says nothing.</returns>
    public static string Of(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        if (Find(Browsers, agent) is { } browser)
        {
            return Find(Systems, agent) is { } system ? $"{browser} on {system}" : browser;
        }

        // "curl/8.5.0", "python-requests/2.32": the first word says it.
        var first = new string([.. agent.Split(' ', '(')[0].Where(c => c is > ' ' and <= '~').Take(MaxCharacters)]);
        return first;
    }

    private static string? Find((string Token, string Name)[] among, string agent) =>
        among.FirstOrDefault(entry => agent.Contains(entry.Token, StringComparison.Ordinal)).Name;
}
