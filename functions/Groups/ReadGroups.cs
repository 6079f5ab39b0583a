using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Groups;

/// <summary><c>GET /api/v1/groups/</c>: all of them with their members for an administrator, one's own for anybody else; <c>GET /id/{id}</c>.</summary>
internal sealed class ReadGroups(GroupStore groups, AccountDirectory directory)
{
    public static readonly ErrorReport Missing = new(404, "not_found", "There is no such group.");

    public async Task ListAsync(HttpContext context)
    {
        var caller = AccessGate.CallerOf(context);
        var all = await groups.AllAsync(context.RequestAborted);
        if (caller.Standing < Standing.Admin)
        {
            await JsonAnswer.WriteAsync(context, json =>
            {
                if (caller.Account is { } account)
                {
                    GroupJson.WriteOwn(json, all, account);
                }
                else
                {
                    json.WriteStartArray();
                    json.WriteEndArray();
                }
            });
            return;
        }

        var members = await directory.MembersAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var group in all)
            {
                GroupJson.Write(json, group, [.. members[group.Id]]);
            }

            json.WriteEndArray();
        });
    }

    public async Task OneAsync(HttpContext context, string id) => await AnswerAsync(context, await GetAsync(id, context.RequestAborted));

    /// <summary>The group as it is now.</summary>
    /// <exception cref="RefusedException">There is none (404).</exception>
    public async Task<Group> GetAsync(string id, CancellationToken cancellation) =>
        await groups.GetAsync(id, cancellation) ?? throw new RefusedException(Missing);

    /// <summary>The group with its members as they are now.</summary>
    public async Task AnswerAsync(HttpContext context, Group group)
    {
        var members = await directory.MembersAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => GroupJson.Write(json, group, [.. members[group.Id]]));
    }
}
