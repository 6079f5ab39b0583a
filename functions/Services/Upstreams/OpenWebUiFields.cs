using System.Text.Json;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Services.Upstreams;

/// <summary>
/// Open WebUI's words for a connection (<c>OPENAI_API_CONFIGS</c>, <c>OLLAMA_API_CONFIGS</c>, in the environment and on its routes) in ours
/// (<see cref="ConnectionForm"/>), and back. <c>kind</c> is ours: its clients send back what they do not know.
/// </summary>
internal static class OpenWebUiFields
{
    /// <param name="url">As it was written.</param>
    /// <param name="key">In place of the keys there are; null or empty keeps them.</param>
    /// <param name="config">The connection's object; null: there is none.</param>
    /// <param name="before">What is changed; null: a new one.</param>
    /// <param name="isOllama">What a new one is.</param>
    public static JsonDocument FormOf(string url, string? key, JsonElement? config, Connection? before, bool isOllama)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("base_url", url);
            json.WriteString("kind", KindOf(config, before, isOllama));
            if ((string.IsNullOrEmpty(key) ? config?.Text("key") : key) is { Length: > 0 } one)
            {
                json.WriteStartArray("keys");
                json.WriteStringValue(one);
                json.WriteEndArray();
            }

            if (config is { } some)
            {
                WriteConfig(json, some, before, isOllama);
            }

            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.ToArray());
    }

    /// <summary>The connection's object in <c>*_API_CONFIGS</c>. Values of headers are null in it.</summary>
    public static void Write(Utf8JsonWriter json, Connection connection)
    {
        json.WriteStartObject();
        json.WriteBoolean("enable", connection.IsEnabled);
        json.WriteStartArray("tags");
        foreach (var tag in connection.Tags)
        {
            json.WriteStartObject();
            json.WriteString("name", tag);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("prefix_id", connection.PrefixId ?? "");
        json.WriteStartArray("model_ids");
        foreach (var id in connection.ModelIds)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteString("connection_type", connection.IsLocal ? "local" : "external");
        json.WriteString("auth_type", connection.Auth switch { ConnectionAuth.None => "none", ConnectionAuth.ManagedIdentity => "microsoft_entra_id", _ => "bearer" });
        if (connection.Headers.Count > 0)
        {
            json.WriteStartObject("headers");
            foreach (var name in connection.Headers.Keys)
            {
                json.WriteNull(name);
            }

            json.WriteEndObject();
        }

        switch (connection.Kind)
        {
            case ConnectionKind.Ollama:
                json.WriteString("key", "");
                break;
            case ConnectionKind.AzureOpenAi:
                json.WriteBoolean("azure", true);
                json.WriteString("api_version", connection.ApiVersion ?? "");
                break;
            case ConnectionKind.Anthropic:
                json.WriteString("kind", ConnectionWords.Of(connection.Kind));
                break;
        }

        json.WriteEndObject();
    }

    private static string KindOf(JsonElement? config, Connection? before, bool isOllama)
    {
        var isAzure = config?.Member("azure") is { } azure ? azure.ValueKind == JsonValueKind.True : before?.Kind == ConnectionKind.AzureOpenAi;
        return isOllama ? "ollama"
            : isAzure ? "azure"
            : config?.Text("kind") == "anthropic" || before?.Kind == ConnectionKind.Anthropic ? "anthropic"
            : "openai";
    }

    private static void WriteConfig(Utf8JsonWriter json, JsonElement config, Connection? before, bool isOllama)
    {
        foreach (var (theirs, ours) in ((string, string)[])[("enable", "enabled"), ("model_ids", "model_ids"), ("prefix_id", "prefix_id"), ("tags", "tags")])
        {
            if (config.Member(theirs) is { } value)
            {
                json.WritePropertyName(ours);
                value.WriteTo(json);
            }
        }

        if (config.Member("headers") is { ValueKind: not (JsonValueKind.Null or JsonValueKind.String) } headers)
        {
            json.WritePropertyName("headers");
            headers.WriteTo(json);
        }

        if (config.Text("connection_type") is { Length: > 0 } type && (before is null || type != (before.IsLocal ? "local" : "external")))
        {
            json.WriteString("connection_type", type);
        }

        if (config.Text("auth_type") is { Length: > 0 } auth)
        {
            json.WriteString("auth", auth switch { "bearer" => "key", "azure_ad" or "microsoft_entra_id" => "managed_identity", _ => auth });
        }

        if (KindOf(config, before, isOllama) == "azure" && config.Text("api_version") is { } version)
        {
            json.WriteString("api_version", version);
        }
    }
}
