using System.Text.Json;
using System.Text.Json.Nodes;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Folders;

/// <summary>Makes folders and changes them. Every answer is the folder.</summary>
internal sealed class EditFolder(FolderStore folders, FolderOptions options, TimeProvider time)
{
    private static readonly ErrorReport NoParent = new(404, "not_found", "There is no such folder to put it into.", "parent_id");

    /// <summary><c>POST /api/v1/folders</c> <c>{name, parent_id?, data?, meta?}</c></summary>
    public async Task CreateAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var (name, parent, now) = (Name(form, isNeeded: true)!, Parent(form), Now());
        var folder = new Folder(FolderId.New(), name, parent, now, now) { Data = Merge(form, "data", null), Meta = Merge(form, "meta", null) };
        await AnswerAsync(context, owner => folders.CreateAsync(owner, folder, context.RequestAborted), missing: NoParent);
    }

    /// <summary><c>POST /api/v1/folders/{id}/update</c> <c>{name?, data?, meta?}</c>: what is left out stays, in <c>data</c> and <c>meta</c> too.</summary>
    public async Task UpdateAsync(HttpContext context, string id)
    {
        using var form = await JsonForm.ReadAsync(context);
        var name = Name(form, isNeeded: false);
        await ChangeAsync(context, id, folder => folder with
        {
            Name = name ?? folder.Name, Data = Merge(form, "data", folder.Data), Meta = Merge(form, "meta", folder.Meta), UpdatedAt = Now(),
        });
    }

    /// <summary><c>POST /api/v1/folders/{id}/update/parent</c> <c>{parent_id}</c>: null puts it at the top.</summary>
    public async Task MoveAsync(HttpContext context, string id)
    {
        using var form = await JsonForm.ReadAsync(context);
        var parent = Parent(form);
        await ChangeAsync(context, id, folder => folder with { ParentId = parent, UpdatedAt = Now() });
    }

    /// <summary><c>POST /api/v1/folders/{id}/update/expanded</c> <c>{is_expanded}</c></summary>
    public async Task ExpandAsync(HttpContext context, string id)
    {
        using var form = await JsonForm.ReadAsync(context);
        var isExpanded = form.Root.TryGetProperty("is_expanded", out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? flag.GetBoolean() : throw new RefusedException("is_expanded", "'is_expanded' must be true or false.");
        await ChangeAsync(context, id, folder => folder with { IsExpanded = isExpanded });
    }

    private Task ChangeAsync(HttpContext context, string id, Func<Folder, Folder> change) => FolderId.TryParse(id, out var folder)
        ? AnswerAsync(context, owner => folders.ChangeAsync(owner, folder, change, context.RequestAborted), FolderJson.NotFound)
        : throw new RefusedException(FolderJson.NotFound);

    private async Task AnswerAsync(HttpContext context, Func<OwnerId, Task<FolderOutcome>> change, ErrorReport missing)
    {
        options.Demand();
        var owner = AccessGate.CallerOf(context).Owner!.Value;
        var folder = await change(owner) switch
        {
            FolderOutcome.Done done => done.Folder,
            // Open WebUI's status for a name that is taken.
            FolderOutcome.NameTaken => throw new RefusedException(new(400, "name_taken", "A folder of this name is there already.", "name")),
            FolderOutcome.Circle => throw new RefusedException("parent_id", "A folder can't be put into itself, or into a folder that lies in it."),
            FolderOutcome.TooDeep => throw new RefusedException("parent_id", $"Folders can be {Folder.MaxDepth} deep."),
            FolderOutcome.TooMany => throw new RefusedException("name", $"There are {Folder.MaxFolders} folders, as many as there can be. Delete one first."),
            _ => throw new RefusedException(missing),
        };
        await JsonAnswer.WriteAsync(context, json => FolderJson.Write(json, owner, folder, withData: true));
    }

    private static string? Name(JsonForm form, bool isNeeded)
    {
        var name = (isNeeded ? form.Text("name", Folder.MaxNameChars) : form.OptionalText("name", Folder.MaxNameChars))?.Trim();
        return name is null || (name.Length > 0 && !name.Any(char.IsControl)) ? name : throw new RefusedException("name", "'name' must not be empty, and on one line.");
    }

    private static FolderId? Parent(JsonForm form) => form.OptionalText("parent_id", 64) is not { } text ? null
        : FolderId.TryParse(text, out var parent) ? parent : throw new RefusedException(NoParent);

    /// <summary>What was sent, in the place of what was there, field by field.</summary>
    private static string? Merge(JsonForm form, string name, string? before)
    {
        if (!form.Root.TryGetProperty(name, out var sent) || sent.ValueKind == JsonValueKind.Null)
        {
            return before;
        }

        JsonObject? fields;
        try
        {
            fields = JsonNode.Parse(sent.GetRawText(), documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject;
            var merged = ExtraJson.Read(before);
            foreach (var (field, value) in fields ?? throw new RefusedException(name, $"'{name}' must be an object."))
            {
                merged[field] = value?.DeepClone();
            }

            var text = ExtraJson.Write(merged);
            return text is null || text.Length <= Folder.MaxJsonUnits ? text
                : throw new RefusedException(name, $"'{name}' takes {text.Length} characters; at most {Folder.MaxJsonUnits} are kept.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new RefusedException(name, $"'{name}' names a field twice, or holds half a character.");
        }
    }

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
