namespace OpenWebUi.Services.Doctor;

/// <summary>The steps of a walk, in their order.</summary>
internal enum StepName
{
    Url,
    Dns,
    Tcp,
    Tls,
    Http,
    Route,
    Auth,
    Models,
}

internal enum StepStatus
{
    Ok,

    /// <summary>The connection cannot be used; what comes after it was not looked at.</summary>
    Failed,

    /// <summary>It can be used, but not as its administrator will expect.</summary>
    Warning,

    /// <summary>Not looked at, because a step before failed, or because there is nothing to look at.</summary>
    Skipped,
}

/// <summary>A step that has ended.</summary>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Detail">What was seen: for who wants to know more than the sentence. No secret, at most <see cref="ConnectionDoctor.MaxTextCharacters"/>.</param>
internal sealed record DoctorStep(StepName Name, StepStatus Status, double Milliseconds, string Detail);

/// <summary>What is wrong, and what to change.</summary>
/// <param name="Code">Stable, for programs: <c>missing_v1</c>.</param>
/// <param name="Sentence">One sentence for the administrator.</param>
internal sealed record Finding(string Code, string Sentence)
{
    /// <summary>Fields of the connection as the wire names them, with the values that would help; null where only a person can.</summary>
    public IReadOnlyDictionary<string, string?>? Fix { get; init; }

    public static Finding WithFix(string code, string sentence, params (string Field, string? Value)[] fix) =>
        new(code, sentence) { Fix = fix.ToDictionary(f => f.Field, f => f.Value) };
}

/// <summary>How a step ended.</summary>
/// <param name="Finding">Of a failure or a warning.</param>
internal sealed record StepOutcome(StepStatus Status, string Detail, Finding? Finding = null)
{
    public static StepOutcome Ok(string detail) => new(StepStatus.Ok, detail);

    public static StepOutcome Failed(string detail, Finding finding) => new(StepStatus.Failed, detail, finding);

    public static StepOutcome Warning(string detail, Finding finding) => new(StepStatus.Warning, detail, finding);

    public static StepOutcome Skipped(string detail) => new(StepStatus.Skipped, detail);
}

/// <summary>The end of a walk.</summary>
/// <param name="Finding">Of the failed step, else of the first warning; else code <c>ok</c>.</param>
/// <param name="Models">What the provider calls them; at most <see cref="MaxModels"/>.</param>
/// <param name="Version">Of the server, where it says one (Ollama).</param>
/// <param name="List">The provider's model list as it sent it, JSON in UTF-8; null where there is none.</param>
internal sealed record Diagnosis(
    bool IsOk, IReadOnlyList<DoctorStep> Steps, Finding Finding, IReadOnlyList<string> Models, int ModelCount, string? Version, byte[]? List)
{
    public const int MaxModels = 500;
}
