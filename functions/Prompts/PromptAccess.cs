using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Prompts;

/// <summary>Who may read and change which prompt: its owner; of a shared one those whom it is shared with, and administrators.</summary>
internal static class PromptAccess
{
    public static readonly ErrorReport Missing = new(404, "not_found", "There is no such prompt.");

    public static bool MayRead(Prompt prompt, Caller caller) =>
        MayChange(prompt, caller) || prompt.Readers is not { } readers || readers.Include(caller.Account?.Id, caller.Account?.Groups ?? []);

    public static bool MayChange(Prompt prompt, Caller caller) =>
        prompt.Owner == caller.Owner || (caller.Standing == Standing.Admin && !prompt.IsPrivate);
}
