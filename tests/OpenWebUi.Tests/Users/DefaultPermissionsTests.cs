using OpenWebUi.Tests.Auth;

namespace OpenWebUi.Tests.Users;

public sealed class DefaultPermissionsTests
{
    private const string Path = "/api/v1/users/default/permissions";

    [Fact]
    public async Task Defaults_Changed_AreWhatUsersHaveAndWhatGroupsAddTo()
    {
        await using var site = await AccountSite.StartAsync();
        var (admin, user) = (site.Admin.Bearer, site.User.Bearer);
        Assert.True((await user.DoAsync("GET", "/api/v1/users/permissions")).GetProperty("chat").GetProperty("delete").GetBoolean());
        var changed = await admin.DoAsync("POST", Path, """{"chat":{"delete":false},"unknown":{"x":1}}""");
        Assert.False(changed.GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.True(changed.GetProperty("chat").GetProperty("edit").GetBoolean());
        Assert.Equal(changed.GetRawText(), (await admin.DoAsync("GET", Path)).GetRawText());
        Assert.False((await user.DoAsync("GET", "/api/v1/users/permissions")).GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.True((await admin.DoAsync("GET", "/api/v1/users/permissions")).GetProperty("chat").GetProperty("delete").GetBoolean());

        var group = await admin.DoAsync("POST", "/api/v1/groups/create", """{"name":"Cleaners","permissions":{"chat":{"delete":true}}}""");
        await admin.DoAsync("POST", $"/api/v1/groups/id/{group.GetProperty("id").GetString()}/users/add", $$"""{"user_ids":["{{site.User.Id}}"]}""");
        Assert.True((await user.DoAsync("GET", "/api/v1/users/permissions")).GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.False((await site.Other.Bearer.DoAsync("GET", "/api/v1/users/permissions")).GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.Equal(["Cleaners"], (await user.DoAsync("GET", "/api/v1/users/groups")).Texts("name"));
        Assert.Empty((await site.Other.Bearer.DoAsync("GET", "/api/v1/users/groups")).Texts("name"));
    }

    [Fact]
    public async Task Defaults_ThatTheEnvironmentFixes_AreLocked()
    {
        await using var site = await AccountSite.StartAsync(("USER_PERMISSIONS_CHAT_DELETE", "false"));
        var admin = site.Admin.Bearer;
        Assert.Equal("locked", await admin.RefusalAsync("POST", Path, """{"chat":{"delete":true}}""", 409));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", Path, """{"chat":{"edit":"yes"}}""", 422));
        Assert.Equal("invalid_body", await admin.RefusalAsync("POST", Path, """{"chat":1}""", 422));
        // Forms send all of it: what is in force may be sent as it is.
        var all = await admin.DoAsync("GET", Path);
        Assert.False(all.GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.Equal(all.GetRawText(), (await admin.DoAsync("POST", Path, all.GetRawText())).GetRawText());
        var edited = await admin.DoAsync("POST", Path, """{"chat":{"edit":false,"delete":false}}""");
        Assert.False(edited.GetProperty("chat").GetProperty("edit").GetBoolean());
    }
}
