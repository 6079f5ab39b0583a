using System.Formats.Asn1;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace OpenWebUi.Services.Ldap;

/// <summary>
/// Asks the directory who somebody is.
/// <list type="number">
/// <item>What can't be a name or a password is refused before anything is sent: an empty password would be a bind as nobody, which succeeds.</item>
/// <item>On one connection: bind as the site (<c>LDAP_APP_DN</c>, or nobody), search the entry whose user name is the typed one.</item>
/// <item>On another: bind as that entry with the typed password. For nobody, or more than one, a bind as an entry that does not exist, with random
/// characters of the same length: the same connections and messages either way. What is left to measure is the directory's own
/// work on a password, which it does for entries that exist; that is its to hide.</item>
/// <item>Only then, for the right password, is said what the entry lacks.</item>
/// </list>
/// Spoken over our own connection, not by <c>System.DirectoryServices.Protocols</c>: on Linux that loads libldap, which has one
/// list of trusted certificates for the whole process, no way to check a certificate ourselves, and waits for ever for a
/// silent server (seen with 10.0.15 and libldap 2.5.13: 15 s in a bind whose limit was 2 s).
/// </summary>
internal sealed partial class LdapDirectory(LdapOptions options, TimeProvider time, ILogger<LdapDirectory> logger)
{
    /// <summary>For the whole answer, both connections together: a person waits for it, and a dead directory may not hold requests.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>What people are told when the directory is to blame.</summary>
    public const string UnavailableMessage = "The directory cannot be asked at the moment. Try again in a minute; if it stays so, tell the administrator of this site.";

    private const int MaxUserCharacters = 256;
    private const int MaxPasswordCharacters = 1024;

    /// <summary>One is wanted; the second says that the name is not unique.</summary>
    private const int MaxEntries = 2;

    private static readonly LdapOutcome Wrong = new LdapOutcome.WrongCredentials();

    /// <summary>Safe to repeat and to call at the same time; changes nothing here or there (a directory may count wrong passwords). Logs why it is <see cref="LdapOutcome.Unavailable"/>.</summary>
    /// <param name="user">As typed; blanks around it do not count.</param>
    /// <param name="password">As typed, every character counts.</param>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async Task<LdapOutcome> FindAsync(string user, string password, CancellationToken cancellation)
    {
        // 1.
        user = user.Trim();
        if (!CanBeUser(user) || !CanBePassword(password))
        {
            return Wrong;
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var entry = await SearchAsync(user, either.Token);
            return await AreCredentialsRightAsync(entry, password, either.Token) ? Read(entry!) : Wrong;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fail($"it did not answer within {Limit.TotalSeconds:0} s");
        }
        catch (LdapException e)
        {
            return Fail(e.Message);
        }
        catch (AuthenticationException e)
        {
            return Fail($"its TLS was not accepted: {(e.InnerException is null ? e.Message : $"{e.Message} {e.InnerException.Message}").TrimEnd('.')}. LDAP_CA_CERT_FILE names the authority to trust, "
                + "and LDAP_SERVER_HOST must be a name in the certificate");
        }
        catch (AsnContentException)
        {
            return Fail("it sent a message that is no LDAP");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return Fail($"{e.Message}. Check LDAP_SERVER_HOST, LDAP_SERVER_PORT and the way there");
        }
    }

    private static bool CanBeUser(string user) => user.Length is > 0 and <= MaxUserCharacters && !user.Any(char.IsControl);

    /// <summary>A NUL ends the text in directories that are written in C: what is before it may be nothing.</summary>
    private static bool CanBePassword(string password) =>
        password.Length <= MaxPasswordCharacters && !string.IsNullOrWhiteSpace(password) && !password.Contains('\0', StringComparison.Ordinal);

    /// <summary>Step 2: the only entry of this name, or null.</summary>
    private async Task<LdapEntry?> SearchAsync(string user, CancellationToken cancellation)
    {
        await using var connection = await LdapConnection.OpenAsync(options, cancellation);
        if (options is { AppDn: { } dn, AppPassword: { } password })
        {
            var bound = await connection.BindAsync(dn, password, cancellation);
            if (bound.Code != LdapCode.Success)
            {
                throw new LdapException($"it refused LDAP_APP_DN with LDAP_APP_PASSWORD (code {(int)bound.Code} {bound.Diagnostic})");
            }
        }

        var search = new LdapSearch(
            options.SearchBase, options.Filter, options.UserNameAttribute, user,
            [options.UserNameAttribute, options.MailAttribute, options.GroupsAttribute, "cn"], MaxEntries, Limit);
        var (entries, result) = await connection.SearchAsync(search, cancellation);
        switch (result.Code)
        {
            case LdapCode.Success when entries.Count < 2:
                return entries.SingleOrDefault() is { } entry && IsNamed(entry, user) ? entry : null;
            case LdapCode.Success or LdapCode.SizeLimitExceeded:
                Log.NotUnique(logger, options.UserNameAttribute);
                return null;
            case LdapCode.NoSuchObject or LdapCode.InsufficientAccessRights:
                throw new LdapException($"it has no entry LDAP_SEARCH_BASE, or does not show it to {(options.AppDn is null ? "nobody (set LDAP_APP_DN and LDAP_APP_PASSWORD)" : "LDAP_APP_DN")}");
            default:
                throw new LdapException($"it refused the search (code {(int)result.Code} {result.Diagnostic})");
        }
    }

