using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Conversations;

/// <summary>Whether people have folders.</summary>
/// <param name="AreOn"><c>ENABLE_FOLDERS</c>, default true. False: nobody sees any, their chats are on the ordinary list, and their system prompts are told to no model;
/// all of it is kept, and is there again once they are on.</param>
internal sealed record FolderOptions(bool AreOn)
{
    private static readonly ErrorReport Off = new(
        403, "folders_off", "Folders are turned off on this site (ENABLE_FOLDERS). Chats that lie in one are on the ordinary list.");

    public static FolderOptions Read(VariableReader reader) => new(reader.Flag("ENABLE_FOLDERS") ?? true);

    /// <summary>Refuses a request that is about folders where there are none.</summary>
    public void Demand()
    {
        if (!AreOn)
        {
            throw new RefusedException(Off);
        }
    }
}
