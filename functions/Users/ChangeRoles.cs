using System.Collections.Concurrent;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Users;

/// <summary><c>POST /api/v1/users/update/roles {ids, role}</c>: lets many in at once. Each by itself: who may not be changed does not stop the others.</summary>
/// <remarks><c>{updated, refused: [{id, reason}]}</c>; <c>updated</c> counts all who have the role now. Safe to repeat.</remarks>
internal sealed class ChangeRoles(UpdateUser update)
{
    public const int MaxIds = 500;

    /// <summary>Each is a read and a write.</summary>
    private const int AtOnce = 8;

    public async Task HandleAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var role = UpdateUser.Role(form.Text("role", 20));
        var ids = form.Texts("ids", MaxIds, 100).Distinct(StringComparer.Ordinal).ToList();
        var by = UserJson.Caller(context);
        var refused = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.RequestAborted };
        await Parallel.ForEachAsync(ids, options, async (id, cancellation) =>
        {
            var refusal = UserId.TryParse(id, out var user) ? (await update.SetRoleAsync(user, role, by, cancellation)).Refusal : UserJson.Missing;
            if (refusal is not null)
            {
                refused[id] = refusal.Message;
            }
        });

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("updated", ids.Count - refused.Count);
            json.WriteStartArray("refused");
            foreach (var id in ids.Where(refused.ContainsKey))
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteString("reason", refused[id]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
