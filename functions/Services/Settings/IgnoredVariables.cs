using System.Collections.Frozen;
using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Settings;

/// <summary>
/// Variables of Open WebUI and NextChat that do nothing here: accepted, with the reason, so that no setting is silent. docs/migration.md
/// has them all, and <c>DocumentTests</c> compares.
/// </summary>
internal static class IgnoredVariables
{
    private const string NotYet = "not part of this version yet";

    /// <summary>Names, or with an underscore at the end their beginnings.</summary>
    private static readonly (string Reason, string[] Names)[] Groups =
    [
        ("there is no Redis here: what it did is done by the store", ["REDIS_", "WEBSOCKET_"]),
        ("answers are plain streams: no WebSocket is needed", ["ENABLE_WEBSOCKET_SUPPORT"]),
        ("no model runs inside this process", ["HF_", "SENTENCE_TRANSFORMERS_HOME", "USE_CUDA", "USE_CUDA_", "WHISPER_"]),
        ("one process serves all cores", ["UVICORN_WORKERS"]),
        ("threads are managed by the runtime", ["THREAD_POOL_SIZE"]),
        ("there are no analytics here", ["GA_ID", "GTM_ID", "SCARF_NO_ANALYTICS", "ANONYMIZED_TELEMETRY"]),
        ("set HTTP_PROXY and HTTPS_PROXY instead", ["PROXY_URL"]),
        ("this vendor signs calls in a way of its own: enter its OpenAI-compatible address as a connection instead", ["BAIDU_", "TENCENT_", "IFLYTEK_", "STABILITY_"]),
        ("the system chooses the ciphers of TLS: .NET takes no such list", ["LDAP_CIPHERS"]),
        ("chats are kept on the server: there is nothing to share through others", ["CLOUDFLARE_", "WHITE_WEBDAV_ENDPOINTS", "WHITE_WEBDEV_ENDPOINTS"]),
        ("links cannot set codes or keys here", ["DISABLE_FAST_LINK"]),
        ("it belongs to the build of another program", ["BUILD_MODE", "BUILD_APP", "DISABLE_CHUNK", "KEEP_ALIVE_TIMEOUT", "OPENAI_SB", "PIP_OPTIONS", "STATIC_DIR"]),
        ("the environment always wins over what was saved", ["ENABLE_PERSISTENT_CONFIG", "ENABLE_OAUTH_PERSISTENT_CONFIG", "RESET_CONFIG_ON_START"]),
        ("the secret is WEBUI_SECRET_KEY, or generated and kept in the store", ["WEBUI_SECRET_KEY_FILE"]),
        ("SQLite always has its write-ahead log here", ["DATABASE_ENABLE_SQLITE_WAL"]),
        ("lists of models are always remembered: MODELS_CACHE_TTL says for how long", ["ENABLE_BASE_MODELS_CACHE"]),
        ("nobody reads other people's chats here", ["ENABLE_ADMIN_CHAT_ACCESS"]),
        ("its name here is BYPASS_ADMIN_ACCESS_CONTROL", ["ENABLE_ADMIN_WORKSPACE_CONTENT_ACCESS"]),
        ("there is no total timeout here: AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT ends silence", ["AIOHTTP_CLIENT_TIMEOUT", "AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST"]),
        ("every piece of an answer goes out as it comes", ["CHAT_RESPONSE_STREAM_DELTA_CHUNK_SIZE", "CHAT_STREAM_RESPONSE_CHUNK_MAX_BUFFER_SIZE"]),
        ("answers are always kept while they stream", ["ENABLE_REALTIME_CHAT_SAVE"]),
        ("nothing is contacted but what is configured", ["OFFLINE_MODE"]),
        ("no code of others runs in this process", ["SAFE_MODE"]),
        ("the program sets headers of its own; add others in the proxy in front", ["HSTS", "XFRAME_OPTIONS", "XCONTENT_TYPE", "REFERRER_POLICY", "PERMISSIONS_POLICY", "CACHE_CONTROL", "CONTENT_SECURITY_POLICY", "XDOWNLOAD_OPTIONS", "XPERMITTED_CROSS_DOMAIN_POLICIES"]),
        ("the page is compressed when it is built, and streams never are", ["ENABLE_COMPRESSION_MIDDLEWARE"]),
        ("how many are active is not shown", ["ENABLE_PUBLIC_ACTIVE_USERS_COUNT"]),
        ("its name here is WEBUI_NAME", ["CUSTOM_NAME"]),
        ("there is no licence to buy", ["LICENSE_KEY"]),
        ("passwords are hashed in one way; imported hashes go on working", ["PASSWORD_HASH_ALGORITHM"]),
        ("the relay has a list of paths, and none passes beside it", ["ENABLE_OPENAI_API_PASSTHROUGH"]),
        ("files are kept in the storage account of AzureWebJobsStorage", ["AZURE_STORAGE_"]),
        (NotYet, ["ENABLE_BALANCE_QUERY", "DEFAULT_INPUT_TEMPLATE", "ENABLE_MCP"]),
        (NotYet, ["ENABLE_PASSWORD_AUTH", "ENABLE_SCIM", "SCIM_TOKEN", "PROFILE_IMAGE_MAX_DATA_URI_SIZE", "ENABLE_FORWARD_USER_INFO_HEADERS"]),
        ("the table is made in the first schema of the database user's search path: ALTER USER ... SET search_path", ["DATABASE_SCHEMA"]),
        (NotYet, ["AIOHTTP_CLIENT_TIMEOUT_TOOL_SERVER_DATA", "CHAT_RESPONSE_MAX_TOOL_CALL_RETRIES"]),
        (NotYet, ["ENABLE_TAGS_GENERATION", "ENABLE_FOLLOW_UP_GENERATION", "ENABLE_AUTOCOMPLETE_GENERATION", "ENABLE_SEARCH_QUERY_GENERATION", "ENABLE_RETRIEVAL_QUERY_GENERATION"]),
        (NotYet, ["AUDIO_", "DEEPGRAM_API_KEY", "ENABLE_IMAGE_GENERATION", "IMAGE_"]),
        (NotYet, ["AUDIT_", "MAX_BODY_LOG_SIZE", "GLOBAL_LOG_LEVEL", "ENABLE_OTEL", "ENABLE_OTEL_", "OTEL_"]),
        ("files are not tagged in S3", ["S3_ENABLE_TAGGING"]),
        (NotYet, ["GCS_", "VECTOR_DB", "VECTOR_DB_", "RAG_", "CHUNK_SIZE", "CHUNK_OVERLAP", "ENABLE_RAG_", "BYPASS_EMBEDDING_AND_RETRIEVAL"]),
        (NotYet, ["CONTENT_EXTRACTION_ENGINE", "TIKA_SERVER_URL", "DOCLING_SERVER_URL", "ENABLE_WEB_SEARCH", "WEB_SEARCH_"]),
        (NotYet, ["ENABLE_CHANNELS", "ENABLE_NOTES", "ENABLE_DIRECT_CONNECTIONS", "ENABLE_CODE_EXECUTION", "ENABLE_CODE_INTERPRETER"]),
        (NotYet, ["ENABLE_COMMUNITY_SHARING", "ENABLE_MESSAGE_RATING", "ENABLE_USER_WEBHOOKS", "ENABLE_EVALUATION_ARENA_MODELS", "WEBHOOK_URL", "RESPONSE_WATERMARK", "EXTERNAL_PWA_MANIFEST_URL"]),
    ];

    /// <summary>Names that begin like some of those, and are read.</summary>
    private static readonly string[] Read = ["RAG_FILE_MAX_SIZE", "RAG_FILE_MAX_COUNT"];

    private static readonly FrozenDictionary<string, string> Reasons =
        Groups.SelectMany(group => group.Names.Select(name => (name, group.Reason))).ToFrozenDictionary(entry => entry.name, entry => entry.Reason);

    /// <summary>Each set variable that does nothing, with the reason.</summary>
    public static IEnumerable<(string Name, string Reason)> Among(Variables variables) =>
        from name in variables.Names.Order(StringComparer.Ordinal)
        where variables[name] is not null && !Read.Contains(name)
        let reason = Reasons.GetValueOrDefault(name) ?? BeginningsOf(name).Select(Reasons.GetValueOrDefault).FirstOrDefault(found => found is not null)
        where reason is not null
        select (name, reason);

    /// <summary>Up to each underscore, the longest first.</summary>
    private static IEnumerable<string> BeginningsOf(string name)
    {
        for (var end = name.LastIndexOf('_'); end > 0; end = name.LastIndexOf('_', end - 1))
        {
            yield return name[..(end + 1)];
        }
    }
}
