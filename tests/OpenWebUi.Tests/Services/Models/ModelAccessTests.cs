using OpenWebUi.Services.Access;
using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Models;

public sealed class ModelAccessTests
{
    private static readonly UserId Me = UserId.New();

    /// <summary>Readers "*" is everybody, else groups and accounts; groups of the connections by route, "*" everybody's.</summary>
    [Theory]
    [InlineData("*", true, "*", "", true)]
    [InlineData("*", false, "*", "", false)]
    [InlineData("", true, "*", "g1", false)]
    [InlineData("g1", true, "*", "g1", true)]
    [InlineData("g1", true, "*", "g2", false)]
    [InlineData("g2,g1", true, "*", "g1", true)]
    [InlineData("me", true, "*", "", true)]
    [InlineData("other", true, "*", "", false)]
    [InlineData("*", true, "g1", "g1", true)]
    [InlineData("*", true, "g1", "", false)]
    [InlineData("*", true, "", "g1", false)]
    [InlineData("*", true, "g1;*", "", true)]
    [InlineData("*", true, "g1;g2", "g2", true)]
    [InlineData("g1", true, "g2", "g1", false)]
    public void MaySee_ByRuleAndConnection(string readers, bool isActive, string connections, string groups, bool expected)
    {
        var model = Model(readers, isActive, connections);
        var viewer = new ModelViewer(Standing.User, Me, Split(groups), SeesAll: false);
        Assert.Equal(expected, ModelAccess.MaySee(model, viewer));
        Assert.Equal(isActive, ModelAccess.MaySee(model, viewer with { SeesAll = true }));
    }

    [Fact]
    public void MaySee_SwitchedOffByAVariable_IsNobodys() =>
        Assert.False(ModelAccess.MaySee(Model("*", true, "*") with { OffBy = "CUSTOM_MODELS" }, ModelViewer.Site));

    [Fact]
    public void MaySee_AGuest_IsInNoList()
    {
        var guest = new ModelViewer(Standing.Guest, null, [], SeesAll: false);
        Assert.True(ModelAccess.MaySee(Model("*", true, "*"), guest));
        Assert.False(ModelAccess.MaySee(Model("me,g1", true, "*"), guest));
        Assert.False(ModelAccess.MaySee(Model("*", true, "g1"), guest));
    }

    private static Model Model(string readers, bool isActive, string connections)
    {
        var ids = Split(readers);
        var settings = new ModelSettings("m", null, ModelMeta.Empty, readers == "*" ? null : new(
            [.. ids.Where(id => id.StartsWith('g'))], [.. ids.Where(id => !id.StartsWith('g')).Select(id => id == "me" ? Me.Text : id)]), isActive, "", default, default);
        var routes = connections.Split(';').Select((groups, i) => new ModelRoute(
            new($"c{i}", $"c{i}", ConnectionKind.OpenAi, "https://a.example", []) { GroupIds = groups == "*" ? null : Split(groups) }, "m"));
        return new("m", "m", [.. routes], 0) { Settings = settings };
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
