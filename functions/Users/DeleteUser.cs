using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Prompts;

namespace OpenWebUi.Users;

/// <summary>
/// <c>DELETE /api/v1/users/{id}</c>: the account and everything that it owned.
/// <list type="number">
/// <item>A note for housekeeping: an hour later all that the account stored goes, if its row is gone then (<see cref="LeftoverSweep"/>).</item>
/// <item>The account, its e-mail and identities, and with them its sessions and API keys: from here on it is deleted.</item>
/// <item>Its picture and free objects, its own prompts and presets; its running answers stop.</item>
/// </list>
/// </summary>
/// <remarks>200 <c>true</c>; 403 oneself, the first admin; 404. Whatever is cut after the second step is done by housekeeping.</remarks>
internal sealed class DeleteUser(AccountStore accounts, LeftoverStore leftovers, ChatRemoval chats, PromptStore prompts, ModelSettingsStore models)
{
    public async Task HandleAsync(HttpContext context, string id)
    {
        var user = UserJson.Id(id);
        var account = await accounts.ReadAsync(user, context.RequestAborted) ?? throw new RefusedException(UserJson.Missing);
        if (RoleRules.AgainstDeletion(account, UserJson.Caller(context)) is { } refusal)
        {
            throw new RefusedException(refusal);
        }

        // From here on a caller that goes away stops nothing.
        var owner = OwnerId.OfAccount(user);
        await leftovers.AddAsync(owner, CancellationToken.None); // 1
        await accounts.DeleteAsync(user, CancellationToken.None); // 2
        await accounts.DeleteExtrasAsync(user, CancellationToken.None); // 3
        await prompts.RemoveOfAsync(owner, CancellationToken.None);
        await models.RemoveOfAsync(owner, CancellationToken.None);
        await chats.StopAllAsync(owner, CancellationToken.None);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }
}
