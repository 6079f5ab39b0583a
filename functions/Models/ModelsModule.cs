using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary>What models there are, for the page and for Open WebUI's clients, what an administrator changes of them, and presets (docs/connections.md, "Models").</summary>
internal static class ModelsModule
{
    /// <summary>A form at its longest, and as much again for what is not kept of it.</summary>
    private const long MaxBodyBytes = 256 * 1024;

    public static void AddModels(this IServiceCollection services)
    {
        services.AddSingleton<ModelListClient>();
        services.AddSingleton<ModelLists>();
        services.AddSingleton<ModelSettingsStore>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<ModelRouter>();
        services.AddSingleton<ListModels>();
        services.AddSingleton<BaseModels>();
        services.AddSingleton<ReadChangedModels>();
        services.AddSingleton<ChangePreset>();
        services.AddSingleton<ChangeModel>();
    }

    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Options];
        routes.MapMethods("/api/models", methods, (HttpContext context, ListModels list) => list.HandleAsync(context)).Requires(Gate.Relay);
        routes.MapMethods("/api/v1/models", methods, (HttpContext context, ListModels list) => list.HandleAsync(context)).Requires(Gate.Relay);

        routes.MapGet("/api/models/base", (HttpContext context, BaseModels all) => all.HandleAsync(context)).Requires(Gate.Admin);
        routes.MapGet("/api/v1/models/base", (HttpContext context, BaseModels all) => all.HandleAsync(context)).Requires(Gate.Admin);

        // A person's own presets, and what an administrator changes of all the others: who may what is asked where it is known which it is.
        var own = routes.MapGroup("/api/v1/models").Requires(Gate.Stored).WithMetadata(new BodyLimit(MaxBodyBytes));
        own.MapGet("/list", (HttpContext context, ReadChangedModels changed) => changed.ListAsync(context));
        own.MapGet("/model", (HttpContext context, ReadChangedModels changed) => changed.GetAsync(context));
        own.MapPost("/create", (HttpContext context, ChangeModel change) => change.CreateAsync(context));
        own.MapPost("/model/update", (HttpContext context, ChangeModel change) => change.UpdateAsync(context));
        own.MapPost("/model/toggle", (HttpContext context, ChangeModel change) => change.ToggleAsync(context));
        own.MapPost("/model/delete", (HttpContext context, ChangeModel change) => change.DeleteAsync(context));
    }
}
