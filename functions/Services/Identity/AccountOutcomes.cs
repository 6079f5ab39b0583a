namespace OpenWebUi.Services.Identity;

/// <summary>How the making of an account ended.</summary>
internal abstract record CreateOutcome
{
    public sealed record Created(Account Account) : CreateOutcome;

    /// <summary>Another account has this e-mail address.</summary>
    public sealed record EmailTaken : CreateOutcome;

    /// <summary>The person of this provider has an account already.</summary>
    public sealed record LinkTaken : CreateOutcome;
}

/// <summary>How a change of an account ended; nothing but <see cref="Changed"/> changed anything.</summary>
internal abstract record ChangeOutcome
{
    public sealed record Changed(Account Account) : ChangeOutcome;

    /// <summary>There is no such account.</summary>
    public sealed record Missing : ChangeOutcome;

    /// <summary>The change itself said no, looking at the account as it is now.</summary>
    public sealed record Refused(Account Account) : ChangeOutcome;

    /// <summary>The new e-mail address, or the new external identity, is another account's.</summary>
    public sealed record Taken : ChangeOutcome;
}
