using System.Runtime.CompilerServices;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Services.Identity;

/// <summary>
/// Accounts in the store. Every change is one batch under the account's version: e-mail, identities and account change
/// together. Safe for concurrent use, on any number of instances.
/// </summary>
internal sealed class AccountStore(RowStore rows, AccountCache cache, RealtimeNews news)
{
    /// <summary>How often a change begins anew because somebody else was first.</summary>
    private const int MaxAttempts = 20;

    private string? _first;

    /// <summary>The account, at most 5 s old; null when there is none.</summary>
    /// <param name="notBefore">What happened until then must be seen, such as a sign-in on another instance.</param>
    public ValueTask<Account?> CurrentAsync(UserId id, CancellationToken cancellation, DateTimeOffset notBefore = default) =>
        cache.GetAsync(id, notBefore, token => ReadAsync(id, token), cancellation);

    /// <summary>The account as it is now.</summary>
    public async Task<Account?> ReadAsync(UserId id, CancellationToken cancellation) =>
        await rows.GetAsync(AccountRows.Key(AccountRows.Account(id)), cancellation) is { } row ? AccountRows.Read(row) : null;

    /// <param name="email">In the form of <see cref="EmailAddress"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Account?> FindByEmailAsync(string email, CancellationToken cancellation) => FindAsync(AccountRows.Email(email), cancellation);

    public Task<Account?> FindByLinkAsync(LinkedIdentity identity, CancellationToken cancellation) =>
        FindAsync(AccountRows.Link(identity), cancellation);

    /// <summary>The first admin's id; null while there is no account at all. Read until there is one, then remembered: it never goes.</summary>
    public async ValueTask<UserId?> FirstAsync(CancellationToken cancellation)
    {
        _first ??= (await rows.GetAsync(AccountRows.Key(AccountRows.First), cancellation))?.Properties.GetText("User");
        return _first is null ? null : new(_first);
    }

    /// <summary>
    /// Makes the account. While there is none at all it becomes the first, and with that an admin, whatever its role says:
    /// the row <c>first</c> is in the same batch, so that of any number that come at once exactly one is it.
    /// </summary>
    /// <remarks>Not safe to repeat: a second time answers <see cref="CreateOutcome.EmailTaken"/>.</remarks>
    public async Task<CreateOutcome> CreateAsync(Account account, CancellationToken cancellation)
    {
        if (await FirstAsync(cancellation) is null)
        {
            var first = account with { IsFirst = true, Role = AccountRole.Admin };
            var (outcome, wasFirst) = await TryCreateAsync(first, cancellation);
            if (wasFirst)
            {
                return outcome!;
            }
        }

        return (await TryCreateAsync(account, cancellation)).Outcome!;
    }

    /// <summary>Changes an account by what is in the store now; begins anew when somebody else was first.</summary>
    /// <param name="change">The new account, or null to refuse. May be called several times; must do nothing else.</param>
    public async Task<ChangeOutcome> ChangeAsync(UserId id, Func<Account, Account?> change, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await ReadAsync(id, cancellation) is not { } before)
            {
                return new ChangeOutcome.Missing();
            }

            if (change(before) is not { } after)
            {
                return new ChangeOutcome.Refused(before);
            }

