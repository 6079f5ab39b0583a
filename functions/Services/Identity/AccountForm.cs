using System.Globalization;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Identity;

/// <summary>The fields of forms about accounts, and what they are refused with.</summary>
internal static class AccountForm
{
    public const int MaxNameCharacters = 100;

    /// <summary>More than any rule lets through; what is longer is not even looked at.</summary>
    public const int MaxPasswordCharacters = 1_024;

    public static readonly ErrorReport EmailTaken = new(400, "email_taken", "There is an account with this e-mail address already. Sign in with it.", "email");

    public static readonly ErrorReport Busy = new(503, "busy", "Too many people are signing in at this moment. Try again in a second.", RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>No control characters, and nothing that turns the text around it: a name stands beside other people's.</summary>
    public static string Name(JsonForm form)
    {
        var name = form.Text("name", MaxNameCharacters).Trim();
        return name.Any(c => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')) || name.All(c => char.GetUnicodeCategory(c) == UnicodeCategory.Format)
            ? throw new RefusedException("name", "'name' has characters that cannot be seen.")
            : name;
    }

    public static string Email(JsonForm form) => EmailAddress.Parse(form.Text("email", EmailAddress.MaxCharacters))
        ?? throw new RefusedException(new(400, "invalid_email", "This is not an e-mail address.", "email"));

    /// <summary>A password that somebody chooses.</summary>
    public static string NewPassword(JsonForm form, PasswordPolicy policy, string field = "password")
    {
        var password = form.Text(field, MaxPasswordCharacters, mayBeEmpty: true);
        return policy.Fault(password) is { } fault ? throw new RefusedException(new(400, "invalid_password", fault, field)) : password;
    }
}
