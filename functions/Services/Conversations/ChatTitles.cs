using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Completion;

namespace OpenWebUi.Services.Conversations;

/// <summary>Titles: the first words at once, a model's after the first turn, a person's for good.</summary>
internal sealed class ChatTitles(ChatStore chats, TitleClient client)
{
    private const int FirstWordsChars = 60;

    /// <summary>A model that gave no title three times gives none the fourth time.</summary>
    private const int MaxAttempts = 3;

    public const string Untitled = "New Chat";

    public static string FirstWords(string message)
    {
        var line = message.AsSpan().Trim();
        line = line[..(line.IndexOfAny('\r', '\n') is var end and >= 0 ? end : line.Length)].TrimEnd();
        if (line.Length == 0)
        {
            return Untitled;
        }

        if (line.Length <= FirstWordsChars)
        {
            return line.ToString();
        }

        var cut = FirstWordsChars - 1;
        return string.Concat(line[..(char.IsHighSurrogate(line[cut - 1]) ? cut - 1 : cut)], "…");
    }

    public static bool Wants(Chat chat) => chat.TitleSource == TitleSource.FirstWords && chat.TitleAttempts < MaxAttempts;

    /// <summary>Asks a model for a title and keeps it, unless a person gave one meanwhile. Null: there is none; a later turn may try again.</summary>
    public async Task<string?> WriteAsync(OwnerId owner, ChatId id, string question, Message answer, string? ownKey, CancellationToken cancellation)
    {
        var title = await client.WriteAsync(question, answer.Content, answer.Model ?? "", ownKey, cancellation);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await chats.GetAsync(owner, id, cancellation) is not { } chat || !Wants(chat))
            {
                return null;
            }

            var titled = title is null
                ? chat with { TitleAttempts = chat.TitleAttempts + 1 }
                : chat with { Title = title, TitleSource = TitleSource.Generated };
            if (await chats.ChangeAsync(owner, chat, titled, [], cancellation) is not null)
            {
                return title;
            }
        }

        return null;
    }
}
