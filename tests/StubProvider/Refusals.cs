using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.StubProvider;

/// <summary>The behaviours that never come to an answer: error statuses, pages, redirects, rubbish.</summary>
internal static class Refusals
{
    private const string Page = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Welcome to the captive portal</h1></body></html>";
    private const string BadGatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

    /// <summary>Sends what the behaviour asks for and returns true; false where the behaviour is one of an answer.</summary>
    public static async Task<bool> SendAsync(
        StubServer stub, HttpContext context, StubRequest request, CancellationTokenRegistration left, StubBehavior behavior, StubDialect dialect, CancellationToken cancellationToken)
    {
        var status = behavior.StatusCode;
        switch (behavior.Kind)
        {
            case StubBehaviorKind.Status:
                if (behavior.RetryAfter is { } wait)
                {
                    context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                }

                context.Response.Headers["x-request-id"] = "stub-request";
                await SendErrorAsync(context, dialect, status, behavior.Message ?? StubErrors.MessageFor(status), cancellationToken);
                return true;
            case StubBehaviorKind.Vllm:
                await SendVllmAsync(context, status, Vllm.MessageFor(status, request), cancellationToken);
                return true;
            case StubBehaviorKind.Answer when stub.IsVllm && Vllm.Refusal(stub, request) is { } refusal:
                await SendVllmAsync(context, refusal.Status, refusal.Message, cancellationToken);
                return true;
            case StubBehaviorKind.Html:
                await SendBytesAsync(context, 200, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(Page), cancellationToken);
                return true;
            case StubBehaviorKind.HtmlBadGateway:
                await SendBytesAsync(context, 502, "text/html", Encoding.UTF8.GetBytes(BadGatewayPage), cancellationToken);
                return true;
            case StubBehaviorKind.Redirect:
                context.Response.Headers.Location = behavior.Location;
                await SendBytesAsync(context, 302, "text/plain", [], cancellationToken);
                return true;
            case StubBehaviorKind.Empty:
                await SendBytesAsync(context, 200, "application/json", [], cancellationToken);
                return true;
            case StubBehaviorKind.NotJson:
                await SendBytesAsync(context, 200, "application/json", "{\"choices\":[{\"message\":"u8.ToArray(), cancellationToken);
                return true;
            case StubBehaviorKind.Garbage:
                await RawWire.SendAndResetAsync(context, left, RawTcpStub.GarbageBytes, cancellationToken);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Sends an error in the form of the route's dialect.</summary>
    public static Task SendErrorAsync(HttpContext context, StubDialect dialect, int status, string message, CancellationToken cancellationToken)
    {
        JsonObject body = dialect switch
        {
            StubDialect.Ollama => StubErrors.Ollama(message),
            StubDialect.Anthropic => StubErrors.Anthropic(status, message),
            _ => StubErrors.OpenAi(status, message),
        };
        return SendBytesAsync(context, status, "application/json", StubErrors.Bytes(body), cancellationToken);
    }

    private static Task SendVllmAsync(HttpContext context, int status, string message, CancellationToken cancellationToken) =>
        SendBytesAsync(context, status, "application/json", StubErrors.Bytes(StubErrors.Vllm(status, message)), cancellationToken);

    private static async Task SendBytesAsync(HttpContext context, int status, string contentType, byte[] body, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, cancellationToken);
    }
}
