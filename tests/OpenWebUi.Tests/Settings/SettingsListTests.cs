using System.Net;
using System.Text.Json;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Settings;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Settings;

/// <summary>Our own form of the settings, through the whole site.</summary>
public sealed class SettingsListTests
{
    [Fact]
    public async Task List_NothingSaved_HasEverySettingOfTheDocument()
    {
        await using var site = await TestSite.StartAsync();
        var list = await site.Client.ReadAsync(SettingsCalls.Path);
        Assert.Equal("none", list.GetProperty("version").GetString());
        Assert.Equal(
            [
                "name", "default_locale", "enable_signup", "enable_login_form", "default_user_role", "default_group_id", "jwt_expires_in", "enable_api_keys",
                "enable_api_keys_endpoint_restrictions", "api_keys_allowed_endpoints", "show_admin_details", "admin_email", "pending_user_overlay_title",
                "pending_user_overlay_content", "banners", "default_models", "default_pinned_models", "model_order_list", "default_prompt_suggestions", "permissions",
            ],
            list.GetProperty("settings").EnumerateArray().Select(s => s.GetProperty("key").GetString()));
        Assert.All(list.GetProperty("settings").EnumerateArray().ToList(), s =>
        {
            Assert.Equal(s.GetProperty("default").GetRawText(), s.GetProperty("value").GetRawText());
            Assert.Equal(JsonValueKind.Null, s.GetProperty("locked_by").ValueKind);
        });
        Assert.Equal("""["pending","user","admin"]""", list.Of("default_user_role").GetProperty("options").GetRawText());
        Assert.Equal(("text", "\"4w\""), (list.Of("jwt_expires_in").GetProperty("type").GetString(), list.ValueOf("jwt_expires_in")));
        Assert.Equal("bool", list.Of("enable_signup").GetProperty("type").GetString());
        Assert.Empty(list.Of("permissions").GetProperty("locked_flags").EnumerateObject());
    }

    [Fact]
    public async Task Change_OfSome_IsAnsweredKeptAndTakenBackByNull()
    {
        await using var site = await TestSite.StartAsync();
        var changed = await site.Client.ChangeAsync("""{"name":"  Our chat ","enable_signup":false,"jwt_expires_in":"1h30m","default_user_role":"user"}""");
        Assert.Equal(("\"Our chat\"", "false", "\"1h30m\"", "\"user\""), (
            changed.ValueOf("name"), changed.ValueOf("enable_signup"), changed.ValueOf("jwt_expires_in"), changed.ValueOf("default_user_role")));
        Assert.Equal("\"OpenWebUi\"", changed.Of("name").GetProperty("default").GetRawText());
        Assert.Equal(changed.GetRawText(), (await site.Client.ReadAsync(SettingsCalls.Path)).GetRawText());

        var back = await site.Client.ChangeAsync("""{"name":null,"enable_signup":null}""");
        Assert.Equal(("\"OpenWebUi\"", "true", "\"user\""), (back.ValueOf("name"), back.ValueOf("enable_signup"), back.ValueOf("default_user_role")));
    }

