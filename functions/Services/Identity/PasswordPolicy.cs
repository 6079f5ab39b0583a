using System.Text.RegularExpressions;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// Which passwords may be chosen. Without a rule of the site: 8 to 256 characters, whichever they are (NIST SP 800-63B revision 3, 5.1.1.2:
/// a least length, no demands on composition). With <c>ENABLE_PASSWORD_VALIDATION</c> (default false): 256 characters at most,
/// and what <c>PASSWORD_VALIDATION_REGEX_PATTERN</c> matches from its first character on, as in Open WebUI.
/// <para>For passwords that are chosen, not for those that sign in: an imported one may be older than the rule.</para>
/// </summary>
internal sealed class PasswordPolicy
{
    /// <summary>In Unicode code points, so at most 1,024 bytes of UTF-8.</summary>
    public const int MaxCharacters = 256;

    private const int UsualMinCharacters = 8;
    private const int MaxHintCharacters = 500;
    private const string PatternVariable = "PASSWORD_VALIDATION_REGEX_PATTERN";

    /// <summary>Open WebUI's, to the letter; an underscore is no symbol to it.</summary>
    private const string DefaultPattern = @"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w\s]).{8,}$";

    private const string DefaultHint = "Use at least 8 characters, among them a lower-case and an upper-case letter, a digit and a symbol such as ! or #.";

    /// <summary>Look-ahead, which the default pattern needs, rules out matching in linear time.</summary>
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(250);

    private readonly Regex? _pattern;

    private PasswordPolicy(int minCharacters, Regex? pattern, string? hint) => (MinCharacters, _pattern, Hint) = (minCharacters, pattern, hint);

    /// <summary>8; 1 where a pattern of the site's own decides.</summary>
    public int MinCharacters { get; }

    /// <summary><c>PASSWORD_VALIDATION_HINT</c>, or the words for the default pattern. Null without validation, or when the site's own pattern has no words.</summary>
    public string? Hint { get; }

    public static PasswordPolicy Read(VariableReader reader)
    {
        var hint = reader.Text("PASSWORD_VALIDATION_HINT");
        if (hint is { Length: > MaxHintCharacters })
        {
            reader.Fault("PASSWORD_VALIDATION_HINT", hint, $"at most {MaxHintCharacters} characters");
        }

        if (reader.Flag("ENABLE_PASSWORD_VALIDATION") != true)
        {
            return new(UsualMinCharacters, null, null);
        }

        return reader.Text(PatternVariable) is { } own
            ? new(1, ReadPattern(reader, own), hint)
            : new(UsualMinCharacters, MakePattern(DefaultPattern), hint ?? DefaultHint);
    }

    /// <summary>What is wrong with a password that somebody wants: a sentence that says how to do better, or null.</summary>
    public string? Fault(string password)
    {
        var characters = 0;
        foreach (var rune in password.EnumerateRunes())
        {
            characters++;
        }

        if (characters > MaxCharacters)
        {
            return $"The password is too long. Use at most {MaxCharacters} characters.";
        }

        if (!IsText(password))
        {
            return "The password has half a character in it (a lone surrogate). Type it anew.";
        }

        if (characters < MinCharacters)
        {
            return Hint ?? $"The password is too short. Use at least {MinCharacters} character{(MinCharacters == 1 ? "" : "s")}.";
        }

        return _pattern is null ? null : PatternFault(_pattern, password);
    }

    private string? PatternFault(Regex pattern, string password)
    {
        try
        {
            // The leftmost match is found first, so one at 0 is found when there is one.
            return pattern.Match(password) is { Success: true, Index: 0 }
                ? null
                : Hint ?? "The password does not follow the rule of this site. Ask its admin for the rule.";
        }
        catch (RegexMatchTimeoutException)
        {
            return "The password could not be checked in time. Choose another one; if that does not help, tell the admin of this site that its password pattern takes too long.";
        }
    }

    private static Regex? ReadPattern(VariableReader reader, string pattern)
    {
        try
        {
            return MakePattern(pattern);
        }
        catch (ArgumentException)
        {
            reader.Fault(PatternVariable, pattern, "a regular expression of .NET, such as ^(?=.*[A-Z])(?=.*[0-9]).{12,}$");
            return null;
        }
    }

    private static Regex MakePattern(string pattern) => new(pattern, RegexOptions.CultureInvariant, MatchTimeout);

    private static bool IsText(string password)
    {
        for (var i = 0; i < password.Length; i++)
        {
            if (!char.IsSurrogate(password[i]))
            {
                continue;
            }

            if (!char.IsSurrogatePair(password, i))
            {
                return false;
            }

            i++;
        }

        return true;
    }
}
