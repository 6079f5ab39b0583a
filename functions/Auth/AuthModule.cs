using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Auth;

/// <summary>Signing up, in and out, and one's own account: Open WebUI's <c>/api/v1/auths</c>. The wire form is in <c>docs/accounts.md</c>.</summary>
internal static class AuthModule
{
    private const int MaxBodyBytes = 16 * 1024;

    /// <summary>A picture comes with the profile.</summary>
    private const int MaxProfileBytes = 128 * 1024;

    public static void AddAuth(this IServiceCollection services)
    {
        services.AddSingleton<SessionStart>();
        services.AddSingleton<SignUp>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<LdapSignIn>();
        services.AddSingleton<SignOut>();
        services.AddSingleton<OwnSession>();
        services.AddSingleton<SessionList>();
        services.AddSingleton<UpdateProfile>();
        services.AddSingleton<UpdatePassword>();
        services.AddSingleton<OwnApiKeys>();
        services.AddSingleton<SingleApiKey>();
        services.AddSingleton<AdminDetails>();
        services.AddSingleton<AddUser>();
    }

    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/auths").WithMetadata(new BodyLimit(MaxBodyBytes));

        group.MapPost("/signup", (HttpContext context, SignUp use) => use.HandleAsync(context)).Requires(Gate.Public);
        group.MapPost("/signin", (HttpContext context, SignIn use) => use.HandleAsync(context)).Requires(Gate.Public);
        group.MapPost("/ldap", (HttpContext context, LdapSignIn use) => use.HandleAsync(context)).Requires(Gate.Public);
        group.MapMethods("/signout", ["GET", "POST"], (HttpContext context, SignOut use) => use.HandleAsync(context)).Requires(Gate.Public);

        // Also the local account of open mode and an administrator by code have a session object.
        group.MapGet("/", (HttpContext context, OwnSession use) => use.HandleAsync(context)).Requires(new Gate(Standing.Pending));
        group.MapPost("/signout/all", (HttpContext context, SignOut use) => use.HandleAllAsync(context)).Requires(Gate.OwnAccount);
        group.MapGet("/sessions", (HttpContext context, SessionList use) => use.ListAsync(context)).Requires(Gate.OwnAccount);
        group.MapDelete("/sessions/{id}", (HttpContext context, string id, SessionList use) => use.EndAsync(context, id)).Requires(Gate.OwnAccount);
        group.MapPost("/update/password", (HttpContext context, UpdatePassword use) => use.HandleAsync(context)).Requires(Gate.OwnAccount);
        group.MapGet("/admin/details", (HttpContext context, AdminDetails use) => use.HandleAsync(context)).Requires(Gate.OwnAccount);

        group.MapPost("/update/profile", (HttpContext context, UpdateProfile use) => use.HandleAsync(context)).Requires(Gate.Account).WithMetadata(new BodyLimit(MaxProfileBytes));
        group.MapGet("/api_keys", (HttpContext context, OwnApiKeys use) => use.ListAsync(context)).Requires(Gate.Account);
        group.MapPost("/api_keys", (HttpContext context, OwnApiKeys use) => use.CreateAsync(context)).Requires(Gate.Account);
        group.MapDelete("/api_keys/{id}", (HttpContext context, string id, OwnApiKeys use) => use.RevokeAsync(context, id)).Requires(Gate.Account);
        group.MapPost("/api_key", (HttpContext context, SingleApiKey use) => use.ReplaceAsync(context)).Requires(Gate.Account);
        group.MapGet("/api_key", (HttpContext context, SingleApiKey use) => use.ShowAsync(context)).Requires(Gate.Account);
        group.MapDelete("/api_key", (HttpContext context, SingleApiKey use) => use.RevokeAsync(context)).Requires(Gate.Account);

        group.MapPost("/add", (HttpContext context, AddUser use) => use.HandleAsync(context)).Requires(Gate.Admin);
    }
}
