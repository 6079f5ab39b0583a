using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Prompts;

/// <summary>Prompts behind commands, in Open WebUI's form (docs/prompts.md).</summary>
internal static class PromptsModule
{
    /// <summary>A form at its longest, escaped as badly as JSON can.</summary>
    private const long MaxBodyBytes = 256 * 1024;

    public static void AddPrompts(this IServiceCollection services)
    {
        services.AddSingleton<PromptStore>();
        services.AddSingleton<ReadPrompts>();
        services.AddSingleton<EditPrompt>();
    }

    public static void MapPrompts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/prompts").Requires(Gate.Stored).WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapGet("", (HttpContext context, ReadPrompts use) => use.ListAsync(context));
        group.MapGet("/list", (HttpContext context, ReadPrompts use) => use.ListAsync(context));
        group.MapPost("/create", (HttpContext context, EditPrompt use) => use.CreateAsync(context));
        group.MapGet("/command/{command}", (HttpContext context, string command, ReadPrompts use) => use.OneAsync(context, command));
        group.MapPost("/command/{command}/update", (HttpContext context, string command, EditPrompt use) => use.UpdateAsync(context, command));
        group.MapDelete("/command/{command}/delete", (HttpContext context, string command, EditPrompt use) => use.DeleteAsync(context, command));
    }
}
