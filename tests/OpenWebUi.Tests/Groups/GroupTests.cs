using OpenWebUi.Services.Identity;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Auth;

namespace OpenWebUi.Tests.Groups;

public sealed class GroupTests
{
    private const string Root = "/api/v1/groups";

    [Fact]
    public async Task Group_FromItsMakingToItsEnd()
    {
        await using var site = await AccountSite.StartAsync();
        var admin = site.Admin.Bearer;
        var made = await admin.DoAsync("POST", Root + "/create", """{"name":" Team ","description":"All of us","permissions":{"workspace":{"models":true}}}""");
        Assert.Equal(
            ["id", "user_id", "name", "description", "permissions", "user_ids", "member_count", "created_at", "updated_at", "data", "meta"],
            made.EnumerateObject().Select(member => member.Name));
        var id = made.GetProperty("id").GetString()!;
        Assert.Equal(("Team", site.Admin.Id.Text, 0), (made.GetProperty("name").GetString(), made.GetProperty("user_id").GetString(), made.GetProperty("member_count").GetInt32()));
        Assert.True(made.GetProperty("permissions").GetProperty("workspace").GetProperty("models").GetBoolean());
        Assert.False(made.GetProperty("permissions").GetProperty("chat").GetProperty("delete").GetBoolean());

        var path = $"{Root}/id/{id}";
        var members = await admin.DoAsync("POST", path + "/users/add", $$"""{"user_ids":["{{site.User.Id}}","{{site.Other.Id}}","{{site.User.Id}}","{{UserId.New()}}","x"]}""");
        Assert.Equal(2, members.GetProperty("member_count").GetInt32());
        var listed = await admin.DoAsync("POST", path + "/users");
        Assert.Equal(["Olga Other", "Uwe User"], listed.Texts("name"));
        Assert.Equal(["id", "name", "email", "role"], listed[0].EnumerateObject().Select(member => member.Name));
        await admin.DoAsync("POST", path + "/users/add", $$"""{"user_ids":["{{site.User.Id}}"]}""");
        Assert.Equal([id], (await site.ReadAsync(site.User))!.Groups);

        var changed = await admin.DoAsync("POST", path + "/update", """{"description":"","permissions":{"chat":{"delete":true}}}""");
        Assert.Equal(("Team", ""), (changed.GetProperty("name").GetString(), changed.GetProperty("description").GetString()));
        Assert.True(changed.GetProperty("permissions").GetProperty("workspace").GetProperty("models").GetBoolean());
        Assert.True(changed.GetProperty("permissions").GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.Equal(2, (await admin.DoAsync("GET", path)).GetProperty("member_count").GetInt32());

        Assert.Equal([site.Other.Id.Text], (await admin.DoAsync("POST", path + "/users/remove", $$"""{"user_ids":["{{site.User.Id}}"]}"""))
            .GetProperty("user_ids").EnumerateArray().Select(member => member.GetString()));
        Assert.Equal(["user", "user"], (string[])[await site.User.Bearer.StandingAsync(), await site.Other.Bearer.StandingAsync()]);

        Assert.True((await admin.DoAsync("DELETE", path + "/delete")).GetBoolean());
        Assert.Empty((await site.ReadAsync(site.Other))!.Groups);
        Assert.Equal(0, (await admin.DoAsync("GET", Root)).GetArrayLength());
        Assert.Equal("not_found", await admin.RefusalAsync("DELETE", path + "/delete", null, 404));
    }

    [Fact]
    public async Task Groups_SeenByAUser_AreItsOwnWithoutTheirMembers()
    {
        await using var site = await AccountSite.StartAsync();
        var admin = site.Admin.Bearer;
        var mine = (await admin.DoAsync("POST", Root + "/create", """{"name":"Mine"}""")).GetProperty("id").GetString();
        await admin.DoAsync("POST", Root + "/create", """{"name":"Theirs"}""");
        await admin.DoAsync("POST", $"{Root}/id/{mine}/users/add", $$"""{"user_ids":["{{site.User.Id}}","{{site.Other.Id}}"]}""");
        var seen = await site.User.Bearer.DoAsync("GET", Root + "/");
        Assert.Equal(["Mine"], seen.Texts("name"));
        Assert.False(seen[0].TryGetProperty("user_ids", out _));
        Assert.Equal(["Mine", "Theirs"], (await admin.DoAsync("GET", Root)).Texts("name"));
    }

    [Fact]
    public async Task Groups_WithATakenNameOrNonsense_AreRefused()
    {
        await using var site = await AccountSite.StartAsync();
        var admin = site.Admin.Bearer;
        await admin.DoAsync("POST", Root + "/create", """{"name":"Team"}""");
        var second = (await admin.DoAsync("POST", Root + "/create", """{"name":"Second"}""")).GetProperty("id").GetString();
        Assert.Equal("name_taken", await admin.RefusalAsync("POST", Root + "/create", """{"name":"TEAM"}""", 409));
        Assert.Equal("name_taken", await admin.RefusalAsync("POST", $"{Root}/id/{second}/update", """{"name":"team"}""", 409));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", Root + "/create", """{"name":"x","permissions":[]}""", 422));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", Root + "/create", $$"""{"name":"{{new string('x', 101)}}"}""", 422));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", $"{Root}/id/{second}/users/add", """{"user_ids":"x"}""", 422));
        Assert.Equal("not_found", await admin.RefusalAsync("GET", $"{Root}/id/a%2Fb", null, 404));
    }

    [Fact]
    public async Task Groups_MoreThanASiteCanHave_AreRefused()
    {
        await using var site = await AccountSite.StartAsync();
        var (store, now) = (site.Get<GroupStore>(), DateTimeOffset.UnixEpoch);
        for (var i = 0; i < GroupStore.MaxGroups; i++)
        {
            await store.PutAsync(new($"g{i}", $"Group {i:0000}", "", PermissionSet.None, "", now, now), default);
        }

        Assert.Equal("too_many_groups", await site.Admin.Bearer.RefusalAsync("POST", Root + "/create", """{"name":"One more"}""", 409));
        await site.Admin.Bearer.DoAsync("DELETE", Root + "/id/g7/delete");
        await site.Admin.Bearer.DoAsync("POST", Root + "/create", """{"name":"One more"}""");
    }
}
