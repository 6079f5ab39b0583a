using System.Net;
using Azure.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay;

/// <summary>A resource of Azure OpenAI behind the relay and behind stored turns.</summary>
public sealed class AzureOpenAiTests
{
    private const string Stream = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

    private static async Task<StubServer> ResourceAsync()
    {
        var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.Custom((context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            return context.Response.WriteAsync(Stream);
        });
        return stub;
    }

    private static async Task<StubRequest> AskAsync(TestSite site, StubServer stub, string body, string path = "/v1/chat/completions")
    {
        using var answer = await site.Client.StreamAsync(Post(path, body));
        Assert.Equal((HttpStatusCode.OK, true), (answer.StatusCode, (await answer.ReadToEndAsync()).Contains("hi", StringComparison.Ordinal)));
        return stub.Requests.Last(r => r.Method == "POST");
    }

    [Fact]
    public async Task Key_GoesToTheDeploymentInThePath_WithTheVersion()
    {
        await using var stub = await ResourceAsync();
        await using var site = await TestSite.StartAsync(
            ("AZURE_URL", stub.OllamaUrl + "/openai/deployments/x"), ("AZURE_API_KEY", "azure-key"), ("AZURE_API_VERSION", "2024-06-01"), ("CUSTOM_MODELS", "gpt-4o@Azure=our-4o"));
        const string body = """{"model": "gpt-4o", "messages":[{"role":"system","content":"be brief"}], "max_tokens":5, "stream":true}""";
        var request = await AskAsync(site, stub, body);
        Assert.Equal("/openai/deployments/our-4o/chat/completions?api-version=2024-06-01", request.Target);
        Assert.Equal("azure-key", request.Headers["api-key"]);
        Assert.False(request.Headers.ContainsKey("Authorization"));
        Assert.Equal(body.Replace("gpt-4o", "our-4o", StringComparison.Ordinal), request.BodyText);
    }

    [Fact]
    public async Task RouteWithoutVersions_HasTheDeploymentInTheBody()
    {
        await using var stub = await ResourceAsync();
        await using var site = await TestSite.StartAsync(("AZURE_URL", stub.OllamaUrl), ("AZURE_API_KEY", "k"), ("AZURE_API_VERSION", "v1"), ("CUSTOM_MODELS", "gpt-4o@Azure=our-4o"));
        var request = await AskAsync(site, stub, """{"messages":[],"model":"gpt-4o","stream":true}""");
        Assert.Equal("/openai/v1/chat/completions", request.Target);
        Assert.Equal("""{"messages":[],"model":"our-4o","stream":true}""", request.BodyText);
    }

    [Fact]
    public async Task ReasoningModel_GetsItsOwnWords()
    {
        await using var stub = await ResourceAsync();
        await using var site = await TestSite.StartAsync(("AZURE_URL", stub.OllamaUrl), ("AZURE_API_KEY", "k"), ("CUSTOM_MODELS", "o3@Azure=thinker"));
        var request = await AskAsync(site, stub, """{"model":"o3","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hello"}],"max_tokens":50,"stream":true}""");
        Assert.Equal("/openai/deployments/thinker/chat/completions?api-version=2024-10-21", request.Target);
        Assert.Equal("thinker", request.Model);
        Assert.Equal(50, (int)request.Json!["max_completion_tokens"]!);
        Assert.Null(request.Json["max_tokens"]);
        Assert.Equal("developer", (string)request.Json["messages"]![0]!["role"]!);
    }

    [Fact]
    public async Task StoredTurn_AsksTheDeployment_AndForUsage()
    {
        await using var stub = await ResourceAsync();
        await using var site = await TestSite.StartAsync(("AZURE_URL", stub.OllamaUrl), ("AZURE_API_KEY", "k"), ("CUSTOM_MODELS", "o3@Azure=thinker"), ("ENABLE_TITLE_GENERATION", "false"));
        var request = await AskAsync(site, stub, """{"model":"o3","user_message":{"content":"hello"},"stream":true}""", "/api/chat/completions");
        Assert.Equal("/openai/deployments/thinker/chat/completions?api-version=2024-10-21", request.Target);
        Assert.Equal(("thinker", true), (request.Model, (bool)request.Json!["stream_options"]!["include_usage"]!));
    }

    [Fact]
    public async Task WithoutAKey_TheIdentityOfTheSiteAsks_OnceForManyCalls()
    {
        await using var stub = await ResourceAsync();
        var credential = new RecordingCredential();
        await using var site = await TestSite.StartAsync(
            services => services.AddSingleton(provider => new UpstreamClient(null, new AzureIdentity(() => credential, TimeProvider.System), TimeProvider.System)),
            ("AZURE_URL", stub.OllamaUrl), ("CUSTOM_MODELS", "gpt-4o@Azure"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("Bearer token-1", (await AskAsync(site, stub, """{"model":"gpt-4o","messages":[],"stream":true}""")).Headers["Authorization"]);
        }

        Assert.Equal(["https://cognitiveservices.azure.com/.default"], credential.Scopes);
    }

    [Fact]
    public async Task WithoutAnIdentity_TheCallerIsTold()
    {
        await using var stub = await ResourceAsync();
        await using var site = await TestSite.StartAsync(
            services => services.AddSingleton(provider => new UpstreamClient(null, new AzureIdentity(() => new NoCredential(), TimeProvider.System), TimeProvider.System)),
            ("AZURE_URL", stub.OllamaUrl), ("CUSTOM_MODELS", "gpt-4o@Azure"));
        using var answer = await site.Client.StreamAsync(Post("/v1/chat/completions", """{"model":"gpt-4o","messages":[]}"""));
        var text = await answer.ReadToEndAsync();
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("upstream_identity", text, StringComparison.Ordinal);
        Assert.Contains("Cognitive Services OpenAI User", text, StringComparison.Ordinal);
        Assert.DoesNotContain(stub.Requests, r => r.Method == "POST");
    }

    private sealed class RecordingCredential : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new($"token-{Scopes.Count}", DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new Azure.Identity.CredentialUnavailableException("No managed identity endpoint found.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
