using System.Text;
using OpenWebUi.Services.Dialects;

namespace OpenWebUi.Tests.Services.Dialects;

/// <summary>OpenAI's guide "Reasoning models".</summary>
public sealed class ReasoningModelsTests
{
    [Theory]
    [InlineData("o1", true)]
    [InlineData("o1-mini", true)]
    [InlineData("o3-pro-2025-06-10", true)]
    [InlineData("o4-mini", true)]
    [InlineData("gpt-5", true)]
    [InlineData("GPT-5.1-codex", true)]
    [InlineData("openai/gpt-5-mini", true)]
    [InlineData("gpt-4o", false)]
    [InlineData("gpt-4.1", false)]
    [InlineData("gpt-35-turbo", false)]
    [InlineData("gpt-oss-120b", false)]
    [InlineData("omni-moderation-latest", false)]
    [InlineData("o", false)]
    [InlineData("olmo-2", false)]
    public void Name_SaysWhetherItReasons(string model, bool expected) => Assert.Equal(expected, ReasoningModels.Includes(model));

    [Theory]
    [InlineData("o3", """{"model":"o3","max_tokens":5,"messages":[{"role":"system","content":"\ud83d"},{"role":"user","content":"x"}],"temperature":1.0}""",
        """{"model":"o3","max_completion_tokens":5,"messages":[{"role":"developer","content":"\ud83d"},{"role":"user","content":"x"}],"temperature":1.0}""")]
    [InlineData("o1-mini", """{"messages":[{"content":"a","role":"system"}]}""", """{"messages":[{"content":"a","role":"user"}]}""")]
    [InlineData("o1-preview", """{"messages":[{"content":"a","role":"system"}]}""", """{"messages":[{"content":"a","role":"user"}]}""")]
    [InlineData("gpt-5", """{"max_tokens":5,"max_completion_tokens":7}""", """{"max_completion_tokens":7}""")]
    [InlineData("gpt-5", """{"max_tokens":5,"max_completion_tokens":null}""", """{"max_completion_tokens":5}""")]
    [InlineData("gpt-5", """{"max_completion_tokens":5,"messages":[{"role":"user"}]}""", null)]
    [InlineData("gpt-5", """{"max_tokens":null,"messages":[]}""", null)]
    [InlineData("gpt-4o", """{"max_tokens":5}""", null)]
    [InlineData("o3", "no JSON", null)]
    [InlineData("o3", "[1]", null)]
    public void Body_HasTheWordsThatTheModelTakes(string model, string body, string? expected) =>
        Assert.Equal(expected, ReasoningModels.Adapt(Encoding.UTF8.GetBytes(body), model) is { } changed ? Encoding.UTF8.GetString(changed) : null);
}
