using System.Text.Json;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Settings;

/// <summary>A value that a variable fixes.</summary>
/// <param name="Json">The value, as it would be kept.</param>
/// <param name="Variable">Which variable.</param>
internal sealed record FixedValue(string Json, string Variable);

/// <summary>Which settings the environment fixes: there the variable wins over anything saved, and the setting is locked.</summary>
/// <param name="Values">By the setting's key.</param>
/// <param name="Permissions">The permissions that have a variable of their own, with what it says.</param>
internal sealed record AdminSettingsOptions(IReadOnlyDictionary<string, FixedValue> Values, IReadOnlyDictionary<Permission, bool> Permissions)
{
    /// <summary>What is in force where nobody saved anything.</summary>
    public AdminSettings Alone => AdminSettings.Of(this, new Dictionary<string, string>());

    public static AdminSettingsOptions Read(VariableReader reader)
    {
        var values = new Dictionary<string, FixedValue>();
        foreach (var setting in SettingList.All)
        {
            if (setting.Variables.FirstOrDefault(name => reader.Text(name) is not null) is not { } variable)
            {
                continue;
            }

            var text = reader.Text(variable)!;
            try
            {
                values[setting.Key] = new(setting.CanonicalOfVariable(text), variable);
            }
            catch (SettingRefusedException e)
            {
                reader.Fault(variable, text, e.Message);
            }
        }

        var permissions = new Dictionary<Permission, bool>();
        foreach (var permission in PermissionSet.Known)
        {
            if (reader.Flag(permission.Variable) is { } isAllowed)
            {
                permissions[permission] = isAllowed;
            }
        }

        return new(values, permissions);
    }

    /// <summary>The variable that locks a setting, or null.</summary>
    public string? LockOf(Setting setting) => Values.TryGetValue(setting.Key, out var value) ? value.Variable : null;

    /// <summary>The JSON that is in force.</summary>
    /// <param name="setting">Of what.</param>
    /// <param name="saved">What is saved of it, or null.</param>
    public string InForce(Setting setting, string? saved)
    {
        if (Values.TryGetValue(setting.Key, out var value))
        {
            return value.Json;
        }

        var json = saved is not null && setting.IsReadable(saved) ? saved : setting.DefaultJson;
        return setting == SettingList.Permissions ? SettingList.Permissions.Json(Over(SettingList.Permissions.Read(json))) : json;
    }

    /// <summary>What is to be saved for a value that somebody sent.</summary>
    /// <param name="setting">Of what.</param>
    /// <param name="value">Null returns to the default. Permissions may name some flags only.</param>
    /// <param name="saved">What is saved of it, or null.</param>
    /// <returns>
    /// The JSON to save, or null to save nothing; or the variable that forbids the change. A value that is in force by a variable may be
    /// sent as it is, as forms of many fields do: it changes nothing.
    /// </returns>
    /// <exception cref="SettingRefusedException">The setting does not take the value.</exception>
    public (string? Json, string? LockedBy) Change(Setting setting, JsonElement value, string? saved)
    {
        var isDefault = value.ValueKind == JsonValueKind.Null;
        if (Values.TryGetValue(setting.Key, out var known))
        {
            return !isDefault && setting.Canonical(value) == known.Json ? (saved, null) : (null, known.Variable);
        }

        if (isDefault || setting != SettingList.Permissions)
        {
            return (isDefault ? null : setting.Canonical(value), null);
        }

        var before = saved is not null && SettingList.Permissions.TryRead(saved, out var read) ? read : PermissionSet.Default;
        var wanted = SettingForms.Checked(() => PermissionSet.Read(value, Over(before)));
        if (Permissions.Where(p => wanted[p.Key.Path] != p.Value).Select(p => p.Key.Variable).FirstOrDefault() is { } variable)
        {
            return (null, variable);
        }

        // Behind a lock stays what was there.
        var kept = Permissions.Keys.Aggregate(wanted, (set, permission) => set.With(permission, before[permission.Path]));
        return (SettingList.Permissions.Json(kept), null);
    }

    /// <summary>Permissions with those that the environment fixes over them.</summary>
    public PermissionSet Over(PermissionSet permissions) =>
        Permissions.Aggregate(permissions, (set, fixedFlag) => set.With(fixedFlag.Key, fixedFlag.Value));
}