    /// <summary>
    /// Directories overlook more than case: soft hyphens, wide letters, blanks in a row (RFC 4518). Whoever limits guesses by the typed name would
    /// then count each spelling by itself; so only the spelling of the entry counts, in any case.
    /// </summary>
    private bool IsNamed(LdapEntry entry, string user)
    {
        var names = entry.Of(options.UserNameAttribute);
        if (names.Count == 0)
        {
            Log.NoUserName(logger, options.UserNameAttribute);
        }

        // The lower case of both, by which limits are counted; comparing without case would make some letters equal that are not so there.
        var typed = user.ToLowerInvariant();
        return names.Select(name => name.ToLowerInvariant()).Contains(typed, StringComparer.Ordinal);
    }

    /// <summary>Step 3.</summary>
    private async Task<bool> AreCredentialsRightAsync(LdapEntry? entry, string password, CancellationToken cancellation)
    {
        await using var connection = await LdapConnection.OpenAsync(options, cancellation);
        var dn = entry?.Dn ?? $"cn=nobody-{Guid.NewGuid():N},{options.SearchBase}";
        var bound = await connection.BindAsync(dn, entry is null ? RandomLike(password) : password, cancellation);
        return bound.Code switch
        {
            LdapCode.Success => entry is not null,
            // Its own trouble, not the password's.
            LdapCode.OperationsError or LdapCode.ProtocolError or LdapCode.TimeLimitExceeded or LdapCode.AuthMethodNotSupported or LdapCode.StrongerAuthRequired
                or LdapCode.Referral or LdapCode.AdminLimitExceeded or LdapCode.ConfidentialityRequired or LdapCode.Busy or LdapCode.Unavailable or LdapCode.Other
                => throw new LdapException($"it did not check a password (code {(int)bound.Code})"),
            // Wrong, locked, expired, not allowed to bind: the person is not in, and is not told more.
            _ => false,
        };
    }

    private static string RandomLike(string password) => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", password.Length);

    /// <summary>Step 4.</summary>
    private LdapOutcome Read(LdapEntry entry)
    {
        var email = entry.Of(options.MailAttribute).Select(mail => mail.Trim().ToLowerInvariant()).FirstOrDefault(IsEmail);
        if (email is null)
        {
            Log.NoMail(logger, options.MailAttribute);
            return new LdapOutcome.NoMail();
        }

        var userName = entry.Of(options.UserNameAttribute).Select(n => n.ToLowerInvariant()).Min(StringComparer.Ordinal)!;
        var name = entry.Of("cn").Select(cn => cn.Trim()).FirstOrDefault(cn => cn.Length > 0) ?? userName;
        var groups = entry.Of(options.GroupsAttribute).Select(DistinguishedName.CommonNameOf).OfType<string>().Distinct(StringComparer.Ordinal);
        return new LdapOutcome.Found(new LdapPerson(name, userName, email, [.. groups]));
    }

    private static bool IsEmail(string text) =>
        text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == text.LastIndexOf('@') && at < text.Length - 1
        && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    private LdapOutcome.Unavailable Fail(string cause)
    {
        var reason = $"The directory {options.Host}:{options.Port} cannot be used: {cause.TrimEnd('.')}.";
        Log.Unavailable(logger, reason);
        return new(reason, UnavailableMessage);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in was refused because several entries of the directory have the same {Attribute}: make LDAP_SEARCH_BASE or LDAP_SEARCH_FILTER narrower")]
        public static partial void NotUnique(ILogger logger, string attribute);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in was refused because the directory found an entry and does not show its {Attribute} (LDAP_ATTRIBUTE_FOR_USERNAME): let LDAP_APP_DN read it")]
        public static partial void NoUserName(ILogger logger, string attribute);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in with the right password was refused because the entry of the directory has no e-mail address in {Attribute} (LDAP_ATTRIBUTE_FOR_MAIL)")]
        public static partial void NoMail(ILogger logger, string attribute);
    }
}
