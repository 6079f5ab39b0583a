using System.Net.Sockets;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Security;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Backup;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Updates;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi;

/// <summary>Starts the site and says what it serves: mode, connections, data, address.</summary>
internal static partial class Launch
{
    /// <returns>The exit code. Never 0 for a failure: the Functions host does not restart what ended with 0.</returns>
    public static async Task<int> RunAsync(WebApplication app, SiteSettings settings, Variables variables)
    {
        try
        {
            if (await ProveStoreAsync(app, settings) is { } refusal)
            {
                await Console.Error.WriteLineAsync(refusal);
                return 1;
            }

            await app.StartAsync();
        }
        catch (StoreUnavailableException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (Exception e) when (e is IOException || e is SocketException)
        {
            await Console.Error.WriteLineAsync(e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || e is Microsoft.AspNetCore.Connections.AddressInUseException
                ? $"Port {settings.Hosting.Port} is taken by another program. Stop it, or set PORT to another one."
                : $"The listener on {settings.Hosting.Host}:{settings.Hosting.Port} could not be opened: {e.Message}");
            // Services that have begun to run beside the listener end in order; merely disposed, the host calls their end a failure.
            await app.StopAsync();
            return 1;
        }

        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("OpenWebUi");
        foreach (var (name, reason) in IgnoredVariables.Among(variables))
        {
            Log.Ignored(logger, name, reason);
        }

        if (settings.Updates.LacksRepository)
        {
            Log.Ignored(logger, UpdateOptions.Switch, $"{UpdateOptions.RepositoryVariable} names no repository to compare with");
        }

        if (settings.Hosting.UnderFunctionsHost)
        {
            Log.UnderHost(logger, ProductVersion.Text, settings.Access.Mode, settings.Connections.Configured.Count, settings.Store.Shown);
        }
        else
        {
            Console.WriteLine(Banner(app, settings));
        }

        var look = LookAtStoreAsync(app, settings, variables, logger);
        await app.WaitForShutdownAsync();
        return await look ? 0 : 1;
    }

    /// <summary>
    /// Beside the site that serves already: under the Functions host whether the store is a newer version's, and everywhere whether
    /// another one than this was meant.
    /// </summary>
    /// <returns>False when the site was stopped: it must not work on this store.</returns>
    private static async Task<bool> LookAtStoreAsync(WebApplication app, SiteSettings settings, Variables variables, ILogger logger)
    {
        var content = app.Services.GetRequiredService<StoreContent>();
        try
        {
            if (settings.Hosting.UnderFunctionsHost
                && await app.Services.GetRequiredService<StoreSchema>().ClaimAsync(app.Lifetime.ApplicationStopping) is { } refusal)
            {
                await Console.Error.WriteLineAsync(refusal);
                app.Lifetime.StopApplication();
                return false;
            }

            if (await KnownStores.WarningAsync(content, settings, variables, app.Lifetime.ApplicationStopping) is { } warning)
            {
                Log.OtherStore(logger, warning);
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // The store is away, or the site ends: whoever needs the store next says so.
            return true;
        }

        return true;
    }

    /// <summary>
    /// A laptop without libsqlite3, with a data folder that cannot be written, without its Azurite, or with a bucket that
    /// refuses the key hears it now, in one message. Under the Functions host a start touches no store: it would delay the first page after every sleep.
    /// </summary>
    /// <returns>Why the site must not work on this store, or null.</returns>
    private static async Task<string?> ProveStoreAsync(WebApplication app, SiteSettings settings)
    {
        if (!settings.Hosting.UnderFunctionsHost)
        {
            if (await app.Services.GetRequiredService<StoreSchema>().ClaimAsync(CancellationToken.None) is { } refusal)
            {
                return refusal;
            }

            await app.Services.GetRequiredService<SigningKey>().ForAsync(AccessPass.KeyPurpose, CancellationToken.None);
            if (settings.Store.Bucket is not null)
            {
                await app.Services.GetRequiredService<BlobStore>().ListAsync(BlobPrefix.All, pageSize: 1, continuation: null, CancellationToken.None);
            }
        }

        return null;
    }

    private static string Banner(WebApplication app, SiteSettings settings)
    {
        var connections = settings.Connections.Configured.Count == 0
            ? "none yet: the built-in guide answers" + (settings.Connections.FindsOllama ? ", and an Ollama on this machine is found by itself" : "")
            : string.Join(", ", settings.Connections.Configured.Select(c => c.Name));
        var access = settings.Access.Mode == AccessMode.Accounts
            ? "accounts (the first to sign up is the admin" + (settings.Access.NeedsInvitation ? "; an access code opens the sign-up)" : ")")
            : settings.Access.Mode == AccessMode.Code
            ? $"code ({settings.Access.Codes.Count} access {(settings.Access.Codes.Count == 1 ? "code" : "codes")})"
            : settings.Hosting.IsLoopbackOnly ? "open (nobody is asked; this machine only)"
            : "open: ANYBODY who reaches this address can chat. Set CODE to ask for an access code";
        var port = new Uri(app.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        var host = settings.Hosting.Host is "*" or "0.0.0.0" ? "localhost" : settings.Hosting.Host;
        return $"""

              {settings.Admin.Alone.Name} {ProductVersion.Text}
              access       {access}
              connections  {connections}
              data         {settings.Store.Shown}
              base URL     http://{host}:{port}/v1 for SDKs, http://{host}:{port}/ollama for Ollama's

              Open http://{host}:{port}

            """;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
        public static partial void OtherStore(ILogger logger, string warning);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Variable} does nothing here: {Reason}")]
        public static partial void Ignored(ILogger logger, string variable, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "OpenWebUi {Version} serves as a custom handler; access={Mode} connections={Count} data={Store}")]
        public static partial void UnderHost(ILogger logger, string version, AccessMode mode, int count, string store);
    }
}
