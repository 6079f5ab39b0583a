using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Access;

/// <summary>Lets a request into its route, or answers why not: who calls (<see cref="CallerAuthentication"/>) against what the route asks (<see cref="Gate"/>).</summary>
internal sealed class AccessGate(RequestDelegate next, CallerAuthentication authentication, AccessOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            return ErrorWriter.WriteAsync(context, new(404, "not_found", "There is nothing at this address."));
        }

        if (endpoint is not RouteEndpoint)
        {
            return RefuseMethodAsync(context, endpoint);
        }

        var gate = endpoint.Metadata.GetMetadata<Gate>()
            ?? throw new InvalidOperationException($"{endpoint.DisplayName} names no gate.");
        if (gate.Least == Standing.Stranger)
        {
            return next(context);
        }

        // Who is known already waits for nothing, and a call of the relay has one asynchronous method less on its way.
        var authenticating = authentication.AuthenticateAsync(context, gate.IsRelay);
        return authenticating.IsCompletedSuccessfully ? EnterAsync(context, gate, authenticating.Result) : EnterAfterAsync();

        async Task EnterAfterAsync() => await EnterAsync(context, gate, await authenticating);
    }

    private Task EnterAsync(HttpContext context, Gate gate, Authentication known)
    {
        var (caller, refusal) = known;
        RequestSummary.Of(context).Caller = caller.Kind;
        if (refusal is not null || !Admits(gate, caller))
        {
            return ErrorWriter.WriteAsync(context, refusal ?? Refusal(caller, ErrorWriter.DialectOf(context), gate));
        }

        context.Items[typeof(Caller)] = caller;
        if (caller.Account is not null && !gate.IsRelay)
        {
            context.Items[typeof(StillAdmitted)] = new StillAdmitted(() => RefusalNowAsync(context, gate));
        }

        return next(context);
    }

    /// <summary>Routing's own stand-in for a known address with a wrong method: it names no gate, but knows what to put into Allow.</summary>
    private static async Task RefuseMethodAsync(HttpContext context, Endpoint endpoint)
    {
        await endpoint.RequestDelegate!(context);
        await ErrorWriter.WriteAsync(context, new(405, "method_not_allowed", $"This address takes {context.Response.Headers.Allow}."));
    }

    private async Task<ErrorReport?> RefusalNowAsync(HttpContext context, Gate gate)
    {
        var (caller, refusal) = await authentication.AuthenticateAsync(context, gate.IsRelay);
        return refusal ?? (Admits(gate, caller) ? null : Refusal(caller, ErrorWriter.DialectOf(context), gate));
    }

    /// <summary>The caller that the gate let in.</summary>
    public static Caller CallerOf(HttpContext context) => (Caller)context.Items[typeof(Caller)]!;

    private static bool Admits(Gate gate, Caller caller) =>
        (caller.Standing >= gate.Least && (gate.IsRelay || !caller.IsRelayOnly) && (!gate.NeedsAccount || caller.Account is not null))
        || (gate.IsRelay && caller.HasOnlyOwnKey);

    private ErrorReport Refusal(Caller caller, ErrorDialect dialect, Gate gate)
    {
        if (caller.Standing > Standing.Stranger)
        {
            return caller.Standing == Standing.Pending
                ? new(403, "account_pending", "Your account waits until an administrator lets it in.")
                : gate.Least == Standing.Admin && caller.Standing < Standing.Admin ? new(403, "forbidden", "Only an administrator may do this.")
                : gate.NeedsAccount && caller.Account is null ? new(403, "no_account", "This is about an account, and you are here without one.")
                : new(403, "forbidden", "You may not do this here.");
        }

        if (options.Mode == AccessMode.Accounts)
        {
            return new(401, "not_authenticated", "Sign in first, or send an API key of your account as 'Authorization: Bearer sk-ow-...'.");
        }

        // NextChat's clients look for these very words.
        return dialect == ErrorDialect.NextChat
            ? new(401, "empty_access_code", "empty access code")
            : new(401, "access_code_required", "This site asks for an access code. Enter it on the page, or send it as 'Authorization: Bearer nk-<code>'.");
    }
}
