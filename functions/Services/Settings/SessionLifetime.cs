using System.Buffers;
using System.Globalization;

namespace OpenWebUi.Services.Settings;

/// <summary>
/// The grammar of <c>JWT_EXPIRES_IN</c>: <c>-1</c> or <c>0</c> is never; else numbers with a unit (ms, s, m, h, d, w), which add
/// up: <c>1h30m</c>.
/// </summary>
internal static class SessionLifetime
{
    public const string Expected = "-1 (never), or numbers with the units ms, s, m, h, d, w such as 4w or 1h30m, from 1 second to 10 years in all";

    private const int MaxCharacters = 60;

    /// <summary>A token's times are whole seconds: less would be over before it is sent.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Most = TimeSpan.FromDays(3660);

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    // "ms" before "m": the first that fits is taken.
    private static readonly (string Unit, decimal Milliseconds)[] Units =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];

    /// <summary>False where it is no lifetime. Null says never.</summary>
    public static bool TryParse(string text, out TimeSpan? lifetime)
    {
        lifetime = null;
        if (text is "-1" or "0")
        {
            return true;
        }

        var sum = 0m;
        var rest = text.AsSpan();
        if (rest.Length is 0 or > MaxCharacters)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAnyExcept(NumberCharacters);
            if (length <= 0 || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[length..];
            var unit = UnitAt(rest);
            if (unit.Unit is null || number > (decimal)Most.TotalMilliseconds)
            {
                return false;
            }

            sum += number * unit.Milliseconds;
            rest = rest[unit.Unit.Length..];
        }

        if (sum < (decimal)Least.TotalMilliseconds || sum > (decimal)Most.TotalMilliseconds)
        {
            return false;
        }

        lifetime = TimeSpan.FromMilliseconds((double)sum);
        return true;
    }

    private static (string? Unit, decimal Milliseconds) UnitAt(ReadOnlySpan<char> text)
    {
        foreach (var unit in Units)
        {
            if (text.StartsWith(unit.Unit, StringComparison.Ordinal))
            {
                return unit;
            }
        }

        return default;
    }
}
