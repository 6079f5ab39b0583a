using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Models;

namespace OpenWebUi.Models;

/// <summary><c>GET /api/models/base</c>, <c>GET /api/v1/models/base</c>: every model that there is, for administrators: also hidden ones, and those that a variable switches off (<c>info.locked_by</c>).</summary>
internal sealed class BaseModels(ModelCatalog catalog)
{
    public async Task HandleAsync(HttpContext context)
    {
        var all = await catalog.AllAsync(ListModels.WantsRefresh(context), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var model in all.Models)
            {
                ModelJson.Write(json, model, forAdmin: true);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
