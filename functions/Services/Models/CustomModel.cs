using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>One entry of <c>CUSTOM_MODELS</c>: <c>[+|-]name[@provider][=display]</c>.</summary>
/// <param name="IsOn">A plus, or no sign.</param>
/// <param name="Name">The model; null: <c>all</c>.</param>
/// <param name="Provider">Only of this provider (<see cref="IsOf"/>); null: of any.</param>
/// <param name="Display">For people; of a model at Azure the deployment.</param>
/// <param name="WithProvider">Name and provider as they stood: model names may hold an @ of their own.</param>
internal sealed record CustomModel(bool IsOn, string? Name, string? Provider, string? Display, string WithProvider)
{
    private const string All = "all";
    private const string Azure = "azure";
    private const string ByteDance = "bytedance";

    /// <summary>The entry names an Azure deployment: <c>model@azure=deployment</c>.</summary>
    public string? Deployment => IsAt(Azure) ? Display : null;

    /// <summary>What people read; null: as it would be without the entry.</summary>
    public string? DisplayName => IsAt(Azure) ? null : Display;

    /// <summary>Reads one entry, blanks around its parts left out.</summary>
    /// <returns>The entry, or what was expected of it.</returns>
    public static (CustomModel? Entry, string? Expected) Parse(string text)
    {
        var isOn = text[0] != '-';
        var rest = text[0] is '+' or '-' ? text[1..].Trim() : text;
        var equals = rest.IndexOf('=', StringComparison.Ordinal);
        var (model, display) = equals < 0 ? (rest, null) : (rest[..equals].Trim(), rest[(equals + 1)..].Trim());

        // The last one: and one at the beginning is part of a name (@cf/meta/llama).
        var at = model.LastIndexOf('@');
        var (name, provider) = at <= 0 ? (model, null) : (model[..at].Trim(), model[(at + 1)..].Trim());
        if (name.Length == 0 || provider is "" || display is "")
        {
            return (null, name.Length == 0 ? "a model's name behind the sign, as in -gpt-4o"
                : provider is "" ? "a provider behind the @, as in gpt-4o@azure" : "a name behind the =, as in gpt-4o=Our model");
        }

        if (name.Equals(All, StringComparison.OrdinalIgnoreCase))
        {
            return display is null ? (new(isOn, null, provider, null, model), null) : (null, "no = behind all: it is no model");
        }

        // NextChat: behind the = stands what ByteDance calls it, before it what people do.
        var entry = new CustomModel(isOn, name, provider, display, model);
        return (display is not null && entry.IsAt(ByteDance) ? entry with { Name = display, Display = name } : entry, null);
    }

    /// <summary>Whether the entry is about a model.</summary>
    /// <param name="route">Where it is asked.</param>
    /// <param name="id">As callers ask for it.</param>
    public bool IsAbout(ModelRoute route, string id)
    {
        if (Name is null)
        {
            // The guide is there while nothing else is: who switches off all models means those of providers.
            return route.Connection.Kind != ConnectionKind.Guide && (Provider is null || IsOf(route.Connection));
        }

        return (ModelName.IsSame(WithProvider, id) || ModelName.IsSame(WithProvider, route.UpstreamId))
            || ((ModelName.IsSame(Name, id) || ModelName.IsSame(Name, route.UpstreamId) || ModelName.Means(Name, route)) && (Provider is null || IsOf(route.Connection)));
    }

    /// <summary>Whether the connection is of the provider that the entry names: by NextChat's word for it, or by the connection's name.</summary>
    public bool IsOf(Connection connection) => IsAt(ProviderOf(connection)) || IsAt(connection.Name);

    private static string ProviderOf(Connection connection) => connection.Provider.Length > 0 ? connection.Provider : connection.Kind switch
    {
        ConnectionKind.AzureOpenAi => Azure,
        ConnectionKind.Anthropic => "anthropic",
        ConnectionKind.Ollama => "ollama",
        _ => "openai",
    };

    private bool IsAt(string provider) => provider.Equals(Provider, StringComparison.OrdinalIgnoreCase);
}
