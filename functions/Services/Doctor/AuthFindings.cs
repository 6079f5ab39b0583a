using System.Globalization;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>
/// What a provider means when it refuses: by its error code where it has one, else by its status. Codes of OpenAI ("Error codes",
/// platform.openai.com), Azure OpenAI and Anthropic ("Errors", docs.anthropic.com), read 2026-11.
/// </summary>
internal static class AuthFindings
{
    /// <summary>What keeps a call out although the API is here; null where the answer says nothing of that kind.</summary>
    public static Finding? Of(ProviderAnswer answer, Examination walk)
    {
        if (answer.IsSuccess || answer.IsRedirect)
        {
            return null;
        }

        var error = ProviderError.Of(answer);
        return (error is null ? null : Said(error, answer, walk)) ?? ByStatus(answer, walk);
    }

    private static Finding? Said(ProviderError error, ProviderAnswer answer, Examination walk)
    {
        var host = walk.Host;
        if (error.Says("insufficient_quota", "billing_not_active", "billing_hard_limit_reached", "credit balance", "insufficient balance", "exceeded your current quota"))
        {
            return new("quota_used_up", $"The quota or credit at {host} is used up: add credit, or raise the limit in the provider's billing settings.");
        }

        if (error.Says("unsupported_country_region_territory", "location is not supported"))
        {
            return new("region_refused", $"{host} does not serve the country or region that this server calls from: run it, or its proxy, in one that is served.");
        }

        if (error.Says("account_deactivated", "account_not_active", "account_disabled", "has been deactivated", "account is not active", "organization has been disabled"))
        {
            return new("account_inactive", $"The account of this key at {host} is not active: look into the provider's billing and account pages.");
        }

        if (error.Says("mismatched_project", "invalid_project", "no such project"))
        {
            return new("wrong_project", "The key belongs to another project than the header OpenAI-Project names: correct or remove that header, or use a key of that project.");
        }

        if (error.Says("invalid_organization", "mismatched_organization", "no_organization", "no such organization", "member of an organization"))
        {
            return new("wrong_organization", walk.Connection.Organization is null
                ? "The key belongs to no organization, or to another one than the provider expects: make a new key in the right organization."
                : "The key does not belong to the organization of this connection: correct or empty the organization, or use a key of it.");
        }

        if (error.Says("ip_not_authorized", "ip address is not authorized"))
        {
            return new("address_refused", $"{host} does not take this key from the address of this server: add the address to the provider's list.");
        }

        if (error.Says("missing scopes", "missing_scope", "insufficient permissions for this operation", "api.model.read"))
        {
            return new("key_scope", "The key is restricted and may not list models: give it that permission, or name the models in the connection after trying one.");
        }

        return walk.Connection.Kind switch
        {
            ConnectionKind.AzureOpenAi => SaidByAzure(error, answer, walk),
            ConnectionKind.Anthropic when answer.Status == 400 && error.Says("anthropic-version") => new("anthropic_version",
                "The server minds the version in anthropic-version: remove that header from the connection, or set one that it knows."),
            _ => null,
        };
    }

    private static Finding? SaidByAzure(ProviderError error, ProviderAnswer answer, Examination walk)
    {
        if (error.Says("lacks the required data action", "PermissionDenied", "AuthorizationFailed") && walk.Connection.Auth == ConnectionAuth.ManagedIdentity)
        {
            return NoRole(walk);
        }

        if (error.Says("AuthenticationTypeDisabled", "key based authentication is disabled"))
        {
            return Finding.WithFix("azure_keys_off", "This resource takes no keys: choose the managed identity, and give this site's the role 'Cognitive Services OpenAI User' there.", ("auth", "managed_identity"));
        }

        if (error.Says("virtual network", "firewall rules", "public access is disabled"))
        {
            return new("azure_network", "The network rules of this resource keep this server out: allow its address or its virtual network under Networking in the portal.");
        }

        if (error.Says("api version", "api-version", "ApiVersion"))
        {
            return new("azure_api_version", $"This resource does not know the API version {walk.Connection.ApiVersion ?? "of the v1 route"}: set it to 2024-10-21, or leave it empty for the v1 route.");
        }

        return answer.Status == 401 && walk.Key is { IsToken: false }
            ? new("azure_key_refused", $"The key is not one of the resource {walk.Base.Host}: copy one from Keys and Endpoint of this very resource.")
            : null;
    }

    private static Finding? ByStatus(ProviderAnswer answer, Examination walk)
    {
        var host = walk.Host;
        switch (answer.Status)
        {
            case 401 or 403 when walk.Connection.Auth == ConnectionAuth.ManagedIdentity:
                return NoRole(walk);
            case 401 or 403 when walk.Key is null:
                return new("key_missing", walk.Connection.Auth == ConnectionAuth.None && walk.Connection.Keys.Count > 0
                    ? $"{host} asks for a key, but the connection is set to use none: choose the key."
                    : $"{host} asks for a key and the connection has none: enter one.");
            case 401:
                return new("key_refused", $"{host} refuses the key: {Hint(walk.Key.Value, walk.Base.Host)}.");
            case 403:
                return new("key_forbidden", $"{host} knows the key but does not let it do this: give it the permission there, or use another key.");
            case 402:
                return new("quota_used_up", $"The credit at {host} is used up: add some.");
            case 429:
                return new("rate_limited", answer.RetryAfter is { } wait
                    ? $"{host} answers 429, too many requests: try again in {Math.Ceiling(wait.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s."
                    : $"{host} answers 429, too many requests: try again in a minute, or raise the limit there.");
            default:
                return null;
        }
    }

    private static Finding NoRole(Examination walk) => new("identity_role",
        $"The identity of this site may not use {walk.Base.Host}: give it the role 'Cognitive Services OpenAI User' on that resource, and wait some minutes.");

    /// <summary>Keys of well-known providers show where they belong by how they begin.</summary>
    private static string Hint(string key, string host)
    {
        (string Start, string Provider, string Host)[] known =
        [
            ("sk-ant-", "Anthropic", "anthropic.com"), ("sk-or-", "OpenRouter", "openrouter.ai"), ("sk-proj-", "OpenAI", "openai.com"), ("AIza", "Google", "googleapis.com"),
            ("gsk_", "Groq", "groq.com"), ("xai-", "xAI", "x.ai"), ("hf_", "Hugging Face", "huggingface.co"), ("pplx-", "Perplexity", "perplexity.ai"),
        ];
        var of = known.FirstOrDefault(k => key.StartsWith(k.Start, StringComparison.Ordinal));
        return of.Provider is not null && !host.EndsWith(of.Host, StringComparison.OrdinalIgnoreCase) && host.Contains('.', StringComparison.Ordinal)
            ? $"it looks like one of {of.Provider}, so enter one of this provider"
            : "copy it anew from the provider, whole, or make a new one";
    }
}
