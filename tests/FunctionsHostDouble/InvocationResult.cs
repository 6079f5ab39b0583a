using System.Text.Json.Nodes;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>How a timer or queue invocation ended, judged as strictly as the host judges it.</summary>
/// <param name="Succeeded">Whether the host takes it for a success; a failed queue invocation is delivered again, five times in all.</param>
/// <param name="Reason">Why it failed; null on success.</param>
/// <param name="Status">The HTTP status, null where the handler could not be reached.</param>
/// <param name="Body">The answer's text.</param>
/// <param name="Answer">The answer as a JSON object (<c>Outputs</c>, <c>Logs</c>, <c>ReturnValue</c>), null where it is none.</param>
public sealed record InvocationResult(bool Succeeded, string? Reason, int? Status, string Body, JsonObject? Answer)
{
    /// <summary>The lines that the handler gave the host to log.</summary>
    public IReadOnlyList<string> Logs => Answer?[nameof(Logs)] is JsonArray lines ? [.. lines.Select(l => l!.GetValue<string>())] : [];
}

/// <summary>What became of a queue message.</summary>
/// <param name="Tries">Each delivery, in order; none where it could not be decoded.</param>
/// <param name="IsPoison">It was moved to the queue's <c>-poison</c>.</param>
public sealed record QueueDelivery(IReadOnlyList<InvocationResult> Tries, bool IsPoison);
