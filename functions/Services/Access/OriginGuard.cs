using OpenWebUi.Platform.Http;

namespace OpenWebUi.Services.Access;

/// <summary>
/// What other web pages may do here. Open mode asks nobody for anything, so a page elsewhere could drive a server on its
/// visitor's own machine: requests of other origins are refused, and so are requests for a name that is not ours (DNS
/// rebinding). Code mode asks for a code, which another page does not have: there the relay answers every origin, without
/// credentials. <c>CORS_ALLOW_ORIGIN</c> narrows or widens both.
/// </summary>
internal sealed class OriginGuard(RequestDelegate next, AccessOptions options, KnownHosts hosts, PublicRequest requests)
{
    private const string PreflightSeconds = "600";

    public Task InvokeAsync(HttpContext context)
    {
        if (options.Mode == AccessMode.Open && !hosts.Answers(context))
        {
            return ErrorWriter.WriteAsync(context, KnownHosts.Refusal);
        }

        var isSameOrigin = requests.IsSameOrigin(context.Request);
        var gate = context.GetEndpoint()?.Metadata.GetMetadata<Gate>();
        // An open file says so to everybody: caches keep one answer for all.
        var allowed = gate is { IsOpenFile: true } ? "*" : isSameOrigin ? null : AllowedOrigin(context.Request, gate);
        if (allowed is not null)
        {
            WriteCors(context, allowed);
        }

        if (HttpMethods.IsOptions(context.Request.Method) && context.Request.Headers.ContainsKey("Access-Control-Request-Method"))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        if (options.Mode == AccessMode.Open && !isSameOrigin && allowed is null && !(gate is not { IsRelay: true } && IsNavigation(context.Request)))
        {
            return ErrorWriter.WriteAsync(context, new(403, "cross_site",
                "A page of another origin made this request, and this site asks nobody for a code. Set CODE, or name the origin in CORS_ALLOW_ORIGIN."));
        }

        return next(context);
    }

    private string? AllowedOrigin(HttpRequest request, Gate? gate)
    {
        var origin = request.Headers.Origin.ToString();
        if (options.AllowedOrigins is { } named)
        {
            // Every page there is may use the models, but nobody means every page there is to read his chats, or to administrate.
            return named.Contains("*") && gate is { IsRelay: true } ? "*" : origin.Length > 0 && named.Contains(origin, StringComparer.OrdinalIgnoreCase) ? origin : null;
        }

        // A preflight for a relay path finds the route, because relay routes also match OPTIONS.
        return options.Mode != AccessMode.Open && gate is { IsRelay: true } && origin.Length > 0 ? "*" : null;
    }

    private static void WriteCors(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlExposeHeaders = "x-openwebui-connection, x-openwebui-chat-id, retry-after, x-request-id";
        if (origin != "*")
        {
            headers.Append("Vary", "Origin");
        }

        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return;
        }

        headers.AccessControlAllowMethods = "GET, POST, DELETE, OPTIONS";
        headers.AccessControlMaxAge = PreflightSeconds;
        if (context.Request.Headers.AccessControlRequestHeaders.ToString() is { Length: > 0 } wanted)
        {
            headers.AccessControlAllowHeaders = wanted;
        }
    }

    /// <summary>Somebody followed a link to the page.</summary>
    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"].ToString() == "navigate"
        && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
}
