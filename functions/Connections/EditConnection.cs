using OpenWebUi.Platform.Http;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Connections;

/// <summary>Makes, changes and removes connections: <c>POST /api/v1/connections/</c>, <c>POST</c> and <c>DELETE /{id}</c>. In force here at once, elsewhere within 5 s.</summary>
internal sealed partial class EditConnection(
    ConnectionStore store, ConnectionRegistry registry, ConnectionOptions options, ListConnections list, ILogger<EditConnection> logger)
{
    private const int MaxVersionCharacters = 200;

    public async Task CreateAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var id = ConnectionRows.NewId();
        var filled = Checked(ConnectionForm.Fill(form.Root, before: null, id));
        await ChangeAsync(before => before.Rows.Count >= ConnectionStore.MaxConnections
            ? throw ConnectionRefusals.TooMany
            : before.With([.. before.Rows, new(Named(filled, before))]), context.RequestAborted);
        Log.Created(logger, id);
        await list.AnswerOneAsync(context, id);
    }

    /// <summary>The fields that are sent; with <c>version</c>, only if nobody changed it since.</summary>
    public async Task ChangeAsync(HttpContext context, string id)
    {
        DemandUnlocked(id);
        using var form = await JsonForm.ReadAsync(context);
        var version = form.OptionalText("version", MaxVersionCharacters);
        await ChangeAsync(before =>
        {
            var row = before.Find(id) ?? throw ConnectionRefusals.Missing;
            if (version is not null && version != row.Version.Value)
            {
                throw ConnectionRefusals.Changed;
            }

            var filled = ConnectionForm.Fill(form.Root, row.Connection, id);
            var after = new StoredConnection(Named(Checked(filled), before), row.Version, filled.IsMoved ? null : row.LostSecrets);
            return before.With([.. before.Rows.Select(other => other == row ? after : other)]);
        }, context.RequestAborted);
        Log.Changed(logger, id);
        await list.AnswerOneAsync(context, id);
    }

    public async Task DeleteAsync(HttpContext context, string id)
    {
        DemandUnlocked(id);
        await StillAdmitted.DemandAsync(context);
        await ChangeAsync(
            before => before.Find(id) is { } row ? before.With([.. before.Rows.Where(other => other != row)]) : throw ConnectionRefusals.Missing, context.RequestAborted);
        Log.Deleted(logger, id);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    private async Task ChangeAsync(Func<StoredConnections, StoredConnections> change, CancellationToken cancellation) =>
        _ = await store.ChangeAsync(change, cancellation) ?? throw ConnectionRefusals.Busy;

    private void DemandUnlocked(string id)
    {
        if (options.Configured.FirstOrDefault(c => c.Id == id) is { } locked)
        {
            throw ConnectionRefusals.Locked(locked.Name, locked.Variable!);
        }
    }

    private static FilledForm Checked(FilledForm filled) => filled.Faults.Count == 0 ? filled : throw ConnectionRefusals.Invalid(filled.Faults);

    private Connection Named(FilledForm filled, StoredConnections others)
    {
        var taken = registry.FixedNames();
        taken.UnionWith(others.Connections.Where(c => c.Id != filled.Connection.Id).Select(c => c.Name));
        var connection = ConnectionNames.Named(filled.Connection, taken);
        return taken.Contains(connection.Name) ? throw ConnectionRefusals.NameTaken : connection;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "An administrator made the connection {Id}")]
        public static partial void Created(ILogger logger, string id);

        [LoggerMessage(Level = LogLevel.Information, Message = "An administrator changed the connection {Id}")]
        public static partial void Changed(ILogger logger, string id);

        [LoggerMessage(Level = LogLevel.Information, Message = "An administrator deleted the connection {Id}")]
        public static partial void Deleted(ILogger logger, string id);
    }
}
