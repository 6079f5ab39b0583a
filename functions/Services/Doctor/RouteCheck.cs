using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>
/// The step <c>route</c>: whether the API is at this path. Where it is not, the same server is asked at the paths where APIs are,
/// all at once, and as every kind.
/// </summary>
internal static class RouteCheck
{
    /// <summary>A made-up name: no server loads or bills a model that it does not have.</summary>
    public const string NoModel = "openwebui-doctor";

    private static readonly TimeSpan OneProbe = TimeSpan.FromSeconds(4);

    /// <summary>Where the OpenAI dialect is at well-known servers: most, Open WebUI, Azure and Groq, Google, OpenRouter.</summary>
    private static readonly string[] OpenAiPaths = ["/v1", "/api", "/openai/v1", "/v1beta/openai", "/api/v1"];

    public static async Task<StepOutcome> RunAsync(Examination walk, CancellationToken cancellation)
    {
        var answer = walk.Answer!;
        var kind = walk.Connection.Kind;
        if (ModelList.Of(answer, kind) is not null)
        {
            return StepOutcome.Ok($"{answer.Url.AbsolutePath} lists models");
        }

        if (answer.IsRedirect)
        {
            return StepOutcome.Failed(answer.Summary, RedirectFinding.Of(walk, answer));
        }

        if (GatewayFinding(walk, answer) is { } gateway)
        {
            return StepOutcome.Failed(answer.Summary, gateway);
        }

        if (!answer.IsPage && AuthFindings.Of(answer, walk) is { } refusal)
        {
            // The API is here, and says what it minds: the next step's.
            return refusal.Code == "azure_api_version"
                ? StepOutcome.Failed(answer.Summary, await AzureVersionAsync(walk, cancellation) ?? refusal)
                : StepOutcome.Ok(answer.Summary);
        }

        if (kind == ConnectionKind.AzureOpenAi && answer is { Status: 404, IsPage: false }
            && await AzureVersionAsync(walk, cancellation) is { } version)
        {
            return StepOutcome.Failed(answer.Summary, version);
        }

        if (await ElsewhereAsync(walk, cancellation) is { } elsewhere)
        {
            return StepOutcome.Failed(answer.Summary, Moved(walk, elsewhere));
        }

        return await NowhereAsync(walk, answer, cancellation);
    }

    private static async Task<StepOutcome> NowhereAsync(Examination walk, ProviderAnswer answer, CancellationToken cancellation)
    {
        if (answer.IsPage)
        {
            return StepOutcome.Failed(answer.Summary, answer.IsLoginPage
                ? new("login_page", $"This is a login page, not an API: enter the address under which {walk.Host} serves its API, or let calls of this server past the login.")
                : new("web_page", $"This path serves a web page, and no API was found beside it: look up the base URL of the API in the provider's documentation."));
        }

        if (answer.IsSuccess)
        {
            // JSON, or nothing at all: the list is judged in its own step.
            return StepOutcome.Ok(answer.Summary);
        }

        if (walk.Connection.Kind == ConnectionKind.OpenAi)
        {
            var model = walk.Connection.ModelIds.Count > 0 ? walk.Connection.ModelIds[0] : NoModel;
            var chat = await TryAsync(walk, token => walk.Calls.EmptyChatAsync(walk.Connection, model, walk.Key, token), cancellation);
            if (chat is { IsPage: false } && (chat.Status is not (404 or 405 or 501) || ProviderError.Of(chat)?.Says("model") == true) && (chat.IsApiError || chat.IsSuccess))
            {
                (walk.Answer, walk.HasNoList) = (chat, true);
                return StepOutcome.Warning(chat.Summary, NoList(walk));
            }
        }

        return StepOutcome.Failed(answer.Summary, new("not_found",
            $"{walk.Host} has no {UrlKindName(walk)} API at {walk.Base.AbsolutePath}, nor at the usual paths: look up the base URL in the provider's documentation."));
    }

    public static Finding NoList(Examination walk) => new("no_model_list", walk.Connection.ModelIds.Count > 0
        ? "This server answers chats but lists no models: only those named in the connection are offered, whether it has them or not."
        : "This server answers chats but lists no models: name its models in the connection.");

    private static Finding Moved(Examination walk, Connection elsewhere)
    {
        var (kind, found) = (walk.Connection.Kind, elsewhere.BaseUrl);
        if (elsewhere.Kind != kind)
        {
            var word = ConnectionWords.Of(elsewhere.Kind);
            return Finding.WithFix("wrong_kind", $"This server speaks another API: choose the kind {word} with the base URL {found}.", ("kind", word), ("base_url", found));
        }

        return found == walk.Connection.BaseUrl + "/v1"
            ? Finding.WithFix("missing_v1", $"This path {What(walk)}. The API is under /v1: change the base URL to {found}.", ("base_url", found))
            : Finding.WithFix("wrong_path", $"This path {What(walk)}. The API is at another one: change the base URL to {found}.", ("base_url", found));
    }

    private static string What(Examination walk) => walk.Answer!.IsLoginPage ? "serves a login page" : walk.Answer.IsPage ? "serves a web page" : "has no API";

