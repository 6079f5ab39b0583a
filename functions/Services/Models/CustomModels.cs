using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Models;

/// <summary>What the variables make of one model at one connection.</summary>
/// <param name="OffBy">The variable that switches it off, or null.</param>
/// <param name="Name">For people; null: as it is.</param>
/// <param name="UpstreamId">What the provider calls it.</param>
internal readonly record struct CustomVerdict(string? OffBy, string? Name, string UpstreamId);

/// <summary>
/// NextChat's <c>CUSTOM_MODELS</c> (entries with commas between them, read from left to right, the last word counts; each switches
/// a model on or off, names it, or adds one that no provider lists) and <c>DISABLE_GPT4</c>, which counts over it. They hold on every surface.
/// </summary>
/// <param name="Entries">In order.</param>
/// <param name="DisablesGpt4">OpenAI's larger models are off: gpt-4..., chatgpt-4o..., o1..., o3..., but for gpt-4o-mini.</param>
internal sealed record CustomModels(IReadOnlyList<CustomModel> Entries, bool DisablesGpt4)
{
    private const string Variable = "CUSTOM_MODELS";
    private static readonly string[] Gpt4Names = ["gpt-4", "chatgpt-4o", "o1", "o3"];

    /// <summary>Anything is said of any model.</summary>
    public bool HasRules => DisablesGpt4 || Entries.Count > 0;

    public static CustomModels Read(VariableReader reader)
    {
        var entries = new List<CustomModel>();
        foreach (var text in (reader.Text(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (entry, expected) = CustomModel.Parse(text);
            if (entry is null)
            {
                reader.FaultyEntry(Variable, text, expected!);
                continue;
            }

            entries.Add(entry);
        }

        return new(entries, reader.Flag("DISABLE_GPT4") ?? false);
    }

    /// <param name="route">Where the model is, and what it is called there.</param>
    /// <param name="id">As callers ask for it.</param>
    public CustomVerdict Judge(ModelRoute route, string id)
    {
        var (isOn, name, upstreamId) = (true, (string?)null, route.UpstreamId);
        foreach (var entry in Entries.Where(entry => entry.IsAbout(route, id)))
        {
            isOn = entry.IsOn;
            name = entry.IsOn ? entry.DisplayName ?? name : name;
            upstreamId = entry is { IsOn: true, Deployment: { } deployment } && route.Connection.Kind == ConnectionKind.AzureOpenAi ? deployment : upstreamId;
        }

        return new(DisablesGpt4 && IsGpt4(route.UpstreamId) ? "DISABLE_GPT4" : isOn ? null : Variable, name, upstreamId);
    }

    /// <summary>Models that an entry switches on at a connection, by the names that callers use. An entry without a provider is about the default connection, and about that only where nobody else lists the model.</summary>
    public IEnumerable<(string Name, bool NamesProvider)> NamedAt(Connection connection, bool isDefault) => Entries
        .Where(entry => entry is { IsOn: true, Name: not null } && (entry.Provider is null ? isDefault : entry.IsOf(connection)))
        .Select(entry => (entry.Name!, entry.Provider is not null))
        .Distinct();

    /// <summary>Deployments that entries name (<c>model@azure=deployment</c>) belong to the Azure connections of the environment, whose list they are.</summary>
    public ConnectionOptions WithDeployments(ConnectionOptions options)
    {
        var named = new Dictionary<string, string>();
        foreach (var entry in Entries.Where(entry => entry is { IsOn: true, Name: not null, Deployment: not null }))
        {
            named[entry.Name!] = entry.Deployment!;
        }

        return named.Count == 0 ? options : options with
        {
            Configured = [.. options.Configured.Select(connection => connection.Kind != ConnectionKind.AzureOpenAi ? connection : connection with
            {
                Deployments = connection.Deployments.Where(d => !named.ContainsKey(d.Key)).Concat(named).ToDictionary(),
            })],
        };
    }

    /// <summary>Also behind a vendor's name, as gateways list it (<c>openai/gpt-4o</c>).</summary>
    private static bool IsGpt4(string model)
    {
        var name = model[(model.LastIndexOf('/') + 1)..];
        return Gpt4Names.Any(begin => name.StartsWith(begin, StringComparison.OrdinalIgnoreCase))
            && !name.StartsWith("gpt-4o-mini", StringComparison.OrdinalIgnoreCase);
    }
}
