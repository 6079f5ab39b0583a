using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Chats;

internal static class ChatsModule
{
    private const long MaxSmallBytes = 64 * 1024;

    public static void AddChats(this IServiceCollection services) => services.AddSingleton<RemoveChat>();

    public static void MapChats(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/chats").Requires(Gate.Stored);
        var small = group.MapGroup("").WithMetadata(new BodyLimit(MaxSmallBytes));
        RemoveChat.Map(small);
    }
}
