using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Services.OpenId;

/// <summary>Which of the provider's addresses did not serve us.</summary>
internal enum ProviderLeg
{
    /// <summary>Its discovery document.</summary>
    Discovery,

    /// <summary>The token endpoint, which takes the code.</summary>
    Token,

    /// <summary>Its keys (JWKS).</summary>
    Keys,

    /// <summary>What it says of a person: userinfo, or GitHub's API.</summary>
    UserInfo,
}

/// <summary>What went wrong there.</summary>
internal enum ProviderProblem
{
    /// <summary>The host name does not resolve.</summary>
    Dns,

    /// <summary>Nothing accepts connections there, or it closed one early.</summary>
    Connect,

    /// <summary>The TLS handshake or the certificate failed.</summary>
    Tls,

    /// <summary>No whole answer in 10 s.</summary>
    Timeout,

    /// <summary>A status that is no success.</summary>
    Status,

    /// <summary>A redirect, which is never followed: it could carry the code or the secret elsewhere, or bring a stranger's keys.</summary>
    Redirect,

    /// <summary>More bytes than any honest answer has.</summary>
    TooLong,

    /// <summary>Not HTTP, not JSON, or without what the protocol demands.</summary>
    Unreadable,
}

/// <summary>A provider that could not be asked. Trying again later may help; what is said of it is fit for the sign-in page.</summary>
internal sealed record ProviderFailure(string ProviderName, ProviderLeg Leg, ProviderProblem Problem, int? Status = null)
{
    /// <summary>Stable, for logs and tests: <c>token_timeout</c>.</summary>
    public string Code => $"{Leg}_{Problem}".ToLowerInvariant();

    public string Sentence => $"{ProviderName} could not be reached for the sign-in: {Place} {What}. Try again in a minute, or tell the administrator.";

    /// <summary>Names the problem of an exception of the HTTP client.</summary>
    public static ProviderProblem ProblemOf(Exception exception) => UpstreamFailure.Of(exception, "").Leg switch
    {
        UpstreamLeg.Dns => ProviderProblem.Dns,
        UpstreamLeg.Tls => ProviderProblem.Tls,
        UpstreamLeg.Timeout => ProviderProblem.Timeout,
        UpstreamLeg.Protocol => ProviderProblem.Unreadable,
        _ => ProviderProblem.Connect,
    };

    private string Place => Leg switch
    {
        ProviderLeg.Discovery => "its discovery document",
        ProviderLeg.Token => "its token endpoint",
        ProviderLeg.Keys => "the list of its keys",
        _ => "what it knows of you",
    };

    private string What => Problem switch
    {
        ProviderProblem.Dns => "is at a host name that does not resolve",
        ProviderProblem.Connect => "is at an address where nothing answers",
        ProviderProblem.Tls => "has no valid certificate",
        ProviderProblem.Timeout => "did not come in time",
        ProviderProblem.Status => $"was answered with status {Status}",
        ProviderProblem.Redirect => "was answered with a redirect, which is not followed",
        ProviderProblem.TooLong => "is too long",
        _ => "cannot be read",
    };
}

/// <summary>Carries a <see cref="ProviderFailure"/> up to the outcome of a sign-in.</summary>
internal sealed class ProviderUnavailableException(ProviderFailure failure, Exception? inner = null) : Exception(failure.Code, inner)
{
    public ProviderFailure Failure => failure;
}
