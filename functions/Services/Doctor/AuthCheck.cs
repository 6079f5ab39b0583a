using System.Text;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.Doctor;

/// <summary>A token of the platform's identity for Azure OpenAI; as <see cref="AzureIdentity.TokenAsync"/>, an <see cref="HttpRequestException"/> where there is none.</summary>
internal delegate ValueTask<string> IdentityToken(CancellationToken cancellation);

/// <summary>The step <c>auth</c>: every key of the connection, and whether a server that lists models to everybody asks for one at all.</summary>
internal static class AuthCheck
{
    /// <summary>Where there is no identity, its endpoint may be a network that swallows packets.</summary>
    private static readonly TimeSpan TokenLimit = TimeSpan.FromSeconds(5);

    private static readonly char[] Quotes = ['"', '\'', '`', '\u201C', '\u201D', '\u2018', '\u2019'];

    /// <summary>Picks what the first calls prove themselves with. A key that cannot be one is not sent.</summary>
    public static async Task ChooseAsync(Examination walk, IdentityToken identity, CancellationToken cancellation)
    {
        walk.Key = walk.Connection.Auth switch
        {
            ConnectionAuth.None => null,
            ConnectionAuth.ManagedIdentity => await TokenAsync(walk, identity, cancellation),
            _ => walk.Connection.Keys.FirstOrDefault(key => Malformed(key) is null) is { } key ? new(key) : null,
        };
    }

    private static async Task<ProbeKey?> TokenAsync(Examination walk, IdentityToken identity, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TokenLimit, walk.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return new(await identity(either.Token), IsToken: true);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    public static async Task<StepOutcome> RunAsync(Examination walk, CancellationToken cancellation)
    {
        if (BeforeAsking(walk) is { } fault)
        {
            return StepOutcome.Failed("not sent", fault);
        }

        if (AuthFindings.Of(walk.Answer!, walk) is { } refusal && (!walk.HasNoList || walk.Answer!.Status is 401 or 402 or 403 or 429))
        {
            return refusal.Code == "key_scope" && walk.Connection.ModelIds.Count > 0
                ? StepOutcome.Warning(walk.Answer!.Summary, refusal)
                : StepOutcome.Failed(walk.Answer!.Summary, refusal);
        }

        if (walk.Key is null)
        {
            return StepOutcome.Ok("no key was asked for");
        }

        if (walk.Key.IsToken)
        {
            return StepOutcome.Ok("the identity of this site was accepted");
        }

        if (walk.HadBlanks)
        {
            return StepOutcome.Warning("the key was sent without the blanks", new("key_blanks", "A key has blanks around it: they are left out when it is saved, but check that it was copied whole."));
        }

        return await OtherKeysAsync(walk, cancellation) ?? await UnprovenAsync(walk, cancellation) ?? StepOutcome.Ok(
            walk.Connection.Keys.Count == 1 ? "the key was accepted" : $"all {walk.Connection.Keys.Count} keys were accepted");
    }

    /// <summary>What is wrong with a key that never was one; null where nothing is.</summary>
    public static Finding? Malformed(string key) =>
        key.Length == 0 ? new("key_empty", "A key is empty: enter it, or remove it.")
        : key.Any(char.IsWhiteSpace) ? new("key_blanks", key.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? "The key begins with the word Bearer: enter it without, because that word is added by itself."
            : "The key has a blank or line break in its middle: copy it anew, without.")
        : Quotes.Contains(key[0]) || Quotes.Contains(key[^1]) ? new("key_quotes", "The key has quotes around it: enter it without.")
        : !Ascii.IsValid(key) || key.Any(char.IsControl) ? new("key_characters", "The key has a character that no key has, such as a dash or dots of a text program: copy it anew from the provider.")
        : null;

    private static Finding? BeforeAsking(Examination walk)
    {
        var connection = walk.Connection;
        if (connection.Headers.FirstOrDefault(header => !Ascii.IsValid(header.Value) || header.Value.Any(char.IsControl)).Key is { } header)
        {
            return new("header_characters", $"The header {header} has a character that cannot be sent: use plain ASCII.");
        }

        return connection.Auth switch
        {
            ConnectionAuth.ManagedIdentity when walk.Key is null => new("identity_unavailable",
                "There is no managed identity here: switch one on for this site in Azure and give it the role 'Cognitive Services OpenAI User' on the resource, or use a key."),
            ConnectionAuth.Key => connection.Keys.Select((key, i) => (Fault: Malformed(key), Number: i + 1)).FirstOrDefault(key => key.Fault is not null) is { Fault: { } fault } bad
                ? connection.Keys.Count == 1 ? fault : fault with { Sentence = $"Key {bad.Number} of {connection.Keys.Count}: {fault.Sentence}" }
                : null,
            _ => null,
        };
    }

    private static async Task<StepOutcome?> OtherKeysAsync(Examination walk, CancellationToken cancellation)
    {
        if (walk.HasNoList)
        {
            return null;
        }

        var others = walk.Connection.Keys.Skip(1).Select(key => new ProbeKey(key)).ToList();
        var answers = await Task.WhenAll(others.Select(key => RouteCheck.TryAsync(walk, token => walk.Calls.ListAsync(walk.Connection, key, token), cancellation)));
        var refused = answers.Select((answer, i) => (Answer: answer, Number: i + 2)).Where(key => key.Answer is { Status: 401 or 403 }).ToList();
        return refused.Count == 0 ? null : StepOutcome.Warning(refused[0].Answer!.Summary, new("key_refused_some",
            $"Key {string.Join(", ", refused.Select(key => key.Number))} of {walk.Connection.Keys.Count} is refused, and every call takes one of them: replace or remove it."));
    }

    /// <summary>A list that anybody gets proves no key (OpenRouter's, and that of every server without keys): a chat of no messages does.</summary>
    private static async Task<StepOutcome?> UnprovenAsync(Examination walk, CancellationToken cancellation)
    {
        if (walk.Connection.Kind != ConnectionKind.OpenAi || walk.HasNoList
            || await RouteCheck.TryAsync(walk, token => walk.Calls.ListAsync(walk.Connection, null, token), cancellation) is not { IsSuccess: true })
        {
            return null;
        }

        var chat = await RouteCheck.TryAsync(walk, token => walk.Calls.EmptyChatAsync(walk.Connection, RouteCheck.NoModel, walk.Key, token), cancellation);
        return chat is { Status: 401 or 402 or 403, IsPage: false } && AuthFindings.Of(chat, walk) is { } refusal
            ? StepOutcome.Failed(chat.Summary, refusal)
            : StepOutcome.Ok("models are listed to everybody; the key was not refused");
    }
}