            switch (await rows.BatchAsync(AccountRows.Table, AccountRows.Partition, Operations(before, after), cancellation))
            {
                case BatchOutcome.Committed committed:
                    var stored = after with { Version = committed.ETags[0]!.Value };
                    cache.Forget(id);
                    if (before.Role != after.Role)
                    {
                        news.AccountChanged(new(id.Owner));
                    }

                    return new ChangeOutcome.Changed(stored);
                case BatchOutcome.Failed { Index: > 0 }:
                    return new ChangeOutcome.Taken();
                default:
                    if (attempt == MaxAttempts)
                    {
                        throw Contended();
                    }

                    break;
            }
        }
    }

    /// <summary>Takes away the account, its e-mail and identities. What it kept beside them (<see cref="DeleteExtrasAsync"/>) and stored elsewhere is the caller's. Safe to repeat.</summary>
    /// <returns>False when it was not there, or is the first admin's.</returns>
    public async Task<bool> DeleteAsync(UserId id, CancellationToken cancellation)
    {
        for (var attempt = 1; await ReadAsync(id, cancellation) is { IsFirst: false } account; attempt++)
        {
            if (attempt > MaxAttempts)
            {
                throw Contended();
            }

            var operations = new List<RowOperation> { new RowOperation.Delete(AccountRows.Account(id), DeleteCondition.IfMatch(account.Version)) };
            operations.AddRange(Pointers(account).Select(row => new RowOperation.Delete(row, DeleteCondition.Always)));
            if (await rows.BatchAsync(AccountRows.Table, AccountRows.Partition, operations, cancellation) is BatchOutcome.Committed)
            {
                cache.Forget(id);
                news.AccountChanged(new(id.Owner));
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes away the picture and the free objects of an account that is gone. Safe to repeat.</summary>
    public async Task DeleteExtrasAsync(UserId id, CancellationToken cancellation)
    {
        await rows.DeleteAsync(AccountRows.Key(AccountRows.Picture(id)), DeleteCondition.Always, cancellation);
        await rows.DeleteAsync(AccountRows.Key(AccountRows.Objects(id)), DeleteCondition.Always, cancellation);
    }

    /// <summary>All accounts, in no order that means anything.</summary>
    public async IAsyncEnumerable<Account> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var row in rows.QueryAllAsync(AccountRows.Table, AccountRows.Partition, RowRange.Prefix(AccountRows.AccountPrefix), cancellation))
        {
            yield return AccountRows.Read(row);
        }
    }

    private async Task<(CreateOutcome? Outcome, bool IsDecided)> TryCreateAsync(Account account, CancellationToken cancellation)
    {
        var operations = new List<RowOperation> { new RowOperation.Put(AccountRows.Account(account.Id), AccountRows.Properties(account), PutCondition.IfAbsent) };
        if (account.IsFirst)
        {
            operations.Add(new RowOperation.Put(AccountRows.First, AccountRows.Pointer(account.Id), PutCondition.IfAbsent));
        }

        operations.AddRange(Pointers(account).Select(row => new RowOperation.Put(row, AccountRows.Pointer(account.Id), PutCondition.IfAbsent)));
        switch (await rows.BatchAsync(AccountRows.Table, AccountRows.Partition, operations, cancellation))
        {
            case BatchOutcome.Committed committed:
                var stored = account with { Version = committed.ETags[0]!.Value };
                _first ??= account.IsFirst ? account.Id.Text : null;
                cache.Forget(account.Id);
                return (new CreateOutcome.Created(stored), true);
            case BatchOutcome.Failed { Index: 1 } when account.IsFirst:
                return (null, false);
            case BatchOutcome.Failed failed:
                return (operations[failed.Index].Row == AccountRows.Email(account.Email) ? new CreateOutcome.EmailTaken() : new CreateOutcome.LinkTaken(), true);
            default:
                throw new InvalidOperationException("A batch is committed or failed.");
        }
    }

    /// <summary>The account first: when its own put fails, somebody else changed it; any later one, something is taken.</summary>
    private static List<RowOperation> Operations(Account before, Account after)
    {
        var operations = new List<RowOperation> { new RowOperation.Put(AccountRows.Account(after.Id), AccountRows.Properties(after), PutCondition.IfMatch(before.Version)) };
        var (old, now) = (Pointers(before).ToList(), Pointers(after).ToList());
        operations.AddRange(now.Except(old).Select(row => new RowOperation.Put(row, AccountRows.Pointer(after.Id), PutCondition.IfAbsent)));
        operations.AddRange(old.Except(now).Select(row => new RowOperation.Delete(row, DeleteCondition.Always)));
        return operations;
    }

    private static IEnumerable<string> Pointers(Account account) =>
        account.Links.Select(AccountRows.Link).Prepend(AccountRows.Email(account.Email));

    private static StoreUnavailableException Contended() => new("An account is being changed by too many at once. Try again.");

    private async Task<Account?> FindAsync(string pointer, CancellationToken cancellation) =>
        await rows.GetAsync(AccountRows.Key(pointer), cancellation) is { } row ? await ReadAsync(new(row.Properties.GetText("User")!), cancellation) : null;
}
