using OpenWebUi.Services.OpenId;

namespace OpenWebUi.Tests.Services.OpenId;

public sealed class SignInProviderOptionsTests
{
    private const string Secret = "very-secret-value";

    [Fact]
    public void Nothing_Set_IsNoProviderAndClosedDoors()
    {
        var (options, faults) = SignInWorld.Read([]);
        Assert.Empty(faults.All);
        Assert.Empty(options.Providers);
        Assert.Equal(new ClaimNames("name", "email", "picture", null, "roles", "groups"), options.Claims);
        Assert.False(options.Policy.CreatesAccounts || options.Policy.MergesByEmail || options.Policy.ManagesRoles || options.Policy.ManagesGroups || options.Policy.CreatesGroups);
        Assert.Equal(["user", "admin"], options.Policy.AllowedRoles);
        Assert.Equal(["admin"], options.Policy.AdminRoles);
        Assert.True(options.Policy.AllowsDomainOf(null));
    }

    [Theory]
    [InlineData("https://id.example.com", "https://id.example.com/.well-known/openid-configuration")]
    [InlineData("https://id.example.com/realms/a/", "https://id.example.com/realms/a/.well-known/openid-configuration")]
    [InlineData("https://id.example.com/.well-known/openid-configuration?p=policy", "https://id.example.com/.well-known/openid-configuration?p=policy")]
    [InlineData("http://localhost:9000", "http://localhost:9000/.well-known/openid-configuration")]
    public void ProviderUrl_IssuerOrDocument_IsTheDocument(string url, string document)
    {
        var (options, faults) = SignInWorld.Read(Generic(("OPENID_PROVIDER_URL", url)));
        Assert.Empty(faults.All);
        Assert.Equal(document, Assert.Single(options.Providers).Address.AbsoluteUri);
    }

    [Fact]
    public void Generic_PublicClient_HasNoSecret()
    {
        var (options, faults) = SignInWorld.Read([("OPENID_PROVIDER_URL", "https://id.example.com"), ("OAUTH_CLIENT_ID", "c"), ("OAUTH_CODE_CHALLENGE_METHOD", "S256")]);
        Assert.Empty(faults.All);
        Assert.Equal((ClientAuthentication.None, null, "SSO", "openid email profile"),
            (options.Providers[0].Authentication, options.Providers[0].ClientSecret, options.Providers[0].Name, options.Providers[0].Scope));
    }

