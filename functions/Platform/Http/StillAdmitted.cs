namespace OpenWebUi.Platform.Http;

/// <summary>
/// Whether the caller may still do what it was let in for. A body can take a minute to come, and an import longer: an account that
/// is lowered or a session that is ended meanwhile must not act on. In <c>HttpContext.Items</c> under this type.
/// </summary>
/// <param name="CheckAsync">The refusal, or null. Costs no storage read within 5 s of the last.</param>
internal sealed record StillAdmitted(Func<Task<ErrorReport?>> CheckAsync)
{
    /// <exception cref="RefusedException">The caller may not any more.</exception>
    public static async Task DemandAsync(HttpContext context)
    {
        if (context.Items[typeof(StillAdmitted)] is StillAdmitted still && await still.CheckAsync() is { } refusal)
        {
            throw new RefusedException(refusal);
        }
    }
}
