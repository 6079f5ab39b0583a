using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Website;

/// <summary>The page: its files, and the page itself for every address that is no file and no API.</summary>
internal static class WebsiteModule
{
    public static void AddWebsite(this IServiceCollection services) => services.AddSingleton<PageFiles>();

    public static void MapWebsite(this IEndpointRouteBuilder routes)
    {
        // Unknown API addresses are not pages: a client that asks for one wants to read an error.
        routes.Map("/api/{**path}", NotFound).Requires(Gate.Public);
        // The scripts of sandboxed frames: their documents' origin is opaque, so every request of theirs is another origin's.
        routes.MapMethods("/assets/frames/{**path}", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, PageFiles files) => files.ServeAsync(context))
            .Requires(Gate.OpenFile);
        routes.MapMethods("/{**path}", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, PageFiles files) => files.ServeAsync(context))
            .Requires(Gate.Public);
    }

    private static Task NotFound(HttpContext context) =>
        ErrorWriter.WriteAsync(context, new(404, "not_found", "There is no such API address here."));
}
