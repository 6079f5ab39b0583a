using System.Runtime.CompilerServices;

namespace OpenWebUi.Services.Identity;

/// <summary>Somebody who has an account, as others may find them.</summary>
/// <param name="Folded">The name by <see cref="PlainText"/>.</param>
internal sealed record DirectoryEntry(UserId Id, string Name, string Email, AccountRole Role, string Folded);

/// <summary>What accounts are looked for.</summary>
/// <param name="Text">Part of the name or e-mail, whatever its case and accents; empty for all.</param>
/// <param name="Role">Null for every role.</param>
internal sealed record AccountFilter(string Text = "", AccountRole? Role = null)
{
    private readonly string _folded = PlainText.Fold(Text.Trim());

    public bool Takes(Account account) =>
        (Role is null || account.Role == Role)
        && (_folded.Length == 0 || PlainText.Fold(account.Name).Contains(_folded, StringComparison.Ordinal)
            || PlainText.Fold(account.Email).Contains(_folded, StringComparison.Ordinal));
}

/// <summary>One page of accounts.</summary>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="IsCut">There are more accounts than are looked at.</param>
internal sealed record AccountPage(IReadOnlyList<Account> Accounts, int Total, bool IsCut);

/// <summary>
/// All accounts, looked through in one scan of their partition: a team has hundreds. Nothing here holds more of them than the
/// page that is asked for; without hashes, sessions and keys.
/// </summary>
internal sealed class AccountDirectory(AccountStore accounts, TimeProvider time)
{
    /// <summary>No scan goes further: 50 queries.</summary>
    public const int MaxAccounts = 50_000;

    private readonly Lock _gate = new();
    private (DateTimeOffset ReadAt, Task<IReadOnlyList<DirectoryEntry>> Read)? _known;

    /// <summary>As they are now, in no order that means anything; at most <see cref="MaxAccounts"/>.</summary>
    public async IAsyncEnumerable<Account> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var count = 0;
        await foreach (var account in accounts.AllAsync(cancellation))
        {
            if (++count > MaxAccounts)
            {
                yield break;
            }

            yield return account with { PasswordHash = null, Sessions = [], Keys = [] };
        }
    }

    /// <summary>One page, as the accounts are now.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="order">Who comes first; accounts that are alike stand by their ids.</param>
    /// <param name="page">From 1.</param>
    /// <param name="pageSize">How many.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<AccountPage> PageAsync(AccountFilter filter, Comparison<Account> order, int page, int pageSize, CancellationToken cancellation)
    {
        var ranking = Comparer<Account>.Create((a, b) => order(a, b) is var by and not 0 ? by : string.CompareOrdinal(a.Id.Text, b.Id.Text));
        var needed = (int)Math.Min((long)page * pageSize, MaxAccounts);
        // The last one of those needed is on top, and goes when a better one comes.
        var best = new PriorityQueue<Account, Account>(Comparer<Account>.Create((a, b) => ranking.Compare(b, a)));
        var (seen, total) = (0, 0);
        await foreach (var account in AllAsync(cancellation))
        {
            seen++;
            if (filter.Takes(account))
            {
                total++;
                best.Enqueue(account, account);
                if (best.Count > needed)
                {
                    best.Dequeue();
                }
            }
        }

        var ranked = best.UnorderedItems.Select(item => item.Element).Order(ranking).Skip(Math.Min(needed, (page - 1) * pageSize)).ToList();
        return new(ranked, total, seen == MaxAccounts);
    }

    /// <summary>Who is in which group: ids of members by group.</summary>
    public async Task<ILookup<string, UserId>> MembersAsync(CancellationToken cancellation)
    {
        var members = new List<(string Group, UserId User)>();
        await foreach (var account in AllAsync(cancellation))
        {
            members.AddRange(account.Groups.Select(group => (group, account.Id)));
        }

        return members.ToLookup(m => m.Group, m => m.User);
    }

    /// <summary>Everybody by name, at most 5 s old: for searches of people who are no administrators, of which each must not cost a scan.</summary>
    public Task<IReadOnlyList<DirectoryEntry>> PeopleAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_known is not { } known || now - known.ReadAt >= AccountCache.MaxAge || known.Read.IsFaulted)
            {
                known = (now, Task.Run(ReadPeopleAsync, CancellationToken.None));
                _known = known;
            }

            return known.Read.WaitAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<DirectoryEntry>> ReadPeopleAsync()
    {
        var people = new List<DirectoryEntry>();
        await foreach (var account in AllAsync(CancellationToken.None))
        {
            people.Add(new(account.Id, account.Name, account.Email, account.Role, PlainText.Fold(account.Name)));
        }

        people.Sort((a, b) => string.CompareOrdinal(a.Folded, b.Folded) is var by and not 0 ? by : string.CompareOrdinal(a.Id.Text, b.Id.Text));
        return people;
    }
}
