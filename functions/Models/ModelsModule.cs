using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Models;

/// <summary>What models there are, for the page and for Open WebUI's clients.</summary>
internal static class ModelsModule
{
    public static void AddModels(this IServiceCollection services)
    {
        services.AddSingleton<ModelListClient>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelRouter>();
        services.AddSingleton<ListModels>();
    }

    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Options];
        routes.MapMethods("/api/models", methods, (HttpContext context, ListModels list) => list.HandleAsync(context)).Requires(Gate.Relay);
        routes.MapMethods("/api/v1/models", methods, (HttpContext context, ListModels list) => list.HandleAsync(context)).Requires(Gate.Relay);
    }
}
