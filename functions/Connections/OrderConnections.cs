using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary><c>POST /api/v1/connections/order {ids}</c>: all that are not locked, in their new order. Answers the list.</summary>
internal sealed class OrderConnections(ConnectionStore store, ListConnections list)
{
    private const int MaxIdCharacters = 40;

    public async Task HandleAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var ids = form.Texts("ids", ConnectionStore.MaxConnections, MaxIdCharacters);
        _ = await store.ChangeAsync(
            before => ids.Count == before.Rows.Count && ids.Distinct().Count() == ids.Count && ids.All(id => before.Find(id) is not null)
                ? before.With([.. ids.Select(id => before.Find(id)!)])
                : throw new RefusedException("ids", "'ids' must name every connection that is not locked, once. Read the list again."),
            context.RequestAborted) ?? throw ConnectionRefusals.Busy;
        await list.AnswerAllAsync(context);
    }
}
