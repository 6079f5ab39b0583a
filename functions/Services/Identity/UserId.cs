using System.Diagnostics.CodeAnalysis;

namespace OpenWebUi.Services.Identity;

/// <summary>Which account: a random UUID.</summary>
/// <param name="Text">32 hexadecimal digits in lower case with hyphens (RFC 9562).</param>
internal readonly record struct UserId(string Text)
{
    /// <summary>The account as the owner of what it stores.</summary>
    public string Owner => "u-" + Text;

    public static UserId New() => new(Guid.NewGuid().ToString("D"));

    public static bool TryParse([NotNullWhen(true)] string? text, out UserId id)
    {
        var isId = Guid.TryParseExact(text, "D", out var guid);
        id = isId ? new(guid.ToString("D")) : default;
        return isId;
    }

    public override string ToString() => Text;
}
