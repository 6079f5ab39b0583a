using System.Buffers;
using System.Text.Json;
using OpenWebUi.Services.Settings;

namespace OpenWebUi.Tests.Services.Settings;

public sealed class PermissionSetTests
{
    [Fact]
    public void Permissions_AreOpenWebUis47()
    {
        Assert.Equal(47, PermissionSet.Known.Count);
        Assert.Equal(47, PermissionSet.Known.Select(p => p.Path).Distinct().Count());
        Assert.Equal(47, PermissionSet.Known.Select(p => p.Variable).Distinct().Count());
        foreach (var (path, variable) in ((string, string)[])[
            ("workspace.models", "USER_PERMISSIONS_WORKSPACE_MODELS_ACCESS"), ("workspace.tools_export", "USER_PERMISSIONS_WORKSPACE_TOOLS_EXPORT"),
            ("sharing.prompts", "USER_PERMISSIONS_WORKSPACE_PROMPTS_ALLOW_SHARING"),
            ("sharing.public_knowledge", "USER_PERMISSIONS_WORKSPACE_KNOWLEDGE_ALLOW_PUBLIC_SHARING"),
            ("sharing.public_notes", "USER_PERMISSIONS_NOTES_ALLOW_PUBLIC_SHARING"), ("chat.delete_message", "USER_PERMISSIONS_CHAT_DELETE_MESSAGE"),
            ("chat.temporary_enforced", "USER_PERMISSIONS_CHAT_TEMPORARY_ENFORCED"), ("features.api_keys", "USER_PERMISSIONS_FEATURES_API_KEYS")])
        {
            Assert.Equal(variable, Assert.Single(PermissionSet.Known, p => p.Path == path).Variable);
        }
    }

    [Fact]
    public void Default_IsOpenWebUis()
    {
        using var json = JsonDocument.Parse(Json(PermissionSet.Default));
        Assert.Equal(["workspace", "sharing", "chat", "features"], json.RootElement.EnumerateObject().Select(s => s.Name));
        Assert.All(PermissionSet.Known.Where(p => p.Section is "workspace" or "sharing"), p => Assert.False(PermissionSet.Default[p.Path]));
        Assert.All(PermissionSet.Known.Where(p => p.Section == "chat"), p => Assert.Equal(p.Name != "temporary_enforced", PermissionSet.Default[p.Path]));
        Assert.Equal(["api_keys", "direct_tool_servers"], PermissionSet.Known.Where(p => p.Section == "features" && !PermissionSet.Default[p.Path]).Select(p => p.Name));
        Assert.All(PermissionSet.Known, p => Assert.True(PermissionSet.All[p.Path] && !PermissionSet.None[p.Path]));
    }

    [Fact]
    public void Or_TwoSets_AllowsWhatEitherAllows()
    {
        var first = PermissionSet.Of(p => p.Path is "chat.delete" or "chat.edit");
        var second = PermissionSet.Of(p => p.Path is "chat.edit" or "features.api_keys");
        Assert.Equal(PermissionSet.Of(p => p.Path is "chat.delete" or "chat.edit" or "features.api_keys"), first.Or(second));
    }

    [Fact]
    public void Read_SomeFlags_LeavesTheOthersAndWhatIsNotKnown()
    {
        var read = Read("""{"chat":{"delete":false,"dance":true},"features":{"api_keys":true},"settings":{"interface":true}}""", PermissionSet.Default);
        Assert.Equal(PermissionSet.Of(p => p.Path == "features.api_keys" || (p.IsDefault && p.Path != "chat.delete")), read);
    }

    [Fact]
    public void Written_ReadOverNothing_IsTheSame()
    {
        var set = PermissionSet.Of(p => p.Name.Length % 2 == 0);
        Assert.Equal(set, Read(Json(set), PermissionSet.None));
        Assert.Equal(set, Read(Json(set), PermissionSet.All));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"chat":[]}""")]
    [InlineData("""{"chat":{"delete":1}}""")]
    [InlineData("""{"chat":{"delete":null}}""")]
    public void Read_AnotherShape_IsRefused(string json) => Assert.Throws<SettingRefusedException>(() => Read(json, PermissionSet.Default));

    private static PermissionSet Read(string text, PermissionSet over)
    {
        using var json = JsonDocument.Parse(text);
        return PermissionSet.Read(json.RootElement, over);
    }

    private static string Json(PermissionSet set)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            set.WriteTo(json);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
