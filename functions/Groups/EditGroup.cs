using System.Text.Json;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Groups;

/// <summary>Makes, changes and removes groups: <c>POST /create</c>, <c>POST /id/{id}/update</c>, <c>DELETE /id/{id}/delete</c>.</summary>
/// <remarks>409 for a name that another group has, and for more than <see cref="GroupStore.MaxGroups"/>: directories and providers name groups, so names tell them apart.</remarks>
internal sealed class EditGroup(GroupStore groups, GroupMembers members, ReadGroups read, TimeProvider time)
{
    private const int MaxDescriptionCharacters = 1_000;
    private const int MaxAttempts = 5;

    private static readonly ErrorReport NameTaken = new(409, "name_taken", "Another group has this name.", "name");

    private static readonly ErrorReport TooMany = new(409, "too_many_groups", $"There are {GroupStore.MaxGroups} groups, which is all that a site can have. Delete one first.");

    private static readonly ErrorReport Busy = new(409, "group_busy", "The group changes faster than your change can be stored. Try again.", RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary><c>{name, description?, permissions?}</c>; permissions that are not named are not given.</summary>
    public async Task CreateAsync(HttpContext context)
    {
        using var form = await JsonForm.ReadAsync(context);
        var (now, caller) = (time.GetUtcNow(), AccessGate.CallerOf(context).Account?.Id);
        var group = new Group(
            Guid.NewGuid().ToString("D"), Name(form), form.OptionalText("description", MaxDescriptionCharacters) ?? "",
            Permissions(form, PermissionSet.None), caller?.Text ?? "", now, now);
        var all = await groups.AllAsync(context.RequestAborted);
        if (all.Count >= GroupStore.MaxGroups || IsTaken(all, group))
        {
            throw new RefusedException(IsTaken(all, group) ? NameTaken : TooMany);
        }

        await groups.PutAsync(group, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => GroupJson.Write(json, group, []));
    }

    /// <summary>The same fields; what is left out stays, single permissions too.</summary>
    public async Task UpdateAsync(HttpContext context, string id)
    {
        using var form = await JsonForm.ReadAsync(context);
        var name = form.OptionalText("name", Group.MaxNameCharacters) is null ? null : Name(form);
        var description = form.OptionalText("description", MaxDescriptionCharacters);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var before = await read.GetAsync(id, context.RequestAborted);
            var after = before with
            {
                Name = name ?? before.Name,
                Description = description ?? before.Description,
                Permissions = Permissions(form, before.Permissions),
                UpdatedAt = time.GetUtcNow(),
            };
            if (IsTaken(await groups.AllAsync(context.RequestAborted), after))
            {
                throw new RefusedException(NameTaken);
            }

            if (await groups.PutAsync(after, context.RequestAborted))
            {
                await read.AnswerAsync(context, after);
                return;
            }
        }

        throw new RefusedException(Busy);
    }

    /// <summary>First its members leave: a group that a directory names anew has the same id, and must not have old members. Safe to repeat.</summary>
    public async Task DeleteAsync(HttpContext context, string id)
    {
        var group = await read.GetAsync(id, context.RequestAborted);
        await members.RemoveAllAsync(group, context.RequestAborted);
        await groups.DeleteAsync(group.Id, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => json.WriteBooleanValue(true));
    }

    private static string Name(JsonForm form) => form.Text("name", Group.MaxNameCharacters).Trim();

    private static bool IsTaken(IReadOnlyList<Group> all, Group group) =>
        all.Any(other => other.Id != group.Id && other.Name.Equals(group.Name, StringComparison.OrdinalIgnoreCase));

    private static PermissionSet Permissions(JsonForm form, PermissionSet over)
    {
        if (!form.Root.TryGetProperty("permissions", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return over;
        }

        try
        {
            return PermissionSet.Read(value, over);
        }
        catch (SettingRefusedException e)
        {
            throw new RefusedException("permissions", $"'permissions' must be {e.Message}.");
        }
    }
}
