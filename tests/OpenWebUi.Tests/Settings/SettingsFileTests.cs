using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Settings;

public sealed class SettingsFileTests
{
    private const string Export = "/api/v1/configs/export";
    private const string Import = "/api/v1/configs/import";

    private const string Everything = """
        {"name":"Ours","default_locale":"de-DE","enable_signup":false,"enable_login_form":false,"default_user_role":"user","default_group_id":"g1",
        "jwt_expires_in":"-1","enable_api_keys":true,"enable_api_keys_endpoint_restrictions":true,"api_keys_allowed_endpoints":"/api/models, /v1",
        "show_admin_details":false,"admin_email":"a@example.com","pending_user_overlay_title":"Wait","pending_user_overlay_content":"a\nb <b>ü</b>",
        "banners":[{"id":"b","type":"error","title":null,"content":"Down","dismissible":false,"timestamp":5}],"default_models":"a,b","default_pinned_models":"c",
        "model_order_list":["b","a"],"default_prompt_suggestions":[{"title":["x",""],"content":"y"}],"permissions":{"chat":{"delete":false}}}
        """;

    [Fact]
    public async Task Export_ImportedElsewhere_MakesTheSameSite()
    {
        await using var from = await TestSite.StartAsync();
        await from.Client.ChangeAsync(Everything);
        var export = await from.Client.ReadAsync(Export);
        Assert.All(export.EnumerateObject().ToList(), p => Assert.NotEqual(JsonValueKind.Null, p.Value.ValueKind));

        await using var to = await TestSite.StartAsync();
        var answer = await to.Client.PostAsync(Import, $$"""{"config":{{export.GetRawText()}}}""");
        Assert.Equal(20, answer.GetProperty("imported").GetArrayLength());
        Assert.Empty(answer.GetProperty("ignored").EnumerateArray());
        Assert.Equal(export.GetRawText(), (await to.Client.ReadAsync(Export)).GetRawText());
        Assert.Equal(answer.GetProperty("version").GetString(), await to.Client.VersionAsync());
    }

    [Fact]
    public async Task Export_OfNothing_Imported_TakesEverythingBack()
    {
        await using var site = await TestSite.StartAsync();
        var empty = await site.Client.ReadAsync(Export);
        Assert.All(empty.EnumerateObject().ToList(), p => Assert.Equal(JsonValueKind.Null, p.Value.ValueKind));
        await site.Client.ChangeAsync(Everything);
        await site.Client.PostAsync(Import, $$"""{"config":{{empty.GetRawText()}}}""");
        Assert.Equal(empty.GetRawText(), (await site.Client.ReadAsync(Export)).GetRawText());
    }

    [Fact]
    public async Task Export_OfOpenWebUi_GivesWhatWeHaveAndListsTheRest()
    {
        await using var site = await TestSite.StartAsync(("ENABLE_SIGNUP", "true"), ("USER_PERMISSIONS_CHAT_CALL", "true"));
        var answer = await site.Client.PostAsync(Import, """
            {"config":{"version":0,"ui":{"enable_signup":false,"default_locale":"fr","ENABLE_LOGIN_FORM":false,"banners":[],"default_models":null,"watermark":"",
            "prompt_suggestions":[{"title":["a","b"],"content":"c"}],"model_order_list":["m"]},"auth":{"jwt_expiry":"1w","admin":{"show":false,"email":null},
            "api_key":{"enable":true,"allowed_endpoints":"/api/models"}},"user":{"permissions":{"workspace":{"models":true},"chat":{"edit":false},"settings":{"interface":true}}},
            "rag":{"top_k":5,"file":{"max_size":null}},"oauth":{},"ui.pending_user_overlay_title":"Soon","name.of":1,"\u0000":true}}
            """);
        Assert.Equal(
            [
                "default_locale", "enable_login_form", "banners", "default_models", "default_prompt_suggestions", "model_order_list", "jwt_expires_in",
                "show_admin_details", "admin_email", "enable_api_keys", "api_keys_allowed_endpoints", "permissions", "pending_user_overlay_title",
            ],
            answer.GetProperty("imported").EnumerateArray().Select(k => k.GetString()));
        Assert.Equal(
            ["version", "ui.enable_signup", "ui.watermark", "rag.top_k", "rag.file.max_size", "oauth", "name.of", "\0"],
            answer.GetProperty("ignored").EnumerateArray().Select(i => i.GetProperty("key").GetString()));
        Assert.Contains("ENABLE_SIGNUP", answer.GetProperty("ignored")[1].GetProperty("reason").GetString(), StringComparison.Ordinal);
        var list = await site.Client.ReadAsync(SettingsCalls.Path);
        Assert.Equal(("\"fr\"", "\"1w\"", "false", "true", "true"), (list.ValueOf("default_locale"), list.ValueOf("jwt_expires_in"),
            list.ValueOf("show_admin_details"), list.ValueOf("enable_api_keys"), list.ValueOf("enable_signup")));
        var permissions = list.Of("permissions").GetProperty("value");
        Assert.Equal((true, false, true), (permissions.GetProperty("workspace").GetProperty("models").GetBoolean(),
            permissions.GetProperty("chat").GetProperty("edit").GetBoolean(), permissions.GetProperty("chat").GetProperty("delete").GetBoolean()));
    }

    [Fact]
    public async Task Import_WithAWrongValue_IsRefusedWhole()
    {
        await using var site = await TestSite.StartAsync();
        var refused = await site.Client.RefusedAsync(Import, """{"config":{"name":"Ours","ui":{"default_user_role":"king"}}}""", HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["ui.default_user_role"], refused.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        await site.Client.RefusedAsync(Import, """{"name":"Ours"}""", HttpStatusCode.UnprocessableEntity);
        Assert.Equal("none", await site.Client.VersionAsync());
    }
}
