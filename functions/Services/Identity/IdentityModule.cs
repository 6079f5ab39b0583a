namespace OpenWebUi.Services.Identity;

internal static class IdentityModule
{
    public static void AddIdentity(this IServiceCollection services, IdentityOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Passwords);
        services.AddSingleton<PasswordHashes>();
        services.AddSingleton<AccountCache>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<AccountDirectory>();
        services.AddSingleton<AccountObjects>();
        services.AddSingleton<AccountEnrolment>();
        services.AddSingleton<GroupStore>();
        services.AddSingleton<OutsideSignIn>();
        services.AddSingleton<GroupPermissions>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<Pictures>();
    }
}
