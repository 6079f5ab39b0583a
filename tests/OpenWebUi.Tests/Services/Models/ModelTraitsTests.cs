using System.Text.Json;
using OpenWebUi.Services.Models;
using OpenWebUi.Services.Settings;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Models;

public sealed class ModelTraitsTests
{
    [Theory]
    [InlineData("https://api.openai.com/v1", "gpt-4o", true)]
    [InlineData("https://api.openai.com/v1", "text-embedding-3-small", false)]
    [InlineData("https://api.openai.com/v1", "gpt-4o-mini-tts", false)]
    [InlineData("https://api.openai.com/v1", "whisper-1", false)]
    [InlineData("https://api.openai.com/v1", "dall-e-3", false)]
    [InlineData("https://api.openai.com/v1", "davinci-002", false)]
    [InlineData("https://api.openai.com/v1", "babbage-002", false)]
    [InlineData("https://api.openai.com.evil.example/v1", "whisper-1", true)]
    [InlineData("http://gpu.lan:8000/v1", "my-embedding-chat", true)]
    public void IsChat_OnlyOpenAisOwnHostIsKnown(string url, string model, bool expected) =>
        Assert.Equal(expected, ModelTraits.IsChat(new("c", "c", ConnectionKind.OpenAi, url, []), model));

    [Theory]
    [InlineData("gpt-4o", "{}", "", true)]
    [InlineData("gpt-3.5-turbo", "{}", "", false)]
    [InlineData("gpt-3.5-turbo", "{}", "gpt-3.5-turbo", true)]
    [InlineData("openai/gpt-4o-audio-preview", "{}", "", false)]
    [InlineData("claude-sonnet-4-5", "{}", "", true)]
    [InlineData("qwen2.5-vl-72b", "{}", "", true)]
    [InlineData("x/plain", """{"architecture":{"input_modalities":["text","image"]}}""", "", true)]
    [InlineData("x/gpt-4o", """{"architecture":{"input_modalities":["text"]}}""", "", false)]
    [InlineData("pixtral", """{"capabilities":{"vision":false}}""", "", false)]
    [InlineData("plain", """{"capabilities":["completion","vision"]}""", "", true)]
    [InlineData("plain", """{"details":{"families":["llama","clip"]}}""", "", true)]
    [InlineData("plain", """{"details":{"families":null},"capabilities":7,"architecture":[]}""", "", false)]
    public void Vision_ByTheProvidersWords_ElseByName(string id, string raw, string named, bool expected)
    {
        var model = new Model(id, id, [new(new("c", "c", ConnectionKind.OpenAi, "https://a.example", []), id) { Raw = Json(raw) }], 0);
        Assert.Equal(expected, ModelTraits.Capabilities(model, named.Split(',')).GetValueOrDefault("vision"));
    }

    [Theory]
    [InlineData("""{"max_model_len":8192}""", 8192)]
    [InlineData("""{"context_length":131072}""", 131072)]
    [InlineData("""{"context_length":"many"}""", null)]
    [InlineData("""{"context_length":0}""", null)]
    [InlineData("{}", null)]
    public void MaxContext_AsTheProviderSays(string raw, int? expected) => Assert.Equal(expected, ModelTraits.MaxContext(Json(raw)));

    [Theory]
    [InlineData("gpt-4o@azure", "gpt-4o")]
    [InlineData("gpt-4o@Azure", "gpt-4o")]
    [InlineData("gpt-4o", "gpt-4o")]
    [InlineData("claude-opus-4@20250514", "claude-opus-4@20250514")]
    [InlineData("claude-opus-4@20250514@anthropic", "claude-opus-4@20250514")]
    [InlineData("@openai", "@openai")]
    public void DefaultModel_WithAProvider_IsTheModel(string variable, string expected)
    {
        var faults = new OpenWebUi.Platform.Configuration.FaultList();
        var options = AdminSettingsOptions.Read(new(new(new Dictionary<string, string> { ["DEFAULT_MODEL"] = variable }), faults));
        Assert.Equal([expected], options.Alone.DefaultModels);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
