using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Upstreams;

public sealed class BaseUrlTests
{
    [Theory]
    [InlineData("https://api.openai.com", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com//", "https://api.openai.com/v1")]
    [InlineData("  https://api.openai.com/v1  ", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/v1///", "https://api.openai.com/v1")]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/openai/", "https://generativelanguage.googleapis.com/v1beta/openai")]
    [InlineData("https://x.openai.azure.com/openai/v1", "https://x.openai.azure.com/openai/v1")]
    [InlineData("https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4")]
    [InlineData("https://openrouter.ai/api", "https://openrouter.ai/api")]
    [InlineData("HTTPS://API.OpenAI.com/V1", "https://api.openai.com/V1")]
    [InlineData("https://api.openai.com:443/v1", "https://api.openai.com/v1")]
    [InlineData("http://ollama:8000", "http://ollama:8000/v1")]
    [InlineData("api.deepseek.com", "https://api.deepseek.com/v1")]
    [InlineData("api.deepseek.com/v1", "https://api.deepseek.com/v1")]
    [InlineData("localhost:8000", "http://localhost:8000/v1")]
    [InlineData("LocalHost:8000/v1", "http://localhost:8000/v1")]
    [InlineData("127.0.0.1:8000", "http://127.0.0.1:8000/v1")]
    [InlineData("[::1]:8000", "http://[::1]:8000/v1")]
    [InlineData("localhost.example.com", "https://localhost.example.com/v1")]
    [InlineData("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/v1/completions", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/v1/models", "https://api.openai.com/v1")]
    [InlineData("https://api.openai.com/v1/embeddings", "https://api.openai.com/v1")]
    [InlineData("https://example.com/chat/completions", "https://example.com/v1")]
    [InlineData("https://user:password@api.openai.com/v1", null)]
    [InlineData("https://user@api.openai.com/v1", null)]
    [InlineData("user:password@api.openai.com", null)]
    [InlineData("https://api.openai.com/v1?api-key=1", null)]
    [InlineData("https://api.openai.com/v1#x", null)]
    [InlineData("ftp://api.openai.com", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("https://", null)]
    [InlineData("https:///v1", null)]
    [InlineData("not a url", null)]
    [InlineData("sk-proj-0123456789", null)]
    public void OpenAi_AsPeopleWriteIt_IsUnderstoodOrRefused(string text, string? expected) => Assert.Equal(expected, BaseUrl.OfOpenAi(text));

    [Theory]
    [InlineData("http://localhost:11434", "http://localhost:11434")]
    [InlineData("http://localhost:11434/", "http://localhost:11434")]
    [InlineData("localhost:11434", "http://localhost:11434")]
    [InlineData("http://localhost:11434/v1", "http://localhost:11434")]
    [InlineData("http://localhost:11434/v1/", "http://localhost:11434")]
    [InlineData("http://localhost:11434/api", "http://localhost:11434")]
    [InlineData("https://home.example.com/ollama", "https://home.example.com/ollama")]
    [InlineData("https://home.example.com/ollama/api/", "https://home.example.com/ollama")]
    [InlineData("http://user:password@localhost:11434", null)]
    public void Ollama_AsPeopleWriteIt_IsTheRootOfTheServer(string text, string? expected) => Assert.Equal(expected, BaseUrl.OfOllama(text));

    [Theory]
    [InlineData("https://api.openai.com/v1", "api.openai.com")]
    [InlineData("http://localhost:8000/v1", "localhost:8000")]
    public void Name_OfABase_IsItsHost(string url, string expected) => Assert.Equal(expected, BaseUrl.NameOf(url));
}
