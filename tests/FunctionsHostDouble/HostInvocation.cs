namespace OpenWebUi.FunctionsHostDouble;

/// <summary>One invocation, as Application Insights would list it.</summary>
public sealed class HostInvocation
{
    private readonly TaskCompletionSource<int> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HostInvocation(string functionName, string method, string path) => (FunctionName, Method, Path) = (functionName, method, path);

    /// <summary>The function that was chosen.</summary>
    public string FunctionName { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The decoded path that was matched.</summary>
    public string Path { get; }

    /// <summary>The id in x-ms-invocation-id and X-Azure-Functions-InvocationId.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Completes with the status when the exchange has ended, also when the caller left or the handler died.</summary>
    public Task<int> Completed => _completed.Task;

    internal void End(int status) => _completed.TrySetResult(status);
}
