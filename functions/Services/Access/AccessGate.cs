using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Access;

/// <summary>Lets a request into its route, or answers why not: who calls (<see cref="CallerAuthentication"/>) against what the route asks (<see cref="Gate"/>).</summary>
internal sealed class AccessGate(RequestDelegate next, CallerAuthentication authentication)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint)
        {
            await ErrorWriter.WriteAsync(context, new(404, "not_found", "There is nothing at this address."));
            return;
        }

        if (endpoint is not RouteEndpoint)
        {
            // Routing's own stand-in for a known address with a wrong method: it names no gate, but knows what to put into Allow.
            await endpoint.RequestDelegate!(context);
            await ErrorWriter.WriteAsync(context, new(405, "method_not_allowed", $"This address takes {context.Response.Headers.Allow}."));
            return;
        }

        var gate = endpoint.Metadata.GetMetadata<Gate>()
            ?? throw new InvalidOperationException($"{endpoint.DisplayName} names no gate.");
        if (gate.Least == Standing.Stranger && !gate.IsRelay)
        {
            await next(context);
            return;
        }

        var (caller, refusal) = await authentication.AuthenticateAsync(context, gate.IsRelay);
        RequestSummary.Of(context).Caller = caller.Kind;
        if (refusal is null && Admits(gate, caller))
        {
            context.Items[typeof(Caller)] = caller;
            await next(context);
            return;
        }

        await ErrorWriter.WriteAsync(context, refusal ?? Refusal(caller, ErrorWriter.DialectOf(context)));
    }

    /// <summary>The caller that the gate let in.</summary>
    public static Caller CallerOf(HttpContext context) => (Caller)context.Items[typeof(Caller)]!;

    private static bool Admits(Gate gate, Caller caller) =>
        caller.Standing >= gate.Least && (gate.IsRelay || !caller.IsRelayOnly) || (gate.IsRelay && caller.HasOnlyOwnKey);

    private static ErrorReport Refusal(Caller caller, ErrorDialect dialect)
    {
        if (caller.Standing > Standing.Stranger)
        {
            return new(403, "forbidden", "You may not do this here.");
        }

        // NextChat's clients look for these very words.
        return dialect == ErrorDialect.NextChat
            ? new(401, "empty_access_code", "empty access code")
            : new(401, "access_code_required", "This site asks for an access code. Enter it on the page, or send it as 'Authorization: Bearer nk-<code>'.");
    }
}