    [Fact]
    public async Task Change_OfAnOldVersion_Is412AndChangesNothing()
    {
        await using var site = await TestSite.StartAsync();
        var old = await site.Client.VersionAsync();
        await site.Client.ChangeAsync("""{"name":"First"}""");
        foreach (var version in (string[])[old, "", "made-up"])
        {
            var refused = await site.Client.RefusedAsync(SettingsCalls.Path, SettingsCalls.Body(version, """{"name":"Second"}"""), HttpStatusCode.PreconditionFailed);
            Assert.Contains("somebody else", refused.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal("\"First\"", (await site.Client.ReadAsync(SettingsCalls.Path)).ValueOf("name"));
    }

    [Fact]
    public async Task Change_ByTwoAtOnce_OneIsRefused()
    {
        await using var site = await TestSite.StartAsync();
        await using var twin = await site.StartTwinAsync();
        var version = await site.Client.VersionAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n =>
            (n % 2 == 0 ? site : twin).Client.CallAsync("POST", SettingsCalls.Path, SettingsCalls.Body(version, $$"""{"name":"Name {{n}}"}"""))));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(a => a.StatusCode == HttpStatusCode.PreconditionFailed));
    }

    [Theory]
    [InlineData("name", "\"\"")]
    [InlineData("name", "\"two\\nlines\"")]
    [InlineData("name", "7")]
    [InlineData("name", "\"\\ud800\"")]
    [InlineData("default_locale", "\"<de>\"")]
    [InlineData("enable_signup", "\"true\"")]
    [InlineData("default_user_role", "\"owner\"")]
    [InlineData("jwt_expires_in", "\"soon\"")]
    [InlineData("jwt_expires_in", "\"99999999w\"")]
    [InlineData("api_keys_allowed_endpoints", "\"/api/models,api/chat\"")]
    [InlineData("api_keys_allowed_endpoints", "\"/api/models?x=1\"")]
    [InlineData("admin_email", "\"nobody\"")]
    [InlineData("banners", "{}")]
    [InlineData("banners", """[{"id":"a","type":"loud","content":"x"}]""")]
    [InlineData("banners", """[{"id":"a","content":"x"},{"id":"a","content":"y"}]""")]
    [InlineData("banners", """[{"id":"a","content":""}]""")]
    [InlineData("banners", """[{"id":"a","content":"x","timestamp":"now"}]""")]
    [InlineData("banners", """["x"]""")]
    [InlineData("model_order_list", """["a","a"]""")]
    [InlineData("model_order_list", """[1]""")]
    [InlineData("default_prompt_suggestions", """[{"title":"x","content":"y"}]""")]
    [InlineData("default_prompt_suggestions", """[{"title":["a","b","c"],"content":"y"}]""")]
    [InlineData("permissions", """{"chat":{"delete":"no"}}""")]
    [InlineData("no_such_setting", "1")]
    public async Task Change_ToAWrongValue_Is422AndNamesTheField(string key, string value)
    {
        await using var site = await TestSite.StartAsync();
        var body = SettingsCalls.Body("none", $$"""{"enable_api_keys":true,"{{key}}":{{value}}}""");
        var refused = await site.Client.RefusedAsync(SettingsCalls.Path, body, HttpStatusCode.UnprocessableEntity);
        Assert.Equal([key], refused.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Equal("none", await site.Client.VersionAsync());
    }

    [Fact]
    public async Task Change_ToSeveralWrongValues_NamesEach()
    {
        await using var site = await TestSite.StartAsync();
        var refused = await site.Client.RefusedAsync(
            SettingsCalls.Path, SettingsCalls.Body("none", """{"name":"","default_user_role":"x"}"""), HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["name", "default_user_role"], refused.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Equal("name must be one line of 1 to 60 characters.", refused.GetProperty("errors").GetProperty("name")[0].GetString());
    }

    [Theory]
    [InlineData("name", 61)]
    [InlineData("pending_user_overlay_title", 201)]
    [InlineData("pending_user_overlay_content", 8_001)]
    [InlineData("default_models", 4_001)]
    [InlineData("default_pinned_models", 4_001)]
    [InlineData("default_group_id", 101)]
    public async Task Change_ToALongText_IsCapped(string key, int characters)
    {
        await using var site = await TestSite.StartAsync();
        await site.Client.RefusedAsync(SettingsCalls.Path, SettingsCalls.Body("none", $$"""{"{{key}}":"{{new string('x', characters)}}"}"""), HttpStatusCode.UnprocessableEntity);
        await site.Client.ChangeAsync($$"""{"{{key}}":"{{new string('x', characters - 1)}}"}""");
    }

    [Fact]
    public async Task Change_ToMoreThanAPropertyHolds_Is422()
    {
        await using var site = await TestSite.StartAsync();
        var banners = string.Join(',', Enumerable.Range(0, 9).Select(n => $$"""{"id":"{{n}}","content":"{{new string('x', 4_000)}}"}"""));
        var refused = await site.Client.RefusedAsync(SettingsCalls.Path, SettingsCalls.Body("none", $$"""{"banners":[{{banners}}]}"""), HttpStatusCode.UnprocessableEntity);
        Assert.Contains("32767", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"changes":{}}""", 422)]
    [InlineData("""{"version":"none"}""", 422)]
    [InlineData("""{"version":"none","changes":[]}""", 422)]
    [InlineData("""{"version":"none","changes":{"name":"a","name":"b"}}""", 400)]
    [InlineData("""{"version":"none","changes":{"\ud800":"b"}}""", 400)]
    [InlineData("[]", 400)]
    [InlineData("no json", 400)]
    [InlineData("", 400)]
    public async Task Change_OfAnotherShape_IsRefused(string body, int status)
    {
        await using var site = await TestSite.StartAsync();
        await site.Client.RefusedAsync(SettingsCalls.Path, body, (HttpStatusCode)status);
    }

    [Fact]
    public async Task Locked_Setting_IsShownWithItsVariable_AndNotChanged()
    {
        await using var site = await TestSite.StartAsync(("WEBUI_NAME", "Fixed"), ("ENABLE_SIGNUP", "false"));
        var list = await site.Client.ReadAsync(SettingsCalls.Path);
        Assert.Equal(("\"Fixed\"", "WEBUI_NAME"), (list.ValueOf("name"), list.Of("name").GetProperty("locked_by").GetString()));
        Assert.Equal(("false", "ENABLE_SIGNUP"), (list.ValueOf("enable_signup"), list.Of("enable_signup").GetProperty("locked_by").GetString()));

        foreach (var changes in (string[])["""{"name":"Other","admin_email":"a@example.com"}""", """{"enable_signup":true}""", """{"name":null}"""])
        {
            var refused = await site.Client.RefusedAsync(SettingsCalls.Path, SettingsCalls.Body("none", changes), HttpStatusCode.Conflict);
            Assert.EndsWith("/locked", refused.GetProperty("type").GetString(), StringComparison.Ordinal);
            Assert.Matches("WEBUI_NAME|ENABLE_SIGNUP", refused.GetProperty("detail").GetString());
        }

        // What is in force may be sent along.
        var sent = await site.Client.ChangeAsync("""{"name":"Fixed","admin_email":"a@example.com"}""");
        Assert.Equal("\"a@example.com\"", sent.ValueOf("admin_email"));
        Assert.Equal("null", (await site.Client.ReadAsync("/api/v1/configs/export")).GetProperty("name").GetRawText());
    }

    [Fact]
    public async Task Locked_Permission_LeavesTheOthersFree()
    {
        await using var site = await TestSite.StartAsync(("USER_PERMISSIONS_CHAT_DELETE", "false"), ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"));
        var list = await site.Client.ReadAsync(SettingsCalls.Path);
        Assert.Equal("""{"chat.delete":"USER_PERMISSIONS_CHAT_DELETE","features.api_keys":"USER_PERMISSIONS_FEATURES_API_KEYS"}""",
            list.Of("permissions").GetProperty("locked_flags").GetRawText());
        Assert.False(list.Of("permissions").GetProperty("value").GetProperty("chat").GetProperty("delete").GetBoolean());

        var refused = await site.Client.RefusedAsync(SettingsCalls.Path, SettingsCalls.Body("none", """{"permissions":{"chat":{"delete":true}}}"""), HttpStatusCode.Conflict);
        Assert.Contains("USER_PERMISSIONS_CHAT_DELETE", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);

        var whole = list.ValueOf("permissions").Replace("\"edit\":true", "\"edit\":false", StringComparison.Ordinal);
        var changed = (await site.Client.ChangeAsync($$"""{"permissions":{{whole}} }""")).Of("permissions").GetProperty("value");
        Assert.Equal((false, false, true), (
            changed.GetProperty("chat").GetProperty("edit").GetBoolean(), changed.GetProperty("chat").GetProperty("delete").GetBoolean(),
            changed.GetProperty("features").GetProperty("api_keys").GetBoolean()));

        // Behind the lock stays what was there: the default.
        var saved = (await site.Client.ReadAsync("/api/v1/configs/export")).GetProperty("permissions");
        Assert.True(saved.GetProperty("chat").GetProperty("delete").GetBoolean());
        Assert.False(saved.GetProperty("features").GetProperty("api_keys").GetBoolean());
    }

    [Fact]
    public async Task Change_OnOneInstance_IsSeenByTheOtherWithinFiveSeconds_ForOneReadOfTheStore()
    {
        var time = new ManualTime();
        CountingRows counts = null!;
        await using var site = await TestSite.StartAsync(time, rows: null);
        await using var twin = await site.StartTwinAsync(inner => counts = new(inner));
        Assert.Equal("OpenWebUi", (await twin.Client.ReadAsync("/api/config")).GetProperty("name").GetString());
        await site.Client.ChangeAsync("""{"name":"Changed"}""");
        Assert.Equal("Changed", (await site.Client.ReadAsync("/api/config")).GetProperty("name").GetString());

        time.Advance(AdminSettingsStore.FreshFor);
        counts.Reset();
        for (var n = 0; n < 100; n++)
        {
            Assert.Equal("Changed", (await twin.Client.ReadAsync("/api/config")).GetProperty("name").GetString());
        }

        Assert.Equal("get admin", counts.Log);
    }

    [Fact]
    public async Task Store_CannotBeReached_WhatIsShownGoesOn_AndChangesAre503()
    {
        FaultyRows faults = null!;
        await using var site = await TestSite.StartAsync(new ManualTime(), inner => faults = new(inner), ("WEBUI_NAME", "Ours"));
        faults.Plan = (_, _) => RowFault.Unavailable;
        Assert.Equal("Ours", (await site.Client.ReadAsync("/api/config")).GetProperty("name").GetString());
        Assert.Single((await site.Client.ReadAsync("/api/models")).GetProperty("data").EnumerateArray().ToList());
        await site.Client.RefusedAsync(SettingsCalls.Path, SettingsCalls.Body("none", """{"enable_api_keys":true}"""), HttpStatusCode.ServiceUnavailable);
    }
}
