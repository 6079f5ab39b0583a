using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>The step <c>models</c>: which models there are, and what their server says of itself.</summary>
internal static class ModelsCheck
{
    private const int MaxNamed = 5;

    public static async Task<StepOutcome> RunAsync(Examination walk, CancellationToken cancellation)
    {
        var connection = walk.Connection;
        var list = ModelList.Of(walk.Answer!, connection.Kind);
        if (list is null)
        {
            return walk.HasNoList || AuthFindings.Of(walk.Answer!, walk) is not null ? WithoutList(walk) : Unreadable(walk);
        }

        walk.Models = list.Ids;
        walk.List = walk.Answer!.Body;
        return connection.Kind switch
        {
            ConnectionKind.Ollama => await OllamaCheck.RunAsync(walk, list, cancellation),
            ConnectionKind.AzureOpenAi => await AzureCheck.RunAsync(walk, list, cancellation),
            _ => NotListed(walk, list) ?? await OllamaCheck.AsOpenAiAsync(walk, list, cancellation) ?? Listed(walk, list),
        };
    }

    /// <summary>Models that the connection names and the server does not list; null where there are none.</summary>
    public static StepOutcome? NotListed(Examination walk, ModelList list)
    {
        var missing = walk.Connection.ModelIds.Except(list.Ids, StringComparer.Ordinal)
            // Ollama lists llama3.2:latest for what everybody calls llama3.2.
            .Where(id => walk.Connection.Kind != ConnectionKind.Ollama || !list.Ids.Contains(id + ":latest", StringComparer.Ordinal)).ToList();
        return missing.Count == 0 ? null : StepOutcome.Warning(Counted(list), new("model_not_listed",
            $"The server does not list {Named(missing)}, which the connection names: correct the name, or remove it."));
    }

    public static string Counted(ModelList list) => list.Ids.Count == 1 ? $"1 model: {list.Ids[0]}" : $"{list.Ids.Count} models: {Named(list.Ids)}";

    public static string Named(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MaxNamed)) + (names.Count > MaxNamed ? $" and {names.Count - MaxNamed} more" : "");

    private static StepOutcome Listed(Examination walk, ModelList list)
    {
        if (list.Ids.Count == 0 && walk.Connection.ModelIds.Count == 0)
        {
            return StepOutcome.Failed("no models", new("no_models", walk.Connection.Kind == ConnectionKind.Anthropic
                ? "The key reaches no models: give its workspace access to some."
                : $"{walk.Host} lists no models: load one there, or name the models in the connection."));
        }

        // vLLM says how much a model reads.
        var lengths = list.Entries.Select(entry => (Id: entry.Text("id"), Length: entry.Whole("max_model_len"))).Where(entry => entry.Length > 0).Take(MaxNamed)
            .Select(entry => $"{entry.Id} reads {ForeignJson.Shown(entry.Length!.Value)} tokens (max_model_len)");
        return StepOutcome.Ok(string.Join("; ", lengths.Prepend(Counted(list))));
    }

    private static StepOutcome WithoutList(Examination walk)
    {
        walk.Models = walk.Connection.ModelIds;
        return walk.Connection.ModelIds.Count > 0
            ? StepOutcome.Warning($"named in the connection: {Named(walk.Connection.ModelIds)}", RouteCheck.NoList(walk))
            : StepOutcome.Failed("no model list", RouteCheck.NoList(walk));
    }

    private static StepOutcome Unreadable(Examination walk)
    {
        var answer = walk.Answer!;
        var what = answer.IsEncoded ? "is compressed although nobody asked for that"
            : answer.IsCut ? "is longer than any model list"
            : answer.Body.Length == 0 ? "is empty" : answer.Json is null ? "is no JSON" : "is JSON, but no list of models";
        return StepOutcome.Failed($"{answer.Summary}, {answer.Body.Length} bytes", new("list_unreadable",
            $"What {walk.Host} answers to the request for its models {what}: check that the base URL is the one of the API, and what stands in front of it."));
    }
}
