using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Relay;

/// <summary>The relay's addresses. Every one takes any method: the relay answers a wrong one, and a browser's preflight, itself.</summary>
internal static class RelayModule
{
    public static void AddRelay(this IServiceCollection services)
    {
        services.AddSingleton<RelayCall>();
        services.AddSingleton<AnswersHere>();
        services.AddSingleton<OpenAiModelList>();
        services.AddSingleton<OllamaTags>();
    }

    /// <param name="routes">Where to.</param>
    /// <param name="takesCompletion">Sees every call at Open WebUI's address first, and answers those that are turns of stored chats.</param>
    public static void MapRelay(this IEndpointRouteBuilder routes, Func<HttpContext, Task<bool>> takesCompletion)
    {
        // Open WebUI's completions, and the page's
        routes.MapCompletions("/api/chat/completions", takesCompletion);
        routes.MapCompletions("/api/v1/chat/completions", takesCompletion);
        routes.MapFixed(Surface.Chat, "/api/embeddings", "embeddings");
        routes.MapFixed(Surface.Chat, "/api/v1/embeddings", "embeddings");

        // Anthropic's clients, with the site's address as their base URL
        foreach (var prefix in (ReadOnlySpan<string>)["/v1", "/api/v1", "/api/anthropic/v1"])
        {
            routes.MapFixed(Surface.Messages, prefix + "/messages", "messages");
            routes.MapFixed(Surface.Messages, prefix + "/messages/count_tokens", "messages/count_tokens");
        }

        routes.MapFixed(Surface.Messages, "/api/message", "messages");

        // Base URLs for SDKs
        routes.MapTree(Surface.V1, "/v1");
        routes.MapTree(Surface.OpenAi, "/openai");
        routes.MapTree(Surface.NextChat, "/api/openai");
        routes.MapTree(Surface.OllamaV1, "/ollama/v1");
        routes.MapTree(Surface.Ollama, "/ollama/api");
        routes.Map("/ollama", OllamaRoot).On(Surface.Ollama);
    }

    private static void MapCompletions(this IEndpointRouteBuilder routes, string pattern, Func<HttpContext, Task<bool>> takes) =>
        routes.Map(pattern, async (HttpContext context, RelayCall call) =>
        {
            if (!await takes(context))
            {
                PoolContext.Leave();
                await call.ForwardAsync(context, Surface.Chat, "chat/completions");
            }
        }).On(Surface.Chat, inline: false);

    private static void MapFixed(this IEndpointRouteBuilder routes, Surface surface, string pattern, string path)
    {
        var call = routes.ServiceProvider.GetRequiredService<RelayCall>();
        routes.Map(pattern, (RequestDelegate)(context => call.ForwardAsync(context, surface, path))).On(surface);
    }

    private static void MapTree(this IEndpointRouteBuilder routes, Surface surface, string prefix)
    {
        // Once, not for each call.
        var call = routes.ServiceProvider.GetRequiredService<RelayCall>();
        var models = routes.ServiceProvider.GetRequiredService<OpenAiModelList>();
        var tags = routes.ServiceProvider.GetRequiredService<OllamaTags>();
        routes.Map(prefix + "/{**path}", (RequestDelegate)(context =>
        {
            var path = (string?)context.Request.RouteValues["path"] ?? "";
            // /openai/v1/... and /api/openai/v1/... are the same as without v1; /v1/v1/... is what a base URL with one v1 too many gives.
            path = path.StartsWith("v1/", StringComparison.Ordinal) && surface.Dialect == Dialect.OpenAi ? path["v1/".Length..] : path;
            path = path.TrimEnd('/');
            var isGet = HttpMethods.IsGet(context.Request.Method);
            return (isGet, surface.Dialect, path) switch
            {
                (true, Dialect.OpenAi, "models") => PoolContext.RunAsync(() => models.ListAsync(context, surface)),
                (true, Dialect.OpenAi, _) when path.StartsWith("models/", StringComparison.Ordinal) =>
                    PoolContext.RunAsync(() => models.GetAsync(context, surface, Uri.UnescapeDataString(path["models/".Length..]))),
                (true, Dialect.OllamaNative, "tags") => PoolContext.RunAsync(() => tags.ListAsync(context)),
                _ => call.ForwardAsync(context, surface, path),
            };
        })).On(surface);
    }

    /// <param name="route">The route.</param>
    /// <param name="surface">What its clients expect.</param>
    /// <param name="inline">It only passes bytes on. Whatever computes on the way goes to the thread pool by itself.</param>
    private static void On(this IEndpointConventionBuilder route, Surface surface, bool inline = true)
    {
        route.Requires(Gate.Relay).WithMetadata(new ErrorDialectMetadata(surface.Errors), surface);
        if (inline)
        {
            route.WithMetadata(RunsInline.Instance);
        }
    }

    private static Task OllamaRoot(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("status", true);
        json.WriteEndObject();
    });
}
