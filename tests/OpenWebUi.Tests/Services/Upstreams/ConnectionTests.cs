using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Upstreams;

public sealed class ConnectionTests
{
    private static readonly Connection Azure = new("a", "a", ConnectionKind.AzureOpenAi, "https://x.openai.azure.com", ["k"])
    {
        ApiVersion = "2024-10-21",
        Deployments = new Dictionary<string, string> { ["gpt-4o"] = "my deployment" },
    };

    [Theory]
    [InlineData("gpt-4o", "https://x.openai.azure.com/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21")]
    [InlineData("other", "https://x.openai.azure.com/openai/deployments/other/chat/completions?api-version=2024-10-21")]
    [InlineData("..", "https://x.openai.azure.com/openai/deployments/-/chat/completions?api-version=2024-10-21")]
    [InlineData("../../images", "https://x.openai.azure.com/openai/deployments/..%2F..%2Fimages/chat/completions?api-version=2024-10-21")]
    public void Azure_WithAVersion_HasTheDeploymentInThePath(string model, string url) =>
        Assert.Equal(url, Azure.UrlFor(Dialect.OpenAi, "chat/completions", "", Azure.NameAtProvider(model)).AbsoluteUri);

    [Fact]
    public void Azure_WithoutAVersion_HasTheRouteWithoutVersions() =>
        Assert.Equal("https://x.openai.azure.com/openai/v1/chat/completions", (Azure with { ApiVersion = null }).UrlFor(Dialect.OpenAi, "chat/completions", "", "gpt-4o").AbsoluteUri);

    [Fact]
    public void Query_OfTheCaller_StaysBesideTheVersion() =>
        Assert.Equal("https://x.openai.azure.com/openai/deployments/m/embeddings?a=1&api-version=2024-10-21", Azure.UrlFor(Dialect.OpenAi, "embeddings", "?a=1", "m").AbsoluteUri);

    [Theory]
    [InlineData("team.llama3", "llama3")]
    [InlineData("team.a.b", "a.b")]
    [InlineData("llama3", null)]
    [InlineData("teamllama3", null)]
    public void Prefix_IsTakenAway(string asked, string? name) =>
        Assert.Equal(name, new Connection("p", "p", ConnectionKind.OpenAi, "http://p/v1", []) { PrefixId = "team" }.NameAtProvider(asked));

    [Theory]
    [InlineData(ConnectionKind.AzureOpenAi, "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-02-01", "https://x.openai.azure.com")]
    [InlineData(ConnectionKind.AzureOpenAi, "x.openai.azure.com/", "https://x.openai.azure.com")]
    [InlineData(ConnectionKind.AzureOpenAi, "https://gateway.example/team/openai/v1", "https://gateway.example/team")]
    [InlineData(ConnectionKind.Anthropic, "https://api.anthropic.com/v1/messages", "https://api.anthropic.com")]
    [InlineData(ConnectionKind.Anthropic, "https://api.anthropic.com/v1/", "https://api.anthropic.com")]
    [InlineData(ConnectionKind.Anthropic, "https://proxy.example/anthropic", "https://proxy.example/anthropic")]
    [InlineData(ConnectionKind.AzureOpenAi, "not a url at all", null)]
    internal void BaseUrl_OfAKind_IsUnderstood(ConnectionKind kind, string text, string? url) => Assert.Equal(url, BaseUrl.Of(kind, text));
}
