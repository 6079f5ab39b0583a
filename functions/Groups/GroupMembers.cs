using System.Collections.Concurrent;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Groups;

/// <summary>Who is in a group, which stands in the accounts: <c>POST /id/{id}/users</c>, <c>/users/add</c> and <c>/users/remove {user_ids}</c>. Safe to repeat.</summary>
internal sealed class GroupMembers(AccountDirectory directory, AccountStore accounts, ReadGroups read)
{
    public const int MaxIds = 500;

    /// <summary>Each is a read and a write.</summary>
    private const int AtOnce = 8;

    /// <summary><c>[{id, name, email, role}]</c>, by name.</summary>
    public async Task ListAsync(HttpContext context, string id)
    {
        var group = await read.GetAsync(id, context.RequestAborted);
        var members = new List<Account>();
        await foreach (var account in directory.AllAsync(context.RequestAborted))
        {
            if (account.Groups.Contains(group.Id))
            {
                members.Add(account);
            }
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var account in members.OrderBy(member => PlainText.Fold(member.Name), StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("id", account.Id.Text);
                json.WriteString("name", account.Name);
                json.WriteString("email", account.Email);
                json.WriteString("role", account.Role.Text());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>One who is in too many groups is refused (409), after the others are in.</summary>
    public async Task AddAsync(HttpContext context, string id)
    {
        var (group, users) = await ReadAsync(context, id);
        var refused = await ChangeAsync(
            users,
            account => account.Groups.Contains(group.Id) || account.Groups.Count >= Group.MaxOfAnAccount ? null : account with { Groups = [.. account.Groups, group.Id] },
            context.RequestAborted);
        var full = refused.Count(account => !account.Groups.Contains(group.Id));
        if (full > 0)
        {
            throw new RefusedException(new(409, "too_many_groups", $"{full} of these people are in {Group.MaxOfAnAccount} groups already, which is the most. The others were added.", "user_ids"));
        }

        await read.AnswerAsync(context, group);
    }

    public async Task RemoveAsync(HttpContext context, string id)
    {
        var (group, users) = await ReadAsync(context, id);
        await RemoveAsync(group, users, context.RequestAborted);
        await read.AnswerAsync(context, group);
    }

    /// <summary>Takes everybody out.</summary>
    public async Task RemoveAllAsync(Group group, CancellationToken cancellation) =>
        await RemoveAsync(group, (await directory.MembersAsync(cancellation))[group.Id], cancellation);

    private async Task RemoveAsync(Group group, IEnumerable<UserId> users, CancellationToken cancellation) => await ChangeAsync(
        users, account => account.Groups.Contains(group.Id) ? account with { Groups = [.. account.Groups.Where(id => id != group.Id)] } : null, cancellation);

    private async Task<(Group Group, IReadOnlyList<UserId> Users)> ReadAsync(HttpContext context, string id)
    {
        var group = await read.GetAsync(id, context.RequestAborted);
        using var form = await JsonForm.ReadAsync(context);
        var users = form.Texts("user_ids", MaxIds, 100).Select(text => UserId.TryParse(text, out var user) ? user : (UserId?)null).OfType<UserId>();
        return (group, [.. users.Distinct()]);
    }

    /// <summary>Accounts that are not there any more are passed over.</summary>
    /// <returns>Whom the change refused.</returns>
    private async Task<IReadOnlyCollection<Account>> ChangeAsync(IEnumerable<UserId> users, Func<Account, Account?> change, CancellationToken cancellation)
    {
        var refused = new ConcurrentBag<Account>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(users, options, async (user, token) =>
        {
            if (await accounts.ChangeAsync(user, change, token) is ChangeOutcome.Refused(var account))
            {
                refused.Add(account);
            }
        });
        return refused;
    }
}
