using System.Text.Json.Nodes;

namespace OpenWebUi.Services.Conversations;

/// <summary>What a person set for a chat in its blob's <c>params</c>, as far as a provider understands it at the top of a request.</summary>
internal static class ChatParams
{
    private static readonly string[] ForProviders =
    [
        "temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "frequency_penalty", "presence_penalty", "reasoning_effort", "logit_bias", "top_k", "min_p",
        "response_format",
    ];

    /// <summary>Adds what the request does not say itself. What is null, or an empty text or list, is the provider's default and left out.</summary>
    public static void AddTo(JsonObject request, JsonObject? parameters)
    {
        foreach (var (name, value) in parameters ?? [])
        {
            var isSet = value is not null and not JsonArray { Count: 0 } && !(value is JsonValue text && text.TryGetValue<string>(out var said) && said.Length == 0);
            var isSaid = request.ContainsKey(name) || (name is "max_tokens" && request.ContainsKey("max_completion_tokens"));
            if (isSet && !isSaid && ForProviders.Contains(name))
            {
                request[name] = value!.DeepClone();
            }
        }
    }

    public static JsonObject? Of(Chat chat) => ExtraJson.Read(chat.Extra)["params"] as JsonObject;
}
