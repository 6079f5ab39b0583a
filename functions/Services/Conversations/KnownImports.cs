using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>Where an imported chat comes from: the same origin is the same chat in the same state.</summary>
/// <param name="Id">Its id there.</param>
/// <param name="UpdatedAt">When it was last changed there; null where nobody knows. A chat that grew there since is another origin.</param>
internal sealed record ImportOrigin(string Id, DateTimeOffset? UpdatedAt)
{
    public const int MaxIdChars = 200;

    /// <summary>Of a chat that names no id: by what it says.</summary>
    public static ImportOrigin OfText(string text, DateTimeOffset? updatedAt) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), updatedAt);
}

/// <summary>
/// Stores imported chats once. There is no index of what was imported: a chat's id follows from its owner and its origin, so that one
/// read tells whether it is here. A copy that was deleted does not stand in the way: the next import brings it back under a further id.
/// </summary>
internal sealed class KnownImports(ChatStore chats, ChatWriter writer)
{
    /// <summary>So many copies may have been deleted within an hour, or broken off in the middle, before an import is taken for new.</summary>
    private const int MaxCopies = 4;

    /// <summary>Stores the chat, under another id than it has, unless it is here. One read more than a new chat costs, two where the origin's id may be one of ours.</summary>
    /// <returns>The chat as it is stored, and whether it was stored now.</returns>
    public async Task<(Chat Chat, bool IsNew)> CreateAsync(
        OwnerId owner, ImportOrigin origin, Chat chat, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        // The export of this very chat. One that was changed since has all that the file has; one that the file is ahead of comes as a copy.
        if (ChatId.TryParse(origin.Id, out var own) && await chats.GetAsync(owner, own, cancellation) is { } original
            && original.UpdatedAt.ToUnixTimeSeconds() >= origin.UpdatedAt?.ToUnixTimeSeconds())
        {
            return (original, false);
        }

        for (var copy = 0; copy < MaxCopies; copy++)
        {
            var id = ChatId.Of(owner, origin, copy);
            var there = await chats.GetEvenDeletedAsync(owner, id, cancellation);
            if (there is null)
            {
                if (await writer.TryCreateAsync(owner, chat with { Id = id }, messages, cancellation) is { } stored)
                {
                    return (stored, true);
                }

                // Somebody imports the same at this moment, or was killed while doing so.
                there = await chats.GetEvenDeletedAsync(owner, id, cancellation);
            }

            if (there is { DeletedAt: null })
            {
                return (there, false);
            }
        }

        return (await writer.CreateAsync(owner, chat, messages, cancellation), true);
    }
}
