using Microsoft.Extensions.Logging.Console;
using OpenWebUi.Access;
using OpenWebUi.Chats;
using OpenWebUi.Config;
using OpenWebUi.Health;
using OpenWebUi.Housekeeping;
using OpenWebUi.Models;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Relay;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Turns;
using OpenWebUi.Website;

namespace OpenWebUi;

/// <summary>The table of contents: the only file that sees every room.</summary>
internal static class Program
{
    /// <summary>How long open streams may go on after Ctrl+C or SIGTERM.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(3);

    public static async Task<int> Main()
    {
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

        await using var app = Build(settings, TimeProvider.System);
        return await Launch.RunAsync(app, settings, variables);
    }

    /// <summary>The whole site, ready to start. Tests build it with their own clock, and change what stands at the end of the wire.</summary>
    public static WebApplication Build(SiteSettings settings, TimeProvider time, Action<IServiceCollection>? change = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => Listener.Configure(kestrel, settings.Hosting));
        ConfigureLog(builder.Logging);

        var services = builder.Services;
        services.AddRoutingCore();
        services.AddSingleton(time);
        services.AddSingleton(settings.Hosting);
        services.AddSingleton(settings.Access);
        services.AddSingleton(settings.Connections);
        services.AddSingleton(settings.Page);
        services.AddSingleton<PublicRequest>();

        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);

        // Platform and services
        settings.Store.AddTo(services);
        services.AddSingleton(provider => new SigningKey(settings.Access.SecretKey, provider.GetRequiredService<RowStore>()));
        services.AddSingleton(new AccessCodes(settings.Access.Codes));
        services.AddSingleton<GuessLimiter>();
        services.AddSingleton<CodeCheck>();
        services.AddSingleton<CallerAuthentication>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton(_ => new UpstreamClient(settings.Proxy, time));
        services.AddHostedService<OllamaDiscovery>();
        services.AddSingleton(settings.Tasks);
        services.AddSingleton<CompletionClient>();
        services.AddSingleton<TitleClient>();
        services.AddConversations(settings.Runs);

        // Slices
        services.AddAccess();
        services.AddConfig();
        services.AddModels();
        services.AddRelay();
        services.AddTurns();
        services.AddChats();
        services.AddHousekeeping();
        services.AddWebsite();

        change?.Invoke(services);
        var app = builder.Build();
        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseRouting();
        app.UseMiddleware<ErrorHandler>();
        app.UseMiddleware<OriginGuard>();
        app.UseMiddleware<AccessGate>();

        app.MapHealth();
        app.MapConfig(app.Services.GetRequiredService<RenewPass>().HandleAsync);
        app.MapAccess();
        app.MapModels();
        app.MapRelay(app.Services.GetRequiredService<TurnDoor>().TryAsync);
        app.MapTurns();
        app.MapChats();
        app.MapHousekeeping();
        app.MapWebsite();
        app.UseEndpoints(_ => { });
        return app;
    }

    private static void ConfigureLog(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        // Launch says in one line why a start failed; the host would add the stack. What ends a running host is critical.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "HH:mm:ss ";
        });
    }
}
