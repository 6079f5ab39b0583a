using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Prompts;

/// <summary>
/// <c>POST /api/v1/prompts/create</c>, <c>POST /command/{command}/update</c>, <c>DELETE /command/{command}/delete</c>. The form is
/// <c>{command, title, content, access_control?}</c>; an update takes a part of it, and may give another command.
/// </summary>
/// <remarks>409 <c>prompt_exists</c>, <c>too_many_prompts</c>; 403 <c>not_permitted</c>, <c>not_your_group</c>; 404 for what is not there or not the caller's.</remarks>
internal sealed class EditPrompt(PromptStore store, ReadPrompts prompts, WorkspaceRights rights, TimeProvider time)
{
    private const string Thing = "prompts";

    private static readonly ErrorReport Exists = new(409, "prompt_exists", "Another prompt has this command. Choose another one.", "command");

    private static readonly ErrorReport Changed = new(409, "prompt_changed", "Somebody else changed the prompt meanwhile. Load it anew, then change it.");

    public async Task CreateAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var caller = AccessGate.CallerOf(context);
        var prompt = new Prompt(Command(form), Title(form), Content(form), Readers.ReadNew(form.Root, caller), caller.Owner!.Value, time.GetUtcNow());
        await rights.DemandAsync(caller, Thing, prompt.Readers, Readers.Nobody, context.RequestAborted);
        await DemandRoomAsync(prompt, context.RequestAborted);
        await AnswerAsync(context, await store.PutAsync(prompt, context.RequestAborted) ? prompt : throw new RefusedException(Exists));
    }

    /// <summary>Another command or another circle is another place: it is put there first, so that it is never nowhere.</summary>
    public async Task UpdateAsync(HttpContext context, string command)
    {
        using var form = await JsonForm.ReadAsync(context);
        var caller = AccessGate.CallerOf(context);
        var before = await FindOwnAsync(context, caller, command);
        var after = before with
        {
            Command = form.Root.TryGetProperty("command", out _) ? Command(form) : before.Command,
            Title = form.Root.TryGetProperty("title", out _) ? Title(form) : before.Title,
            Content = form.Root.TryGetProperty("content", out _) ? Content(form) : before.Content,
            Readers = form.Root.TryGetProperty("access_control", out _) ? Readers.Read(form.Root) : before.Readers,
            UpdatedAt = time.GetUtcNow(),
        };
        await rights.DemandAsync(caller, Thing, after.Readers, before.Readers, context.RequestAborted);
        if (PromptStore.HaveOnePlace(before, after))
        {
            await AnswerAsync(context, await store.PutAsync(after, context.RequestAborted) ? after : throw new RefusedException(Changed));
            return;
        }

        await DemandRoomAsync(after, context.RequestAborted);
        if (!await store.PutAsync(after with { Version = default }, context.RequestAborted))
        {
            throw new RefusedException(Exists);
        }

        await store.DeleteAsync(before, CancellationToken.None);
        await AnswerAsync(context, after);
    }

    public async Task DeleteAsync(HttpContext context, string command)
    {
        await store.DeleteAsync(await FindOwnAsync(context, AccessGate.CallerOf(context), command), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    /// <summary>One that the caller may change; else for it there is none to change.</summary>
    private async Task<Prompt> FindOwnAsync(HttpContext context, Caller caller, string command) =>
        await prompts.FindAsync(caller, command, context.RequestAborted) is var prompt && PromptAccess.MayChange(prompt, caller)
            ? prompt : throw new RefusedException(PromptAccess.Missing);

    /// <summary>Two who write at once may go over the limit by one.</summary>
    private async Task DemandRoomAsync(Prompt prompt, CancellationToken cancellation)
    {
        var (there, most) = prompt.IsPrivate
            ? (await store.OwnAsync(prompt.Owner, cancellation), Prompt.MaxOfOwner)
            : (await store.SharedAsync(cancellation), Prompt.MaxShared);
        if (there.Count >= most)
        {
            throw new RefusedException(new(409, "too_many_prompts", prompt.IsPrivate
                ? $"You have {most} prompts, which is all that one person can have. Delete one first."
                : $"{most} prompts are shared, which is all that a site can have. Delete one first."));
        }
    }

    private static Task AnswerAsync(HttpContext context, Prompt prompt) =>
        JsonAnswer.WriteAsync(context, json => PromptJson.Write(json, prompt, PromptAccess.MayChange(prompt, AccessGate.CallerOf(context))));

    private static string Command(JsonForm form) => form.Text("command", Prompt.MaxCommandCharacters + 1).Trim().TrimStart('/') is var command && Prompt.IsCommand(command)
        ? command
        : throw new RefusedException("command", $"'command' must be a slash and 1 to {Prompt.MaxCommandCharacters} letters, digits, hyphens, underscores or dots.");

    private static string Title(JsonForm form) => form.Text("title", Prompt.MaxTitleCharacters).Trim() is var title && !title.Any(char.IsControl)
        ? title : throw new RefusedException("title", "'title' must be one line.");

    private static string Content(JsonForm form) => form.Text("content", Prompt.MaxContentCharacters) is var content && !content.Contains('\0', StringComparison.Ordinal)
        ? content : throw new RefusedException("content", "'content' must be text.");
}
