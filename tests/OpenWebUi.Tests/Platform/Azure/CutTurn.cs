namespace OpenWebUi.Tests.Platform.Azure;

/// <summary>
/// Keeps every other request out from a write whose answer will be cut until its client knows what happened. Without it
/// another writer could replace the row meanwhile, and no client in the world could tell then.
/// </summary>
internal sealed class CutTurn
{
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? owner;
    private bool wasCut;
    private int inside;

    /// <summary>Waits until no other request has the turn.</summary>
    public async Task EnterAsync(string id)
    {
        while (true)
        {
            Task end;
            lock (gate)
            {
                if (owner is null || owner == id)
                {
                    inside++;
                    return;
                }

                end = ended.Task;
            }

            // A client that gave up never comes back.
            if (await Task.WhenAny(end, Task.Delay(LongestTurn)) != end)
            {
                lock (gate)
                {
                    End();
                }
            }
        }
    }

    /// <summary>Takes the turn, or says no where another request is being served.</summary>
    public bool TryTake(string id)
    {
        lock (gate)
        {
            if (inside > 1)
            {
                return false;
            }

            (owner, wasCut) = (id, false);
            return true;
        }
    }

    /// <param name="id">Who leaves.</param>
    /// <param name="method">The verb.</param>
    /// <param name="status">The answer's status; 0 where it was cut.</param>
    public void Leave(string id, string method, int status)
    {
        lock (gate)
        {
            inside--;
            if (owner != id)
            {
                return;
            }

            if (status is 0 or >= 429)
            {
                wasCut |= status is 0 or 500;
            }
            // The next try of a put that was done is refused, and a read of the same id follows; nothing follows otherwise.
            else if (!wasCut || method is "GET" or "DELETE" || status < 300)
            {
                End();
            }
        }
    }

    private void End()
    {
        owner = null;
        ended.TrySetResult();
        ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
