using System.Text.Json;

namespace OpenWebUi.Services.Settings;

/// <summary>One thing that users may be allowed to do.</summary>
/// <param name="Section"><c>workspace</c>, <c>sharing</c>, <c>chat</c> or <c>features</c>.</param>
/// <param name="Name">The flag in its section.</param>
/// <param name="Variable">What fixes its default for everybody.</param>
/// <param name="IsDefault">Allowed where nobody says otherwise.</param>
internal sealed record Permission(string Section, string Name, string Variable, bool IsDefault)
{
    /// <summary><c>section.flag</c>.</summary>
    public string Path => $"{Section}.{Name}";
}

/// <summary>Which permissions are given: Open WebUI's object of four sections with flags. Immutable.</summary>
internal readonly record struct PermissionSet
{
    /// <summary>Every permission, section by section.</summary>
    public static readonly IReadOnlyList<Permission> Known = [.. Workspace(), .. Sharing(), .. Chat(), .. Features()];

    public static readonly PermissionSet None;

    /// <summary>What an administrator has.</summary>
    public static readonly PermissionSet All = new((1UL << Known.Count) - 1);

    /// <summary>What a user has where nobody changed anything.</summary>
    public static readonly PermissionSet Default = Of(p => p.IsDefault);

    private static readonly Dictionary<string, int> Indices = Enumerable.Range(0, Known.Count).ToDictionary(i => Known[i].Path);

    /// <summary>A bit for each of <see cref="Known"/>.</summary>
    private readonly ulong _bits;

    private PermissionSet(ulong bits) => _bits = bits;

    /// <param name="path"><c>section.flag</c>, such as <c>features.api_keys</c>; one that does not exist throws.</param>
    public bool this[string path] => (_bits >> Indices[path] & 1) != 0;

    /// <summary>What this set or the other allows: groups add to each other and to the defaults.</summary>
    public PermissionSet Or(PermissionSet other) => new(_bits | other._bits);

    public PermissionSet With(Permission permission, bool isAllowed)
    {
        var bit = 1UL << Indices[permission.Path];
        return new(isAllowed ? _bits | bit : _bits & ~bit);
    }

    public static PermissionSet Of(Func<Permission, bool> isAllowed)
    {
        var bits = 0UL;
        for (var i = 0; i < Known.Count; i++)
        {
            bits |= isAllowed(Known[i]) ? 1UL << i : 0;
        }

        return new(bits);
    }

    /// <summary>Reads an object of sections. Flags that it does not name stay as they are in <paramref name="over"/>; flags that we do not know are left out.</summary>
    /// <exception cref="SettingRefusedException">It is no object of objects, or a known flag is not true or false.</exception>
    public static PermissionSet Read(JsonElement json, PermissionSet over)
    {
        const string expected = "an object of the sections workspace, sharing, chat and features, each an object of flags that are true or false";
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new SettingRefusedException(expected);
        }

        foreach (var section in json.EnumerateObject())
        {
            if (!Known.Any(p => p.Section == section.Name))
            {
                continue;
            }

            if (section.Value.ValueKind != JsonValueKind.Object)
            {
                throw new SettingRefusedException(expected);
            }

            foreach (var flag in section.Value.EnumerateObject())
            {
                if (Indices.TryGetValue($"{section.Name}.{flag.Name}", out var index))
                {
                    over = flag.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
                        ? over.With(Known[index], flag.Value.GetBoolean()) : throw new SettingRefusedException(expected);
                }
            }
        }

        return over;
    }

    /// <summary>The whole object, every flag named.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var section in Known.GroupBy(p => p.Section))
        {
            json.WriteStartObject(section.Key);
            foreach (var permission in section)
            {
                json.WriteBoolean(permission.Name, this[permission.Path]);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // The variables are Open WebUI's. Most are section and flag; opening a workspace room is ..._ACCESS, sharing from it ..._ALLOW_SHARING.
    private static IEnumerable<Permission> Workspace()
    {
        string[] rooms = ["models", "knowledge", "prompts", "tools"];
        return rooms.Select(room => new Permission("workspace", room, $"USER_PERMISSIONS_WORKSPACE_{room.ToUpperInvariant()}_ACCESS", false))
            .Concat(from room in rooms
                    where room != "knowledge"
                    from way in (string[])["import", "export"]
                    select Plain("workspace", $"{room}_{way}", false));
    }

    private static IEnumerable<Permission> Sharing() =>
        from thing in (string[])["models", "knowledge", "prompts", "tools", "notes"]
        let room = thing == "notes" ? "NOTES" : "WORKSPACE_" + thing.ToUpperInvariant()
        from isPublic in (bool[])[false, true]
        select new Permission("sharing", isPublic ? "public_" + thing : thing, $"USER_PERMISSIONS_{room}_ALLOW_{(isPublic ? "PUBLIC_" : "")}SHARING", false);

    private static IEnumerable<Permission> Chat() =>
        ((string[])["controls", "valves", "system_prompt", "params", "file_upload", "delete", "delete_message", "continue_response",
            "regenerate_response", "rate_response", "edit", "share", "export", "stt", "tts", "call", "multiple_models", "temporary"])
        .Select(name => Plain("chat", name, true)).Append(Plain("chat", "temporary_enforced", false));

    private static IEnumerable<Permission> Features() =>
        ((string[])["api_keys", "direct_tool_servers"]).Select(name => Plain("features", name, false))
        .Concat(((string[])["notes", "channels", "folders", "web_search", "image_generation", "code_interpreter"]).Select(name => Plain("features", name, true)));

    private static Permission Plain(string section, string name, bool isDefault) =>
        new(section, name, $"USER_PERMISSIONS_{section.ToUpperInvariant()}_{name.ToUpperInvariant()}", isDefault);
}