    [Theory]
    [InlineData("OPENID_PROVIDER_URL", "http://id.example.com", "OPENID_PROVIDER_URL")]
    [InlineData("OPENID_PROVIDER_URL", "id.example.com", "OPENID_PROVIDER_URL")]
    [InlineData("OPENID_PROVIDER_URL", "https://me:pw@id.example.com", "OPENID_PROVIDER_URL")]
    [InlineData("OPENID_PROVIDER_URL", "", "OPENID_PROVIDER_URL")]
    [InlineData("OAUTH_CLIENT_ID", "", "OAUTH_CLIENT_ID")]
    [InlineData("OAUTH_CLIENT_SECRET", "", "OAUTH_CLIENT_SECRET")]
    [InlineData("OAUTH_SCOPES", "email", "OAUTH_SCOPES")]
    [InlineData("OPENID_REDIRECT_URI", "/oauth/oidc/callback", "OPENID_REDIRECT_URI")]
    [InlineData("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD", "private_key_jwt", "OAUTH_TOKEN_ENDPOINT_AUTH_METHOD")]
    [InlineData("OAUTH_CODE_CHALLENGE_METHOD", "plain", "OAUTH_CODE_CHALLENGE_METHOD")]
    [InlineData("GOOGLE_CLIENT_ID", "g", "GOOGLE_CLIENT_SECRET")]
    [InlineData("GOOGLE_CLIENT_SECRET", Secret, "GOOGLE_CLIENT_ID")]
    [InlineData("GITHUB_CLIENT_ID", "g", "GITHUB_CLIENT_SECRET")]
    [InlineData("MICROSOFT_CLIENT_ID", "m", "MICROSOFT_CLIENT_SECRET")]
    [InlineData("ENABLE_OAUTH_SIGNUP", "maybe", "ENABLE_OAUTH_SIGNUP")]
    [InlineData("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "maybe", "OAUTH_MERGE_ACCOUNTS_BY_EMAIL")]
    [InlineData("OAUTH_ALLOWED_DOMAINS", "@example.com", "OAUTH_ALLOWED_DOMAINS")]
    [InlineData("OAUTH_BLOCKED_GROUPS", "[1]", "OAUTH_BLOCKED_GROUPS")]
    [InlineData("OAUTH_PROVIDERS", "[]", "OAUTH_PROVIDERS")]
    [InlineData("OAUTH_PROVIDERS", "{", "OAUTH_PROVIDERS")]
    [InlineData("OAUTH_PROVIDERS", """{"a":"very-secret-value"}""", "OAUTH_PROVIDERS")]
    [InlineData("OAUTH_PROVIDERS", """{"Corp":{}}""", "OAUTH_PROVIDERS")]
    [InlineData("OAUTH_PROVIDERS", """{"google":{}}""", "OAUTH_PROVIDERS")]
    [InlineData("OAUTH_PROVIDERS", """{"a":{"client_id":"c","client_secret":"very-secret-value","provider_url":"http://id.example.com"}}""", "OAUTH_PROVIDERS.a.provider_url")]
    [InlineData("OAUTH_PROVIDERS", """{"a":{"client_id":"c","provider_url":"https://id.example.com"}}""", "OAUTH_PROVIDERS.a.client_secret")]
    [InlineData("OAUTH_PROVIDERS", """{"a":{"client_secret":"very-secret-value","provider_url":"https://id.example.com"}}""", "OAUTH_PROVIDERS.a.client_id")]
    [InlineData("OAUTH_PROVIDERS", """{"a":{"client_id":"c","client_secret":["very-secret-value"],"provider_url":"https://id.example.com"}}""", "OAUTH_PROVIDERS.a.client_secret")]
    [InlineData("OAUTH_PROVIDERS", """{"a":{"client_id":"c","clientsecret":"very-secret-value","client_secret":"s","provider_url":"https://id.example.com"}}""", "OAUTH_PROVIDERS.a.clientsecret")]
    [InlineData("OAUTH_PROVIDERS", """{"a":{"client_id":"c","client_secret":"s","provider_url":"https://id.example.com","scopes":"email"}}""", "OAUTH_PROVIDERS.a.scopes")]
    public void Value_Wrong_IsAFaultOfItsVariable_WithoutSecrets(string name, string value, string variable)
    {
        var (_, faults) = SignInWorld.Read(Generic((name, value)));
        Assert.Contains(faults.All, fault => fault.Variable == variable);
        Assert.DoesNotContain(Secret, faults.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Microsoft_WithoutTenant_IsAFault()
    {
        var (_, faults) = SignInWorld.Read([("MICROSOFT_CLIENT_ID", "m"), ("MICROSOFT_CLIENT_SECRET", Secret)]);
        Assert.Equal("MICROSOFT_CLIENT_TENANT_ID", Assert.Single(faults.All).Variable);
        (_, faults) = SignInWorld.Read([("MICROSOFT_CLIENT_ID", "m"), ("MICROSOFT_CLIENT_SECRET", Secret), ("MICROSOFT_TENANT_ID", "../evil")]);
        Assert.Equal("MICROSOFT_CLIENT_TENANT_ID", Assert.Single(faults.All).Variable);
    }

    [Fact]
    public void Several_AreListedInOrder_WithTheirOwnSettings()
    {
        var (options, faults) = SignInWorld.Read(
        [
            .. Generic(), ("GITHUB_CLIENT_ID", "h"), ("GITHUB_CLIENT_SECRET", "s"), ("GITHUB_CLIENT_SCOPE", "read:user user:email"),
            ("OAUTH_PROVIDERS", """
                {"corp":{"name":"Corp","client_id":"c","client_secret":"s","provider_url":"https://corp.example.com","scopes":"openid groups","redirect_uri":"https://chat.example.com/x","token_endpoint_auth_method":"client_secret_post"},
                 "b-2":{"client_id":"d","token_endpoint_auth_method":"none","provider_url":"https://b.example.com"}}
                """),
        ]);
        Assert.Empty(faults.All);
        Assert.Equal(["github", "oidc", "corp", "b-2"], options.Providers.Select(provider => provider.Id));
        Assert.Equal(
            new SignInProvider("corp", "Corp", SignInProtocol.OpenIdConnect, new("https://corp.example.com/.well-known/openid-configuration"), "c", "s", ClientAuthentication.Post, "openid groups", "https://chat.example.com/x"),
            options.Find("corp"));
        Assert.Equal(("b-2", null), (options.Find("b-2")!.Name, options.Find("b-2")!.ClientSecret));
        Assert.Null(options.Find("unknown"));
        Assert.DoesNotContain("secret", options.ToString() + options.Find("oidc"), StringComparison.Ordinal);
    }

    [Fact]
    public void Policy_IsReadFromItsVariables()
    {
        var (options, faults) = SignInWorld.Read(
        [
            ("ENABLE_OAUTH_SIGNUP", "true"), ("OAUTH_MERGE_ACCOUNTS_BY_EMAIL", "true"), ("ENABLE_OAUTH_ROLE_MANAGEMENT", "true"), ("OAUTH_ALLOWED_ROLES", "a, b"), ("OAUTH_ADMIN_ROLES", "boss"),
            ("ENABLE_OAUTH_GROUP_MANAGEMENT", "true"), ("ENABLE_OAUTH_GROUP_CREATION", "true"), ("OAUTH_BLOCKED_GROUPS", """["x, y","z"]"""), ("OAUTH_ALLOWED_DOMAINS", "Example.com,b.example"),
            ("OAUTH_USERNAME_CLAIM", "nick"), ("OAUTH_EMAIL_CLAIM", "mail"), ("OAUTH_PICTURE_CLAIM", "face"), ("OAUTH_SUB_CLAIM", "oid"), ("OAUTH_ROLES_CLAIM", "r.s"), ("OAUTH_GROUPS_CLAIM", "g"),
        ]);
        Assert.Empty(faults.All);
        Assert.Equal(new ClaimNames("nick", "mail", "face", "oid", "r.s", "g"), options.Claims);
        var policy = options.Policy;
        Assert.True(policy.CreatesAccounts && policy.MergesByEmail && policy.ManagesRoles && policy.ManagesGroups && policy.CreatesGroups);
        Assert.Equal(["a", "b"], policy.AllowedRoles);
        Assert.Equal(["boss"], policy.AdminRoles);
        Assert.Equal(["x, y", "z"], policy.BlockedGroups);
        Assert.True(policy.AllowsDomainOf("me@EXAMPLE.com") && policy.AllowsDomainOf("me@b.example"));
        Assert.False(policy.AllowsDomainOf("me@evil-example.com") || policy.AllowsDomainOf("me@sub.example.com") || policy.AllowsDomainOf(null) || policy.AllowsDomainOf("example.com"));
    }

    private static (string, string)[] Generic(params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] all = [("OPENID_PROVIDER_URL", "https://id.example.com"), ("OAUTH_CLIENT_ID", "c"), ("OAUTH_CLIENT_SECRET", Secret), .. more];
        return [.. all.GroupBy(v => v.Name).Select(same => same.Last())];
    }
}
