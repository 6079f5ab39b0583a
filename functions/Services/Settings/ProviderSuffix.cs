namespace OpenWebUi.Services.Settings;

/// <summary>NextChat's <c>model@provider</c>. Only its own words for providers count: names of models may hold an @ (<c>claude-opus-4@20250514</c>).</summary>
internal static class ProviderSuffix
{
    private static readonly HashSet<string> Providers = new(StringComparer.OrdinalIgnoreCase)
    {
        "openai", "azure", "google", "anthropic", "baidu", "bytedance", "alibaba", "tencent", "moonshot", "iflytek", "deepseek", "xai", "chatglm",
        "siliconflow", "stability", "302.ai", "ollama",
    };

    /// <summary>The model alone: callers ask for it by that name, whichever provider has it.</summary>
    public static string Without(string model)
    {
        var at = model.LastIndexOf('@');
        return at > 0 && Providers.Contains(model[(at + 1)..].Trim()) ? model[..at].TrimEnd() : model;
    }
}
