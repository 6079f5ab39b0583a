using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>POSTs timer and queue invocations to <c>/&lt;FunctionName&gt;</c> and judges the answers.</summary>
internal sealed class TriggerInvoker : IDisposable
{
    private readonly HttpClient _client;
    private readonly string _hostVersion;
    private readonly TimeSpan? _functionTimeout;

    public TriggerInvoker(Uri handler, string hostVersion, TimeSpan? functionTimeout)
    {
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = handler,
            Timeout = functionTimeout is { } limit ? limit + TimeSpan.FromMinutes(1) : Timeout.InfiniteTimeSpan,
        };
        _hostVersion = hostVersion;
        _functionTimeout = functionTimeout;
    }

    public async Task<InvocationResult> InvokeAsync(HostInvocation invocation, byte[] payload, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, invocation.FunctionName);
        request.Content = new ByteArrayContent(payload);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.Add("X-Azure-Functions-InvocationId", invocation.Id.ToString());
        request.Headers.Add("X-Azure-Functions-HostVersion", _hostVersion);
        request.Headers.UserAgent.ParseAdd("Azure-Functions-Host/" + _hostVersion);
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return Judge((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body);
        }
        catch (HttpRequestException e)
        {
            return new InvocationResult(Succeeded: false, $"The handler did not answer: {e.Message}", Status: null, "", Answer: null);
        }
    }

    private InvocationResult Judge(int status, string? mediaType, string body)
    {
        if (status is < 200 or > 299)
        {
            return Failed($"The handler answered {status}.");
        }

        if (body.Length == 0)
        {
            return Failed($"{status} with an empty body: the host would hang until functionTimeout ({_functionTimeout?.ToString() ?? "unlimited"}) and then restart the handler. Answer {{}}.");
        }

        if (!string.Equals(mediaType, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            return Failed($"The Content-Type is {mediaType ?? "missing"}; the host reads application/json only.");
        }

        JsonObject? answer;
        try
        {
            answer = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException e)
        {
            return Failed($"The body is no JSON: {e.Message}");
        }

        if (answer is null)
        {
            return Failed("The body is JSON, but no object.");
        }

        if (answer["Outputs"] is not (null or JsonObject))
        {
            return Failed("Outputs must be an object.");
        }

        if (answer["Logs"] is { } logs && (logs is not JsonArray lines || lines.Any(l => l?.GetValueKind() != JsonValueKind.String)))
        {
            return Failed("Logs must be an array of strings.");
        }

        return new InvocationResult(Succeeded: true, Reason: null, status, body, answer);

        InvocationResult Failed(string reason) => new(Succeeded: false, reason, status, body, Answer: null);
    }

    public void Dispose() => _client.Dispose();
}
