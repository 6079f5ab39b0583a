using System.Diagnostics;
using System.Text.Json;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Infra;

/// <summary>The app starts with the settings that the template of the deploy button gives it, and takes them as they are meant.</summary>
public sealed class TemplateSettingsTests
{
    [Fact]
    public async Task TwoFields_CodesOpenTheSite_AndOpenAiAnswers()
    {
        var site = await ReadAsync(new { openAiApiKey = "sk-of-the-form", code = "of-the-form" });
        Assert.Equal(AccessMode.Code, site.Access.Mode);
        Assert.Equal(["of-the-form"], site.Access.Codes);
        var connection = Assert.Single(site.Connections.Configured);
        Assert.Equal((ConnectionKind.OpenAi, "https://api.openai.com/v1"), (connection.Kind, connection.BaseUrl));
        Assert.Equal(["sk-of-the-form"], connection.Keys);
    }

    [Fact]
    public async Task Store_IsTheAccountOfTheTemplate_ByItsIdentity()
    {
        var account = (await ReadAsync(new { })).Store.Account;
        Assert.NotNull(account);
        Assert.IsType<StorageCredential.Entra>(account.Credential);
        Assert.EndsWith(".table.core.windows.net", account.TableEndpoint.Host, StringComparison.Ordinal);
        Assert.EndsWith(".blob.core.windows.net", account.BlobEndpoint.Host, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingGiven_PeopleHaveAccounts_AndNoSecretIsConfigured()
    {
        var site = await ReadAsync(new { });
        Assert.Equal(AccessMode.Accounts, site.Access.Mode);
        Assert.Null(site.Access.SecretKey);
        Assert.Null(site.Identity.FirstAdmin);
        Assert.Empty(site.Connections.Configured);
    }

    [Fact]
    public async Task AzureOpenAi_IsAskedByTheIdentity_OnTheRouteWithoutVersions()
    {
        var site = await ReadAsync(new { createAzureOpenAi = true, azureOpenAiModel = "gpt-5-mini", azureOpenAiKey = "left-in-the-form", code = "of-the-form" });
        var connection = Assert.Single(site.Connections.Configured);
        Assert.Equal((ConnectionKind.AzureOpenAi, ConnectionAuth.ManagedIdentity), (connection.Kind, connection.Auth));
        Assert.Null(connection.ApiVersion);
        Assert.Empty(connection.Keys);
        Assert.Equal("gpt-5-mini", Assert.Single(connection.Deployments).Value);
        Assert.Equal("11111111-2222-3333-4444-555555555555", site.Connections.IdentityClientId);
        Assert.Equal("https://made.openai.azure.com/openai/v1/chat/completions",
            connection.UrlFor(connection.Spoken(Dialect.OpenAi), "chat/completions", "", "gpt-5-mini").AbsoluteUri);
    }

    [Fact]
    public async Task AzureOpenAiOfOnesOwn_WithAKey()
    {
        var site = await ReadAsync(new { azureOpenAiUrl = "https://mine.openai.azure.com", azureOpenAiKey = "its-key", customModels = "gpt-4o@azure=prod" });
        var connection = Assert.Single(site.Connections.Configured);
        Assert.Equal((ConnectionKind.AzureOpenAi, ConnectionAuth.Key), (connection.Kind, connection.Auth));
        Assert.Equal("prod", Assert.Single(connection.Deployments).Value);
    }

    [Fact]
    public async Task SignalR_IsTheServiceThatIsMade_ByTheIdentity_OrNone()
    {
        var service = (await ReadAsync(new { createSignalR = true })).Realtime.Service;
        Assert.Equal(("https://made.service.signalr.net", null), (service!.Root, service.AccessKey));
        Assert.IsType<Azure.Identity.ManagedIdentityCredential>(service.Identity!.Value);
        Assert.Null((await ReadAsync(new { })).Realtime.Service);
    }

    [Fact]
    public async Task AccountsByInvitation_WithTheFirstAdmin_AndAPrivateOllama()
    {
        var site = await ReadAsync(new
        {
            code = "of-the-form", webuiAuth = "true", adminEmail = "ann@example.com", adminPassword = "long enough", ollamaBaseUrl = "http://10.0.1.4:11434",
            corsAllowOrigin = "https://a.example;https://b.example", moreSettings = new { WEBUI_NAME = "Ours" },
        });
        Assert.True(site.Access.NeedsInvitation);
        Assert.NotNull(site.Identity.FirstAdmin);
        Assert.Equal(ConnectionKind.Ollama, Assert.Single(site.Connections.Configured).Kind);
        Assert.Equal(["https://a.example", "https://b.example"], site.Access.AllowedOrigins);
    }

    /// <summary>What the app makes of the settings, beside those that Azure itself sets.</summary>
    private static async Task<SiteSettings> ReadAsync(object parameters)
    {
        var script = Path.Combine(PublishedPackage.Repository(), "infra", "check", "settings.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, JsonSerializer.Serialize(parameters)])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output + await errors);

        using var document = JsonDocument.Parse(output);
        var environment = document.RootElement.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!);
        environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = "7071";
        environment["WEBSITE_SITE_NAME"] = "chat-site";
        environment["WEBSITE_HOSTNAME"] = "chat-site.azurewebsites.net";
        var faults = new FaultList();
        var settings = SiteSettings.Read(new Variables(environment), faults);
        Assert.Equal("", faults.All.Count == 0 ? "" : faults.ToString());
        return settings;
    }
}
