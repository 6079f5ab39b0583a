using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>What is particular to Ollama: no models at first, versions that lack something, and a context that is short by itself.</summary>
internal static class OllamaCheck
{
    private const string OwnPort = ":11434";

    /// <summary>The first with the OpenAI dialect under <c>/v1</c> (February 2024).</summary>
    private static readonly Version FirstWithOpenAi = new(0, 1, 24);

    /// <summary>The first with tools (July 2024).</summary>
    private static readonly Version FirstWithTools = new(0, 3, 0);

    /// <summary>Shorter contexts cut an ordinary chat. Ollama takes 4,096 tokens on machines with less than 24 GiB of video memory ("Context length", docs.ollama.com, read 2026-11).</summary>
    private const int LongEnough = 8192;

    public static async Task<StepOutcome> RunAsync(Examination walk, ModelList list, CancellationToken cancellation)
    {
        walk.Version = await VersionAsync(walk, walk.Connection, cancellation);
        var version = walk.Version is null ? null : Parse(walk.Version);
        var detail = ModelsCheck.Counted(list) + (walk.Version is null ? "" : $"; Ollama {walk.Version}");
        if (version is not null && version < FirstWithOpenAi)
        {
            return StepOutcome.Failed(detail, new("ollama_too_old", $"Ollama {walk.Version} is too old for chats, which use its /v1 of version {FirstWithOpenAi} and later: update it."));
        }

        if (list.Ids.Count == 0)
        {
            return StepOutcome.Failed(detail, new("no_models", "Ollama has no model yet: run ollama pull llama3.2 on its machine."));
        }

        if (ModelsCheck.NotListed(walk, list) is { } missing)
        {
            return missing;
        }

        if (version is not null && version < FirstWithTools)
        {
            return StepOutcome.Warning(detail, new("ollama_old", $"Ollama {walk.Version} is too old for tools, which came with {FirstWithTools}: update it."));
        }

        return await ContextAsync(walk, detail, cancellation);
    }

    /// <summary>A server that was entered as OpenAI-compatible: it works, but its own API tells and does more. Null where it is no Ollama.</summary>
    public static async Task<StepOutcome?> AsOpenAiAsync(Examination walk, ModelList list, CancellationToken cancellation)
    {
        var looksLike = walk.Base.Authority.EndsWith(OwnPort, StringComparison.Ordinal)
            || (list.Entries.Count > 0 && list.Entries.All(entry => entry.Text("owned_by") == "library"));
        if (!looksLike || walk.Connection.Kind != ConnectionKind.OpenAi)
        {
            return null;
        }

        var root = walk.Base.GetLeftPart(UriPartial.Authority);
        var version = await VersionAsync(walk, walk.Connection with { Kind = ConnectionKind.Ollama, BaseUrl = root }, cancellation);
        if (version is null)
        {
            return null;
        }

        walk.Version = version;
        return list.Ids.Count == 0
            ? StepOutcome.Failed("no models", new("no_models", "Ollama has no model yet: run ollama pull llama3.2 on its machine."))
            : StepOutcome.Warning($"{ModelsCheck.Counted(list)}; Ollama {version}", Finding.WithFix("is_ollama",
                "This is an Ollama server, which works this way too: choose the kind ollama to have its own API as well.", ("kind", "ollama"), ("base_url", root)));
    }

    /// <summary>Version numbers as Ollama writes them: <c>0.5.7</c>, <c>0.6.0-rc1</c>; null for one that was built by hand (<c>0.0.0</c>).</summary>
    public static Version? Parse(string text) =>
        Version.TryParse(text.Split('-', '+')[0], out var version) && version > new Version(0, 0, 0) ? version : null;

    private static async Task<StepOutcome> ContextAsync(Examination walk, string detail, CancellationToken cancellation)
    {
        var url = walk.Connection.UrlFor(Dialect.OllamaNative, "ps", "");
        var running = await RouteCheck.TryAsync(walk, token => walk.Calls.GetAsync(url, ConnectionKind.Ollama, walk.Key, token), cancellation);
        var shortest = running?.Json?.List("models")?.Select(model => (Name: model.Text("name") ?? model.Text("model"), Length: model.Whole("context_length")))
            .Where(model => model.Length > 0).OrderBy(model => model.Length).FirstOrDefault();
        if (shortest is not { Length: { } length, Name: { } name })
        {
            return StepOutcome.Ok(detail + "; no model is loaded, so its context is unknown: Ollama takes 4,096 tokens on small machines unless OLLAMA_CONTEXT_LENGTH says more");
        }

        detail += $"; {name} is loaded with a context of {ForeignJson.Shown(length)} tokens";
        return length >= LongEnough ? StepOutcome.Ok(detail) : StepOutcome.Warning(detail, new("small_context",
            $"Ollama runs {name} with a context of {ForeignJson.Shown(length)} tokens, so long chats lose their beginning: set OLLAMA_CONTEXT_LENGTH=16384 or more where Ollama starts."));
    }

    private static async Task<string?> VersionAsync(Examination walk, Connection at, CancellationToken cancellation)
    {
        var url = at.UrlFor(Dialect.OllamaNative, "version", "");
        var answer = await RouteCheck.TryAsync(walk, token => walk.Calls.GetAsync(url, ConnectionKind.Ollama, walk.Key, token), cancellation);
        return answer is { IsSuccess: true } && answer.Json?.Text("version") is { Length: > 0 and <= 40 } version ? version : null;
    }
}
