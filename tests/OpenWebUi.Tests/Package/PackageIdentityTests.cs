using System.Net;
using System.Text.Json;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Services.OpenId;

namespace OpenWebUi.Tests.Package;

/// <summary>Who somebody is and where a provider sends them back to, through the Functions host, which lets callers' headers through.</summary>
[Collection(PackageGroup.Name)]
public sealed class PackageIdentityTests(PublishedPackage package)
{
    private const string Me = "/api/v1/auths/";

    private static readonly (string, string)[] Spoof =
    [
        ("x-ms-client-principal", Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new
        {
            auth_typ = "aad",
            claims = new[] { new { typ = "oid", val = "1" }, new { typ = "email", val = "ada@example.com" } },
        }))),
        ("x-ms-client-principal-name", "ada@example.com"),
        ("x-ms-client-principal-id", "1"),
    ];

    [Fact]
    public async Task Principal_WithoutAuthentication_IsASpoof_AndWithItThePerson()
    {
        await using (var host = await StartAsync())
        {
            using var client = host.NewClient();
            Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(Me, Spoof));
            Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(Me, [.. Spoof, ("WEBSITE_AUTH_ENABLED", "True"), ("X-Email", "ada@example.com")]));
        }

        await using (var host = await StartAsync(("WEBSITE_AUTH_ENABLED", "True")))
        {
            using var client = host.NewClient();
            using var answer = await client.GetAsync(Me, Spoof);
            Assert.Equal("ada@example.com", (await answer.JsonAsync()).GetProperty("email").GetString());
            Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(Me));
        }
    }

    [Fact]
    public async Task RedirectUri_IsOnThePublicHost_WhateverTheCallerSays()
    {
        var server = await OidcServer.GetAsync();
        await using var host = await StartAsync(server.Variables());
        using var client = host.NewClient();
        foreach (var headers in new (string, string)[][] { [], [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http")], [("Host", "evil.example")] })
        {
            using var answer = await client.GetAsync("/oauth/oidc/login", headers);
            Assert.Equal("https://chat.example.org/oauth/oidc/login/callback", SignInWorld.QueryOf(answer.Headers.Location!)["redirect_uri"]);
            Assert.Contains("; secure", AccessCalls.SetCookieOf(answer), StringComparison.OrdinalIgnoreCase);
        }
    }

    private Task<HostedPackage> StartAsync(params (string Name, string Value)[] settings) => HostedPackage.StartAsync(
        package, new FunctionsHostOptions { PublicHost = "chat.example.org", ClientIp = "203.0.113.7" }, [("CODE", ""), ("WEBUI_AUTH", "true"), .. settings]);
}
