namespace OpenWebUi.Services.Dialects.ToAnthropic;

/// <summary>How a model is made to think.</summary>
internal enum ClaudeThinking
{
    /// <summary>It does not.</summary>
    None,

    /// <summary><c>thinking: {"type":"enabled","budget_tokens":n}</c>.</summary>
    Budget,

    /// <summary><c>thinking: {"type":"adaptive"}</c> and an effort; a budget is refused from 4.7 on.</summary>
    Adaptive,
}

/// <summary>
/// What is known of a model by its name (Anthropic's model overview and its pages on thinking, 2026): the API refuses what a model
/// does not take, and has no route that says so. A name without a version counts as newer than all that we know; one without
/// <c>claude</c> is a model of another house behind the same API.
/// </summary>
/// <param name="DefaultMaxTokens">
/// <c>max_tokens</c> where the client sent none: the field must be there, and OpenAI's clients expect no limit. 32,000, or what an older model has at most.
/// </param>
/// <param name="TakesSampling"><c>temperature</c>, <c>top_p</c>, <c>top_k</c>.</param>
/// <param name="HasTopEffort">The effort <c>xhigh</c>.</param>
internal readonly record struct ClaudeModel(int DefaultMaxTokens, ClaudeThinking Thinking, bool TakesSampling, bool HasTopEffort)
{
    private const int Newest = int.MaxValue;

    private static readonly char[] Separators = ['-', '.', '_', '@', ':', '/'];

    public static ClaudeModel Of(string name)
    {
        var start = name.IndexOf("claude", StringComparison.OrdinalIgnoreCase);
        return start < 0
            ? new(8192, ClaudeThinking.Budget, TakesSampling: true, HasTopEffort: false)
            : Of(VersionOf(name[(start + "claude".Length)..].Split(Separators, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static ClaudeModel Of(int version) => new(
        version < 305 ? 4096 : version < 400 ? 8192 : 32_000,
        version < 307 ? ClaudeThinking.None : version < 406 ? ClaudeThinking.Budget : ClaudeThinking.Adaptive,
        TakesSampling: version < 407,
        HasTopEffort: version >= 407);

    /// <summary>305 of <c>3-5-sonnet-20241022</c>, 401 of <c>opus-4-1-20250805</c>, 400 of <c>sonnet-4-20250514</c>: a date is no version.</summary>
    private static int VersionOf(string[] words)
    {
        var first = Array.FindIndex(words, IsVersion);
        if (first < 0)
        {
            return words is ["instant", ..] ? 100 : Newest;
        }

        var minor = first + 1 < words.Length && IsVersion(words[first + 1]) ? int.Parse(words[first + 1]) : 0;
        return (int.Parse(words[first]) * 100) + minor;
    }

    private static bool IsVersion(string word) => word.Length <= 2 && word.All(char.IsAsciiDigit);
}
