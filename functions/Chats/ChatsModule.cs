using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Chats;

/// <summary>Stored chats in Open WebUI's form (docs/chats.md). Turns and their answers are another slice's.</summary>
internal static class ChatsModule
{
    /// <summary>A whole chat: what Open WebUI's page sends with every change, and what an import holds.</summary>
    private const long MaxChatBytes = 100 * 1024 * 1024;

    /// <summary>One message, escaped as badly as JSON can.</summary>
    private const long MaxMessageBytes = 32 * 1024 * 1024;

    private const long MaxSmallBytes = 64 * 1024;

    public static void AddChats(this IServiceCollection services)
    {
        services.AddSingleton<ListChats>();
        services.AddSingleton<CreateChat>();
        services.AddSingleton<ReadChat>();
        services.AddSingleton<ReadBranch>();
        services.AddSingleton<UpdateChat>();
        services.AddSingleton<MarkChat>();
        services.AddSingleton<FileChat>();
        services.AddSingleton<TagChat>();
        services.AddSingleton<SearchChats>();
        services.AddSingleton<CloneChat>();
        services.AddSingleton<EditMessage>();
        services.AddSingleton<DeleteMessage>();
        services.AddSingleton<RemoveChat>();
        services.AddSingleton<SharingRight>();
        services.AddSingleton<ShareChat>();
        services.AddSingleton<SharedChat>();
        services.AddSingleton<ExportChats>();
        services.AddSingleton<ImportChats>();
    }

    /// <summary>Routing takes every address with and without a slash at its end, and a word before an id.</summary>
    public static void MapChats(this IEndpointRouteBuilder routes)
    {
        SharedChat.MapPublic(routes);
        var group = routes.MapGroup("/api/v1/chats").Requires(Gate.Stored);

        var small = group.MapGroup("").WithMetadata(new BodyLimit(MaxSmallBytes));
        small.MapGet("", (HttpContext context, ListChats lists) => lists.ListAsync(context));
        small.MapGet("/list", (HttpContext context, ListChats lists) => lists.ListAsync(context));
        small.MapGet("/pinned", (HttpContext context, ListChats lists) => lists.PinnedAsync(context));
        small.MapGet("/archived", (HttpContext context, ListChats lists) => lists.ArchivedAsync(context));
        small.MapGet("/{id}", (HttpContext context, ReadChat chats, string id) => chats.ReadAsync(context, id));
        small.MapGet("/{id}/branch", (HttpContext context, ReadBranch branches, string id) => branches.ReadAsync(context, id));
        small.MapGet("/{id}/pinned", (HttpContext context, MarkChat marks, string id) => marks.IsPinnedAsync(context, id));
        small.MapPost("/{id}/pin", (HttpContext context, MarkChat marks, string id) => marks.PinAsync(context, id));
        small.MapPost("/{id}/archive", (HttpContext context, MarkChat marks, string id) => marks.ArchiveAsync(context, id));
        small.MapPost("/{id}/clone", (HttpContext context, CloneChat clones, string id) => clones.CloneAsync(context, id));

        small.MapPost("/{id}/folder", (HttpContext context, FileChat files, string id) => files.MoveAsync(context, id));
        small.MapGet("/folder/{folder}", (HttpContext context, FileChat files, string folder) => files.ListAsync(context, folder));
        small.MapGet("/folder/{folder}/list", (HttpContext context, FileChat files, string folder) => files.PageAsync(context, folder));
        small.MapGet("/search", (HttpContext context, SearchChats search) => search.SearchAsync(context));
        small.MapGet("/all/tags", (HttpContext context, TagChat tags) => tags.AllAsync(context));
        small.MapPost("/tags", (HttpContext context, TagChat tags) => tags.ChatsAsync(context));
        small.MapGet("/{id}/tags", (HttpContext context, TagChat tags, string id) => tags.ListAsync(context, id));
        small.MapPost("/{id}/tags", (HttpContext context, TagChat tags, string id) => tags.AddAsync(context, id));
        small.MapDelete("/{id}/tags", (HttpContext context, TagChat tags, string id) => tags.RemoveAsync(context, id));
        small.MapDelete("/{id}/tags/all", (HttpContext context, TagChat tags, string id) => tags.ClearAsync(context, id));

        small.MapDelete("/{id}/messages/{mid}", (HttpContext context, DeleteMessage messages, string id, string mid) => messages.DeleteAsync(context, id, mid));

        RemoveChat.Map(small);
        ShareChat.Map(small);
        SharedChat.Map(small);
        ExportChats.Map(small);

        var whole = group.MapGroup("").WithMetadata(new BodyLimit(MaxChatBytes));
        whole.MapPost("/import", (HttpContext context, ImportChats chats) => chats.ImportAsync(context));
        whole.MapPost("/new", (HttpContext context, CreateChat chats) => chats.CreateAsync(context));
        whole.MapPost("/{id}", (HttpContext context, UpdateChat chats, string id) => chats.UpdateAsync(context, id));

        var message = group.MapGroup("/{id}/messages/{mid}").WithMetadata(new BodyLimit(MaxMessageBytes));
        message.MapPost("", (HttpContext context, EditMessage messages, string id, string mid) => messages.ReplaceAsync(context, id, mid));
        message.MapPost("/seen", (HttpContext context, EditMessage messages, string id, string mid) => messages.SeeAsync(context, id, mid));
    }
}