    private static string UrlKindName(Examination walk) => walk.Connection.Kind switch
    {
        ConnectionKind.Ollama => "Ollama",
        ConnectionKind.Anthropic => "Anthropic",
        ConnectionKind.AzureOpenAi => "Azure OpenAI",
        _ => "OpenAI-compatible",
    };

    /// <summary>The server itself, or what stands in front of it, is in trouble or keeps us out.</summary>
    private static Finding? GatewayFinding(Examination walk, ProviderAnswer answer)
    {
        var host = walk.Host;
        var error = ProviderError.Of(answer);
        return answer.Status switch
        {
            401 when answer.IsPage || answer.AsksForPassword => new("gateway_login",
                $"Something in front of {host} asks for a login of its own: add its header Authorization to the connection, or let calls of this server past it."),
            403 when answer.IsPage => new("gateway_refuses", $"Something in front of {host} keeps this server out: allow its address in that firewall or gateway."),
            503 when error is not null && error.Says("loading", "unavailable", "starting", "not ready", "warming") => new("server_loading",
                $"{host} is up but not ready: it is still loading its model; try again in a minute."),
            529 => new("overloaded", $"{host} is overloaded: try again in a minute."),
            (502 or 503 or 504) when error is null => new("gateway_error",
                $"Something in front of the provider answers {answer.Status}, and the provider behind it does not: start that server, or correct where the gateway sends {host}."),
            >= 520 and <= 530 when error is null => new("gateway_error",
                $"Cloudflare in front of the provider answers {answer.Status}, and the provider behind it does not: start that server."),
            >= 500 and not 501 => new("server_error", $"{host} answered {answer.Status}, a fault of its own: look into its log, or try again later."),
            _ => null,
        };
    }

    /// <summary>Another version of Azure's API, where one answers.</summary>
    private static async Task<Finding?> AzureVersionAsync(Examination walk, CancellationToken cancellation)
    {
        const string Stable = "2024-10-21";
        foreach (var version in new[] { null, Stable }.Where(version => version != walk.Connection.ApiVersion))
        {
            var at = walk.Connection with { ApiVersion = version };
            var answer = await TryAsync(walk, token => walk.Calls.ListAsync(at, walk.Key, token), cancellation);
            if (answer is not null && IsHere(answer, at.Kind))
            {
                return version is null
                    ? Finding.WithFix("azure_api_version", $"This resource does not know the API version {walk.Connection.ApiVersion}: leave it empty for the v1 route.", ("api_version", null))
                    : Finding.WithFix(walk.Connection.ApiVersion is null ? "azure_no_v1" : "azure_api_version",
                        walk.Connection.ApiVersion is null
                            ? $"This resource does not have the v1 route: set the API version to {version}."
                            : $"This resource does not know the API version {walk.Connection.ApiVersion}: set it to {version}.",
                        ("api_version", version));
            }
        }

        return null;
    }

    /// <summary>Kind and base at which this server has an API, or null.</summary>
    private static async Task<Connection?> ElsewhereAsync(Examination walk, CancellationToken cancellation)
    {
        var candidates = Candidates(walk.Connection).ToList();
        var answers = await Task.WhenAll(candidates.Select(at => TryAsync(walk, token => walk.Calls.ListAsync(at, walk.Key, token), cancellation)));
        var seen = candidates.Zip(answers, (At, Answer) => (At, Answer)).Where(probe => probe.Answer is not null).ToList();
        return seen.FirstOrDefault(probe => ModelList.Of(probe.Answer!, probe.At.Kind) is not null).At
            ?? seen.FirstOrDefault(probe => probe.At.Kind == walk.Connection.Kind && IsHere(probe.Answer!, probe.At.Kind)).At;
    }

    /// <summary>A list, or an API's word that it is not for everybody.</summary>
    private static bool IsHere(ProviderAnswer answer, ConnectionKind kind) =>
        ModelList.Of(answer, kind) is not null || (answer is { Status: 401 or 403 or 429, IsPage: false } && answer.IsApiError);

    /// <summary>Its own kind first, at other paths; then the other kinds.</summary>
    public static IEnumerable<Connection> Candidates(Connection connection)
    {
        var own = connection.BaseUrl;
        var root = new Uri(own).GetLeftPart(UriPartial.Authority);
        var openAi = OpenAiPaths.Select(path => root + path).Prepend(own + "/v1").Select(path => (ConnectionKind.OpenAi, path));
        (ConnectionKind Kind, string Base)[] ollama = [(ConnectionKind.Ollama, root), (ConnectionKind.Ollama, root + "/ollama")];
        (ConnectionKind Kind, string Base)[] all = connection.Kind == ConnectionKind.OpenAi ? [.. openAi, .. ollama]
            : connection.Kind == ConnectionKind.Anthropic ? [(ConnectionKind.Anthropic, root), (ConnectionKind.Anthropic, root + "/anthropic"), .. openAi, .. ollama]
            : [.. ollama, (ConnectionKind.OpenAi, own), .. openAi];
        return all.Where(at => at != (connection.Kind, own)).Distinct()
            .Select(at => connection with { Kind = at.Kind, BaseUrl = at.Base, ApiVersion = null });
    }

    /// <summary>The answer, or null where there is none in time.</summary>
    public static async Task<ProviderAnswer?> TryAsync(Examination walk, Func<CancellationToken, Task<ProviderAnswer>> ask, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(OneProbe, walk.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await ask(either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }
}
