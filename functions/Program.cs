using OpenWebUi.Access;
using OpenWebUi.Auth;
using OpenWebUi.Backup;
using OpenWebUi.Chats;
using OpenWebUi.Config;
using OpenWebUi.Connections;
using OpenWebUi.Files;
using OpenWebUi.Folders;
using OpenWebUi.Groups;
using OpenWebUi.Health;
using OpenWebUi.Housekeeping;
using OpenWebUi.Models;
using OpenWebUi.OAuth;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Prompts;
using OpenWebUi.Realtime;
using OpenWebUi.Relay;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Backup;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Ldap;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Services.Realtime;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Updates;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Services.Usage;
using OpenWebUi.Settings;
using OpenWebUi.Turns;
using OpenWebUi.Updates;
using OpenWebUi.Users;
using OpenWebUi.Website;

namespace OpenWebUi;

/// <summary>The table of contents: the only file that sees every room.</summary>
internal static class Program
{
    /// <summary>How long open streams may go on after Ctrl+C or SIGTERM.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(3);

    public static async Task<int> Main(string[] arguments)
    {
        // Before the configuration is read: it is asked where something is wrong with that.
        if (Verbs.Say(arguments) is { } text)
        {
            Console.WriteLine(text);
            return 0;
        }

        InlineSockets.UseEveryProcessor();
        // The console's own writer passes everything on in pieces of 256 characters.
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), bufferSize: 64 * 1024) { AutoFlush = true });
        var underHost = HostingOptions.RunsUnderFunctionsHost(Variables.OfProcess(folder: null, new FaultList()));
        var faults = new FaultList();
        var variables = Variables.OfProcess(underHost ? null : Directory.GetCurrentDirectory(), faults);
        var settings = SiteSettings.Read(variables, faults);
        if (faults.All.Count > 0)
        {
            await Console.Error.WriteLineAsync(faults.ToString());
            if (!underHost)
            {
                return 1;
            }

            await using var faultSite = FaultSite.Build(settings.Hosting.Port, faults);
            await faultSite.RunAsync();
            return 1;
        }

        if (await Verbs.RunAsync(arguments, () => Build(settings, TimeProvider.System)) is { } exitCode)
        {
            return exitCode;
        }

        await using var app = Build(settings, TimeProvider.System);
        return await Launch.RunAsync(app, settings, variables);
    }

    /// <summary>The whole site, ready to start. Tests build it with their own clock, and change what stands at the end of the wire.</summary>
    public static WebApplication Build(SiteSettings settings, TimeProvider time, Action<IServiceCollection>? change = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        InlineSockets.PreferForCallers(builder.WebHost);
        builder.WebHost.ConfigureKestrel(kestrel => Listener.Configure(kestrel, settings.Hosting));
        ConfigureLog(builder.Logging, time);

        var services = builder.Services;
        services.AddRoutingCore();
        services.AddSingleton(time);
        services.AddSingleton(settings);
        services.AddSingleton(settings.Hosting);
        services.AddSingleton(settings.Access);
        services.AddSingleton(settings.Connections);
        services.AddSingleton(settings.Models);
        services.AddSingleton(settings.Admin);
        services.AddSingleton<PublicRequest>();

        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        // Platform and services
        settings.Store.AddTo(services);
        services.AddSingleton(settings.Backup);
        services.AddSingleton<StoreSchema>();
        services.AddSingleton<StoreContent>();
        services.AddSingleton(provider => new SigningKey(
            settings.Access.SecretKey, settings.Access.PreviousSecretKeys, provider.GetRequiredService<RowStore>(), time));
        services.AddSingleton<AdminSettingsStore>();
        services.AddSingleton(new AccessCodes(settings.Access.Codes, settings.Access.AdminCodes));
        services.AddRealtimeNews(settings.Realtime, settings.Proxy);
        services.AddSingleton<AttemptLimiter>();
        services.AddSingleton<AttemptSweep>();
        services.AddSingleton<CodeCheck>();
        services.AddSingleton<Passes>();
        services.AddIdentity(settings.Identity);
        services.AddSingleton<TrustedIdentity>();
        services.AddSingleton<AccountAuthentication>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<WorkspaceRights>();
        services.AddSingleton<KnownDevice>();
        services.AddSingleton<KnownHosts>();
        services.AddSingleton(new SignInWays(
            [.. settings.SignIn.Providers.Select(provider => (provider.Id, provider.Name))], settings.Ldap?.Label, settings.Access.Trusted is not null));
        services.AddSingleton(settings.SignIn);
        services.AddSingleton(provider => new SignInClient(settings.SignIn, settings.Proxy, time, provider.GetRequiredService<ILogger<SignInClient>>()));
        if (settings.Ldap is { } ldap)
        {
            services.AddSingleton(ldap);
            services.AddSingleton<LdapDirectory>();
        }

        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton<ConnectionStore>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton(_ => new AzureIdentity(() => AzureIdentity.Of(settings.Hosting.InAzure, settings.Connections.IdentityClientId), time));
        services.AddSingleton(provider => new UpstreamClient(settings.Proxy, provider.GetRequiredService<AzureIdentity>(), time));
        services.AddSingleton(provider => new ConnectionDoctor(
            settings.Doctor, settings.Proxy, time, System.Net.Dns.GetHostAddressesAsync, provider.GetRequiredService<AzureIdentity>().TokenAsync));
        services.AddSingleton<ConnectionHealth>();
        services.AddSingleton<UpstreamDispatcher>();
        services.AddSingleton<UsageMeter>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageMeter>());
        services.AddSingleton<UsageSweep>();
        services.AddHostedService<OllamaDiscovery>();
        services.AddSingleton(settings.Updates);
        services.AddSingleton(provider => new UpdateCheck(
            provider.GetRequiredService<UpdateOptions>(), settings.Proxy, time, provider.GetRequiredService<ILogger<UpdateCheck>>()));
        services.AddSingleton(settings.Tasks);
        services.AddSingleton<CompletionClient>();
        services.AddSingleton<TitleClient>();
        services.AddConversations(settings.Runs, settings.Files, settings.Folders);

        // Slices
        services.AddAccess();
        services.AddAuth();
        services.AddUsers();
        services.AddGroups();
        services.AddOAuth();
        services.AddConfig();
        services.AddModels();
        services.AddPrompts();
        services.AddProviderConnections();
        services.AddRelay();
        services.AddTurns();
        services.AddChats();
        services.AddFiles();
        services.AddFolders();
        services.AddRealtime();
        services.AddHousekeeping();
        services.AddSettings();
        services.AddBackup();
        services.AddWebsite();

        change?.Invoke(services);
        var app = builder.Build();
        if (settings.Hosting.UnderFunctionsHost)
        {
            app.UseMiddleware<RequestLimit>();
        }

        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseRouting();
        app.UseMiddleware<InlineRequests>();
        app.UseMiddleware<ErrorHandler>();
        app.UseMiddleware<OriginGuard>();
        app.UseMiddleware<AccessGate>();

        app.MapHealth();
        app.MapUpdates();
        app.MapConfig(app.Services.GetRequiredService<RenewPass>().HandleAsync);
        app.MapAccess();
        app.MapAuth();
        app.MapUsers();
        app.MapGroups();
        app.MapOAuth();
        app.MapModels();
        app.MapPrompts();
        app.MapProviderConnections();
        app.MapRelay(app.Services.GetRequiredService<TurnDoor>().TryAsync);
        app.MapTurns();
        app.MapChats();
        app.MapFiles();
        app.MapFolders();
        app.MapRealtime();
        app.MapHousekeeping();
        app.MapSettings();
        app.MapBackup();
        app.MapWebsite();
        app.UseEndpoints(_ => { });
        return app;
    }

    private static void ConfigureLog(ILoggingBuilder logging, TimeProvider time)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // It logs nothing at Warning and above; switched on at all it makes an activity for every request, which nobody reads.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Launch says in one line why a start failed; the host would add the stack. What ends a running host is critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.Services.AddSingleton<ILoggerProvider>(_ => new LineLog(Console.Out, time));
    }
}
