using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Identity;

/// <summary>Settings of accounts that only the environment has.</summary>
/// <param name="FirstAdmin"><c>WEBUI_ADMIN_EMAIL</c>, <c>_PASSWORD</c> and <c>_NAME</c>: the first account, made when somebody first asks for it. Null: the first sign-up is it.</param>
/// <param name="AllowsFirstSignUp"><c>ENABLE_INITIAL_ADMIN_SIGNUP</c>: the first account may sign up although sign-up is off. Default true, else a site with <c>ENABLE_SIGNUP=false</c> could never begin.</param>
/// <param name="Passwords">What a password must be.</param>
internal sealed record IdentityOptions(FirstAdminOptions? FirstAdmin, bool AllowsFirstSignUp, PasswordPolicy Passwords)
{
    public static IdentityOptions Read(VariableReader reader)
    {
        var policy = PasswordPolicy.Read(reader);
        return new(FirstAdminOptions.Read(reader, policy), reader.Flag("ENABLE_INITIAL_ADMIN_SIGNUP") ?? true, policy);
    }
}

/// <summary>The first account, from the environment.</summary>
internal sealed record FirstAdminOptions(string Email, string Password, string Name)
{
    public static FirstAdminOptions? Read(VariableReader reader, PasswordPolicy policy)
    {
        var (email, password) = (reader.Text("WEBUI_ADMIN_EMAIL"), reader.Text("WEBUI_ADMIN_PASSWORD"));
        if (email is null && password is null)
        {
            return null;
        }

        var address = EmailAddress.Parse(email);
        if (address is null)
        {
            reader.Fault("WEBUI_ADMIN_EMAIL", email ?? "", "an e-mail address, as WEBUI_ADMIN_PASSWORD is set");
        }

        if (password is null || policy.Fault(password) is { } fault && fault.Length > 0)
        {
            reader.Fault("WEBUI_ADMIN_PASSWORD", password ?? "", $"a password for WEBUI_ADMIN_EMAIL. {policy.Fault(password ?? "")}".TrimEnd(), secret: true);
            return null;
        }

        return address is null ? null : new(address, password, reader.Text("WEBUI_ADMIN_NAME") ?? "Admin");
    }
}
