namespace OpenWebUi.Services.Identity;

internal enum AccountRole
{
    /// <summary>Waits until an administrator lets it in.</summary>
    Pending,
    User,
    Admin,
}

/// <summary>Roles in Open WebUI's words.</summary>
internal static class AccountRoleText
{
    public static string Text(this AccountRole role) => role switch
    {
        AccountRole.Admin => "admin",
        AccountRole.User => "user",
        _ => "pending",
    };

    /// <summary>Null for anything but the three words.</summary>
    public static AccountRole? Parse(string? text) => text switch
    {
        "admin" => AccountRole.Admin,
        "user" => AccountRole.User,
        "pending" => AccountRole.Pending,
        _ => null,
    };
}
