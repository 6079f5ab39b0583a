namespace OpenWebUi.Services.Ldap;

/// <summary>A person as the directory knows them.</summary>
/// <param name="Name">The entry's <c>cn</c>; the user name where it has none.</param>
/// <param name="UserName">Lower case, and of several names always the same one: a person has one, however they typed it. Never empty.</param>
/// <param name="Email">Lower case.</param>
/// <param name="Groups">The <c>cn</c> of each group, in the directory's order, each once; values that name no entry with a <c>cn</c> are left out.</param>
internal sealed record LdapPerson(string Name, string UserName, string Email, IReadOnlyList<string> Groups);

/// <summary>What the directory says to a user name and a password.</summary>
internal abstract record LdapOutcome
{
    private LdapOutcome()
    {
    }

    /// <summary>The password is theirs.</summary>
    public sealed record Found(LdapPerson Person) : LdapOutcome;

    /// <summary>Wrong password, nobody or more than one of this name, or nothing typed: deliberately the same, and as slow, so that nobody learns who exists.</summary>
    public sealed record WrongCredentials : LdapOutcome;

    /// <summary>The password is right, but the entry has no e-mail address, without which there can be no account.</summary>
    public sealed record NoMail : LdapOutcome;

    /// <summary>Nobody could be asked, or the directory did not do its part; the password may be right.</summary>
    /// <param name="Reason">For the operator, already logged: host, cause, what to do. No name and no password of a person.</param>
    /// <param name="Message">May be shown to anybody.</param>
    public sealed record Unavailable(string Reason, string Message) : LdapOutcome;
}
