using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Services.Conversations;

/// <summary>How answers run on the server.</summary>
/// <param name="DetachedTimeout"><c>CHAT_DETACHED_TIMEOUT</c>, seconds, default 300: how long an answer goes on while nobody listens. 0 ends it with its last listener.</param>
/// <param name="Lease"><c>CHAT_ANSWER_LEASE</c>, seconds, default 30: when a running answer of whose instance nothing was heard counts as interrupted.</param>
/// <param name="ContextTokens"><c>CHAT_CONTEXT_TOKENS</c>, default 32000: how much of a chat goes to the model, from the newest message back, in estimated tokens. A system prompt and the newest message always go.</param>
/// <param name="MaxRunning"><c>CHAT_RUNNING_LIMIT</c>, default 16: how many answers of one owner run at once on an instance. 0: any number.</param>
internal sealed record RunOptions(TimeSpan DetachedTimeout, TimeSpan Lease, int ContextTokens, int MaxRunning = 16)
{
    private const int MaxSeconds = 24 * 60 * 60;

    public static RunOptions Read(VariableReader reader) => new(
        TimeSpan.FromSeconds(reader.Integer("CHAT_DETACHED_TIMEOUT", 0, MaxSeconds) ?? 300),
        TimeSpan.FromSeconds(reader.Integer("CHAT_ANSWER_LEASE", 1, 600) ?? 30),
        reader.Integer("CHAT_CONTEXT_TOKENS", 100, 10_000_000) ?? 32_000,
        reader.Integer("CHAT_RUNNING_LIMIT", 0, 100_000) ?? 16);
}
