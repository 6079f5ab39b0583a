using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Settings;

/// <summary>Variables of Open WebUI and NextChat that do nothing here: accepted, with the reason, so that no setting is silent.</summary>
internal static class IgnoredVariables
{
    private const string NoRedis = "there is no Redis here: what it did is done by the store";
    private const string NoLocalModels = "no model runs inside this process";
    private const string NotYet = "not part of this version yet";
    private const string NoAnalytics = "there are no analytics here";

    private static readonly (string Prefix, string Reason)[] Reasons =
    [
        ("REDIS_", NoRedis),
        ("WEBSOCKET_", NoRedis),
        ("ENABLE_WEBSOCKET_SUPPORT", "answers are plain streams: no WebSocket is needed"),
        ("HF_", NoLocalModels),
        ("SENTENCE_TRANSFORMERS_HOME", NoLocalModels),
        ("USE_CUDA", NoLocalModels),
        ("WHISPER_", NoLocalModels),
        ("UVICORN_WORKERS", "one process serves all cores"),
        ("THREAD_POOL_SIZE", "threads are managed by the runtime"),
        ("GA_ID", NoAnalytics),
        ("GTM_ID", NoAnalytics),
        ("SCARF_NO_ANALYTICS", NoAnalytics),
        ("ANONYMIZED_TELEMETRY", NoAnalytics),
        ("PROXY_URL", "set HTTP_PROXY and HTTPS_PROXY instead"),
        ("AZURE_URL", "use OPENAI_API_BASE_URL=https://<resource>.openai.azure.com/openai/v1 and OPENAI_API_KEY"),
        ("AZURE_API_KEY", "use OPENAI_API_BASE_URL=https://<resource>.openai.azure.com/openai/v1 and OPENAI_API_KEY"),
        ("CUSTOM_MODELS", NotYet),
        ("DISABLE_GPT4", NotYet),
        ("VISION_MODELS", NotYet),
        ("ENABLE_BALANCE_QUERY", NotYet),
        ("ENABLE_SIGNUP", NotYet),
        ("ENABLE_OAUTH_SIGNUP", NotYet),
        ("ENABLE_LDAP", NotYet),
        ("ADMIN_CODE", NotYet),
    ];

    /// <summary>Each set variable that does nothing, with the reason.</summary>
    public static IEnumerable<(string Name, string Reason)> Among(Variables variables) =>
        from name in variables.Names.Order(StringComparer.Ordinal)
        where variables[name] is not null
        from entry in Reasons
        where entry.Prefix.EndsWith('_') || entry.Prefix == "USE_CUDA" ? name.StartsWith(entry.Prefix, StringComparison.Ordinal) : name == entry.Prefix
        select (name, entry.Reason);
}
