using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Platform.Hosting;

/// <summary>
/// The site of an app whose configuration is wrong, under the Functions host: there an exit is a mute restart loop, so every
/// request is answered 503 with the faults. Secrets are masked in them, and values of the environment are shown only as far as the fault shows them.
/// </summary>
internal static class FaultSite
{
    public static WebApplication Build(int port, FaultList faults)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/plain; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(faults + "\nChange these application settings; the app starts again by itself.\n");
        });
        return app;
    }
}
