using System.Collections.Concurrent;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Services.Access;

/// <summary>
/// The account that a proxy or the platform names. It is found or made once a minute for each person; between that a request
/// costs no more than any other. Whoever is not the proxy may write the headers as they like: they are not looked at.
/// </summary>
internal sealed class TrustedIdentity(
    AccessOptions access, HostingOptions hosting, OutsideSignIn outside, AccountStore accounts, AdminSettingsStore settings, TimeProvider time)
{
    private const int MaxGroups = 200;
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<LinkedIdentity, (UserId User, string Groups, DateTimeOffset At)> _known = new();

    /// <param name="context">The request.</param>
    /// <param name="isInvited">Whether this browser has shown an access code, where an account needs one.</param>
    /// <returns>Nothing where nobody is named; else the account, or why there is none.</returns>
    public async ValueTask<(Account? Account, ErrorReport? Refusal)> FindAsync(HttpContext context, Func<ValueTask<bool>> isInvited)
    {
        if (access.Trusted is not { } options || Read(context, options) is not { } outsider)
        {
            return default;
        }

        var (now, groups, cancellation) = (time.GetUtcNow(), string.Join(',', outsider.GroupNames ?? []), context.RequestAborted);
        if (_known.TryGetValue(outsider.Link, out var known) && known.Groups == groups && now - known.At < LookAgainAfter
            && await accounts.CurrentAsync(known.User, cancellation) is { } account)
        {
            return (account, null);
        }

        var rules = new OutsideRules(
            (await settings.CurrentAsync(cancellation)).EnableSignup, options.MergesByEmail, CreatesGroups: false, access.NeedsInvitation && !await isInvited());
        switch (await outside.AdmitAsync(outsider, rules, cancellation))
        {
            case OutsideOutcome.Admitted(var user, var change):
                if (_known.Count >= MaxRemembered)
                {
                    _known.Clear();
                }

                _known[outsider.Link] = (user, groups, now);
                return (await ChangedAsync(user, change, cancellation), null);
            case OutsideOutcome.Refused(var code, var sentence):
                return (null, new(403, code, sentence));
            default:
                return default;
        }
    }

    /// <summary>Most of the time nothing has changed, and nothing is written.</summary>
    private async Task<Account?> ChangedAsync(UserId user, Func<Account, Account?> change, CancellationToken cancellation)
    {
        if (await accounts.CurrentAsync(user, cancellation) is not { } account || change(account) is not { } changed
            || (changed.Role == account.Role && changed.Links.SequenceEqual(account.Links) && changed.Groups.SequenceEqual(account.Groups)))
        {
            return await accounts.CurrentAsync(user, cancellation);
        }

        return await accounts.ChangeAsync(user, change, cancellation) is ChangeOutcome.Changed(var stored) ? stored : null;
    }

    private Outsider? Read(HttpContext context, TrustedIdentityOptions options)
    {
        if (options.IsPlatform)
        {
            return PlatformPrincipal.Read(context.Request);
        }

        var headers = context.Request.Headers;
        // Twice the same header: the proxy added its own to one of the caller's, and which is which nobody knows.
        if (!hosting.TrustedProxies.Trusts(context.Connection.RemoteIpAddress) || headers[options.EmailHeader!].Count != 1
            || EmailAddress.Parse(headers[options.EmailHeader!].ToString()) is not { } email)
        {
            return null;
        }

        var name = options.NameHeader is { } header && headers[header].Count == 1 ? Uri.UnescapeDataString(headers[header].ToString()).Trim() : null;
        IReadOnlyList<string>? groups = options.GroupsHeader is { } list && headers[list].Count == 1
            ? [.. headers[list].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxGroups)] : null;
        return new(new("trusted", email), email, IsEmailVerified: true, name, "trusted", GroupNames: groups);
    }
}
