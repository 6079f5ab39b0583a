using System.Text.Json;
using OpenWebUi.Tests.Access;
using static OpenWebUi.Tests.Auth.AuthCalls;

namespace OpenWebUi.Tests.Auth;

/// <summary>
/// The modes of access: what is set, and what then holds for whoever comes, over HTTP alone, so that it can be asked of any site on any
/// store. Every check begins on an empty store.
/// </summary>
/// <param name="Environment">What is set beside where the store is.</param>
/// <param name="Check">Asks a client that keeps no cookies; true: the site listens on loopback only.</param>
internal sealed record AccessModes((string Name, string Value)[] Environment, Func<HttpClient, bool, Task> Check)
{
    private const string Settings = "/api/v1/configs/settings";

    public static readonly IReadOnlyDictionary<string, AccessModes> All = new Dictionary<string, AccessModes>
    {
        ["nothing set"] = new([], async (client, _) =>
        {
            var before = await ConfigAsync(client);
            Assert.True(before.GetProperty("onboarding").GetBoolean());
            Assert.Equal(("accounts", "stranger"), ModeOf(before));
            Assert.Equal("401 not_authenticated", await client.OutcomeAsync("GET", ForUsers));
            var admin = await SignUpAsync(client, "ada@example.com", "admin");
            Assert.False((await ConfigAsync(client)).TryGetProperty("onboarding", out var _));
            var pending = await SignUpAsync(client, "pia@example.com", "pending");
            Assert.Equal(("accounts", "pending"), ModeOf(await ConfigAsync(client, pending)));
            Assert.Equal("403 account_pending", await client.OutcomeAsync("GET", ForUsers, pending));
            Assert.Equal("403 account_pending", await client.OutcomeAsync("GET", Settings, pending));

            // Approved, the waiting session is let in as it is.
            var id = (await client.GetAsync(Root + "/", pending).OkAsync()).GetProperty("id").GetString();
            await client.CallAsync("POST", $"/api/v1/users/{id}/update/role", $$"""{"id":"{{id}}","role":"user"}""", admin).OkAsync();
            Assert.Equal("200", await client.OutcomeAsync("GET", ForUsers, pending));
            Assert.Equal("403 forbidden", await client.OutcomeAsync("GET", Settings, pending));
            Assert.Equal("200", await client.OutcomeAsync("GET", Settings, admin));
        }),
        ["CODE"] = new([("CODE", "right")], async (client, _) =>
        {
            Assert.Equal(("code", "stranger"), ModeOf(await ConfigAsync(client)));
            Assert.Equal("401 access_code_required", await client.OutcomeAsync("GET", ForUsers));
            Assert.Equal("403 no_accounts", await client.SignUpAsync("ada@example.com").OutcomeAsync());
            Assert.Equal("403 login_form_off", await client.SignInAsync("ada@example.com", AccountSite.Password).OutcomeAsync());
            var guest = AccessCalls.Cookie(await client.PassAsync("right"));
            Assert.Equal(("code", "guest"), ModeOf(await ConfigAsync(client, guest)));
            Assert.Equal("200", await client.OutcomeAsync("GET", ForUsers, guest));
            Assert.Equal("403 forbidden", await client.OutcomeAsync("GET", Settings, guest));
            Assert.Equal("403 no_account", await client.OutcomeAsync("GET", Root + "/sessions", guest));
            Assert.Equal("200", await client.OutcomeAsync("GET", "/api/models", Bearer("nk-right")));
            Assert.Equal("401 access_code_required", await client.OutcomeAsync("GET", ForUsers, Bearer("nk-right")));
        }),
        ["CODE and ADMIN_CODE"] = new([("CODE", "right"), ("ADMIN_CODE", "admins")], async (client, _) =>
        {
            var (guest, admin) = (AccessCalls.Cookie(await client.PassAsync("right")), AccessCalls.Cookie(await client.PassAsync("admins")));
            Assert.Equal(("code", "guest"), ModeOf(await ConfigAsync(client, guest)));
            Assert.Equal(("code", "admin"), ModeOf(await ConfigAsync(client, admin)));
            Assert.Equal("403 forbidden", await client.OutcomeAsync("GET", Settings, guest));
            Assert.Equal("200", await client.OutcomeAsync("GET", Settings, admin));
            Assert.Equal("200", await client.OutcomeAsync("GET", ForUsers, admin));
        }),
        ["CODE and WEBUI_AUTH=true"] = new([("CODE", "right"), ("WEBUI_AUTH", "true")], async (client, _) =>
        {
            Assert.True((await ConfigAsync(client)).GetProperty("access").GetProperty("needs_code").GetBoolean());
            Assert.Equal("403 code_required", await client.SignUpAsync("ada@example.com").OutcomeAsync());
            var pass = AccessCalls.Cookie(await client.PassAsync("right"));
            Assert.False((await ConfigAsync(client, pass)).GetProperty("access").GetProperty("needs_code").GetBoolean());
            // An invitation, and no entrance.
            Assert.Equal(("accounts", "stranger"), ModeOf(await ConfigAsync(client, pass)));
            Assert.Equal("401 not_authenticated", await client.OutcomeAsync("GET", ForUsers, pass));
            Assert.Equal("401 invalid_credential", await client.OutcomeAsync("GET", "/api/models", Bearer("nk-right")));
            await SignUpAsync(client, "ada@example.com", "admin", pass);
            await SignUpAsync(client, "pia@example.com", "pending", pass);
            // Who has an account needs no code any more.
            Assert.Equal("200", await client.SignInAsync("ada@example.com", AccountSite.Password).OutcomeAsync());
        }),
        ["WEBUI_AUTH=false"] = new([("WEBUI_AUTH", "false")], async (client, isLoopback) =>
        {
            var config = await ConfigAsync(client);
            Assert.Equal(("open", isLoopback ? "admin" : "user"), ModeOf(config));
            Assert.Equal(isLoopback ? null : "open_to_network", config.GetProperty("access").GetProperty("warning").GetString());
            Assert.Equal("200", await client.OutcomeAsync("GET", ForUsers));
            Assert.Equal(isLoopback ? "200" : "403 forbidden", await client.OutcomeAsync("GET", Settings));
            Assert.Equal("403 no_accounts", await client.SignUpAsync("ada@example.com").OutcomeAsync());
            Assert.Equal("403 no_account", await client.OutcomeAsync("GET", Root + "/sessions"));
            Assert.Equal("403 cross_site", await client.OutcomeAsync("GET", ForUsers, ("Sec-Fetch-Site", "cross-site")));
        }),
        ["ENABLE_SIGNUP=false"] = new([("ENABLE_SIGNUP", "false")], async (client, _) =>
        {
            // Else nobody could ever begin.
            Assert.True(Feature(await ConfigAsync(client), "enable_signup"));
            await SignUpAsync(client, "ada@example.com", "admin");
            Assert.False(Feature(await ConfigAsync(client), "enable_signup"));
            Assert.Equal("403 signup_closed", await client.SignUpAsync("pia@example.com").OutcomeAsync());
            Assert.Equal("200", await client.SignInAsync("ada@example.com", AccountSite.Password).OutcomeAsync());
        }),
        ["ENABLE_SIGNUP=false and ENABLE_INITIAL_ADMIN_SIGNUP=false"] = new([("ENABLE_SIGNUP", "false"), ("ENABLE_INITIAL_ADMIN_SIGNUP", "false")], async (client, _) =>
            Assert.Equal("403 signup_closed", await client.SignUpAsync("ada@example.com").OutcomeAsync())),
        ["DEFAULT_USER_ROLE=user"] = new([("DEFAULT_USER_ROLE", "user")], async (client, _) =>
        {
            await SignUpAsync(client, "ada@example.com", "admin");
            var user = await SignUpAsync(client, "uwe@example.com", "user");
            Assert.Equal("200", await client.OutcomeAsync("GET", ForUsers, user));
            Assert.Equal("403 forbidden", await client.OutcomeAsync("GET", Settings, user));
        }),
        ["ENABLE_LOGIN_FORM=false"] = new([("ENABLE_LOGIN_FORM", "false"), ("WEBUI_ADMIN_EMAIL", "root@example.com"), ("WEBUI_ADMIN_PASSWORD", AccountSite.Password)], async (client, _) =>
        {
            Assert.False(Feature(await ConfigAsync(client), "enable_login_form"));
            Assert.Equal("403 login_form_off", await client.SignInAsync("root@example.com", AccountSite.Password).OutcomeAsync());
            Assert.Equal("403 signup_closed", await client.SignUpAsync("pia@example.com").OutcomeAsync());
        }),
    };

    private static Task<JsonElement> ConfigAsync(HttpClient client, params (string Name, string Value)[] headers) => client.GetAsync("/api/config", headers).OkAsync();

    private static (string?, string?) ModeOf(JsonElement config) =>
        (config.GetProperty("access").GetProperty("mode").GetString(), config.GetProperty("access").GetProperty("standing").GetString());

    private static bool Feature(JsonElement config, string name) => config.GetProperty("features").GetProperty(name).GetBoolean();

    /// <summary>Makes an account that must get this role; the header that its session sends.</summary>
    private static async Task<(string Name, string Value)> SignUpAsync(HttpClient client, string email, string role, params (string Name, string Value)[] headers)
    {
        var session = await client.SignUpAsync(email, headers).OkAsync();
        Assert.Equal(role, session.GetProperty("role").GetString());
        return Bearer(session.GetProperty("token").GetString()!);
    }
}
