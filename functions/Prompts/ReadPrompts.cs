using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Prompts;

/// <summary><c>GET /api/v1/prompts/</c>, also <c>/list</c>: the caller's own and what is shared with it, by command. One of them: <c>GET /command/{command}</c>.</summary>
internal sealed class ReadPrompts(PromptStore store)
{
    public async Task ListAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var shared = store.SharedAsync(context.RequestAborted);
        var own = await store.OwnAsync(caller.Owner!.Value, context.RequestAborted);
        var all = own.Concat((await shared).Where(prompt => PromptAccess.MayRead(prompt, caller)))
            .OrderBy(prompt => prompt.Command, StringComparer.OrdinalIgnoreCase).ThenBy(prompt => !prompt.IsPrivate).ToList();
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var prompt in all)
            {
                PromptJson.Write(json, prompt, PromptAccess.MayChange(prompt, caller));
            }

            json.WriteEndArray();
        });
    }

    public async Task OneAsync(HttpContext context, string command)
    {
        var caller = AccessGate.CallerOf(context);
        var prompt = await FindAsync(caller, command, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => PromptJson.Write(json, prompt, PromptAccess.MayChange(prompt, caller)));
    }

    /// <summary>The caller's own of this command, else the shared one.</summary>
    /// <exception cref="RefusedException">404: none, or none for this caller.</exception>
    public async Task<Prompt> FindAsync(Caller caller, string command, CancellationToken cancellation)
    {
        var name = command.TrimStart('/');
        return Prompt.IsCommand(name)
            ? await store.GetOwnAsync(caller.Owner!.Value, name, cancellation)
                ?? (await store.GetSharedAsync(name, cancellation) is { } shared && PromptAccess.MayRead(shared, caller) ? shared : null)
                ?? throw new RefusedException(PromptAccess.Missing)
            : throw new RefusedException(PromptAccess.Missing);
    }
}
