using System.Text.Json;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>A model list as a provider sent it.</summary>
/// <param name="Ids">What the provider calls its models.</param>
/// <param name="Entries">The same with all that it says of them.</param>
internal sealed record ModelList(IReadOnlyList<string> Ids, IReadOnlyList<JsonElement> Entries)
{
    /// <summary>Null where the answer is no model list of this kind.</summary>
    public static ModelList? Of(ProviderAnswer answer, ConnectionKind kind)
    {
        if (!answer.IsSuccess || answer.IsEncoded || answer.IsCut || answer.Json is not { } json)
        {
            return null;
        }

        // OpenAI wraps the list in data; some servers send the bare array.
        var entries = kind == ConnectionKind.Ollama ? json.List("models")
            : json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : json.List("data");
        var named = entries?.Select(entry => (Id: kind == ConnectionKind.Ollama ? entry.Text("model") ?? entry.Text("name") : entry.Text("id"), Entry: entry))
            .Where(entry => entry.Id is { Length: > 0 }).ToList();
        return named is null || (named.Count == 0 && entries!.Count > 0) ? null : new([.. named.Select(entry => entry.Id!)], [.. named.Select(entry => entry.Entry)]);
    }
}
