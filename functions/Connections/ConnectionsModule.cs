using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Connections;

/// <summary>The providers that models are asked at, for who administers them: our own form and Open WebUI's (docs/connections.md).</summary>
internal static class ConnectionsModule
{
    private const long MaxBodyBytes = 1024 * 1024;

    public static void AddProviderConnections(this IServiceCollection services)
    {
        services.AddSingleton<ShownStatus>();
        services.AddSingleton<ListConnections>();
        services.AddSingleton<EditConnection>();
        services.AddSingleton<OrderConnections>();
        services.AddSingleton<SwitchConnections>();
        services.AddSingleton<ReadOpenWebUiConfig>();
        services.AddSingleton<UpdateOpenWebUiConfig>();
        services.AddSingleton<ListOfConnection>();
        services.AddSingleton<VerifyConnection>();
        services.AddSingleton<VerifyOpenWebUi>();
    }

    public static void MapProviderConnections(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("").Requires(Gate.Admin).WithMetadata(new BodyLimit(MaxBodyBytes));
        admin.MapGet("/api/v1/connections/", (HttpContext context, ListConnections use) => use.AllAsync(context));
        admin.MapPost("/api/v1/connections/", (HttpContext context, EditConnection use) => use.CreateAsync(context));
        admin.MapPost("/api/v1/connections/order", (HttpContext context, OrderConnections use) => use.HandleAsync(context));
        admin.MapPost("/api/v1/connections/switch", (HttpContext context, SwitchConnections use) => use.HandleAsync(context));
        admin.MapPost("/api/v1/connections/verify", (HttpContext context, VerifyConnection use) => use.HandleAsync(context));
        admin.MapGet("/api/v1/connections/{id}", (HttpContext context, string id, ListConnections use) => use.OneAsync(context, id));
        admin.MapPost("/api/v1/connections/{id}", (HttpContext context, string id, EditConnection use) => use.ChangeAsync(context, id));
        admin.MapDelete("/api/v1/connections/{id}", (HttpContext context, string id, EditConnection use) => use.DeleteAsync(context, id));

        // Open WebUI's own
        admin.MapGet("/openai/config", (HttpContext context, ReadOpenWebUiConfig use) => use.HandleAsync(context, ConnectionFamily.OpenAi));
        admin.MapPost("/openai/config/update", (HttpContext context, UpdateOpenWebUiConfig use) => use.HandleAsync(context, ConnectionFamily.OpenAi));
        admin.MapGet("/openai/models/{index:int}", (HttpContext context, int index, ListOfConnection use) => use.HandleAsync(context, index, ConnectionFamily.OpenAi));
        admin.MapGet("/ollama/config", (HttpContext context, ReadOpenWebUiConfig use) => use.HandleAsync(context, ConnectionFamily.Ollama));
        admin.MapPost("/ollama/config/update", (HttpContext context, UpdateOpenWebUiConfig use) => use.HandleAsync(context, ConnectionFamily.Ollama));
        admin.MapGet("/ollama/api/tags/{index:int}", (HttpContext context, int index, ListOfConnection use) => use.HandleAsync(context, index, ConnectionFamily.Ollama));
        admin.MapPost("/openai/verify", (HttpContext context, VerifyOpenWebUi use) => use.OpenAiAsync(context));
        admin.MapPost("/ollama/verify", (HttpContext context, VerifyOpenWebUi use) => use.OllamaAsync(context));
        admin.MapNothingElse("GET", "/openai/config", "/openai/models/{index:int}", "/ollama/api/tags/{index:int}");
        admin.MapNothingElse("POST", "/openai/config/update", "/openai/verify");
    }

    /// <summary>The relay's trees stand behind such addresses and take any method, also a foreign page's preflight. Here only this one is taken.</summary>
    public static void MapNothingElse(this IEndpointRouteBuilder routes, string method, params ReadOnlySpan<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            routes.Map(pattern, context =>
            {
                context.Response.Headers.Allow = method;
                return ErrorWriter.WriteAsync(context, new(405, "method_not_allowed", $"This address takes {method}."));
            });
        }
    }
}
