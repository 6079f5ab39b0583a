using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>What the doctor says of a base URL before it asks anybody.</summary>
public sealed class UrlCheckTests
{
    [Theory]
    [InlineData("openai", "", "url_missing", null)]
    [InlineData("openai", "   ", "url_missing", null)]
    [InlineData("openai", "http://", "url_invalid", null)]
    [InlineData("openai", "http://a b.example/v1", "url_invalid", null)]
    [InlineData("openai", "https://https://api.example.com/v1", "url_invalid", "base_url=https://api.example.com/v1")]
    [InlineData("openai", "ftp://api.example.com/v1", "url_scheme", null)]
    [InlineData("openai", "ws://api.example.com/v1", "url_scheme", null)]
    [InlineData("openai", "https://me:p4ssword@api.example.com/v1", "url_password", "base_url=https://api.example.com/v1")]
    [InlineData("openai", "https://api.example.com/v1?key=x", "url_query", "base_url=https://api.example.com/v1")]
    [InlineData("openai", "https://api.example.com/#/chat", "url_query", "base_url=https://api.example.com/")]
    [InlineData("openai", "sk-proj-abcdefghijklmnop", "key_as_url", null)]
    [InlineData("ollama", "sk-ant-abcdefghijklmnop", "key_as_url", null)]
    [InlineData("openai", "Bearer abc", "key_as_url", null)]
    [InlineData("openai", "gsk_0123456789abcdefghij", "key_as_url", null)]
    [InlineData("azure", "0123456789abcdef0123456789abcdef", "key_as_url", null)]
    [InlineData("openai", "http://169.254.169.254/latest", "metadata_address", null)]
    [InlineData("openai", "http://2852039166/v1", "metadata_address", null)]
    [InlineData("openai", "http://0xa9.0xfe.0xa9.0xfe/v1", "metadata_address", null)]
    [InlineData("openai", "http://[::ffff:169.254.169.254]/v1", "metadata_address", null)]
    [InlineData("ollama", "http://168.63.129.16", "metadata_address", null)]
    [InlineData("openai", "http://metadata.google.internal/computeMetadata/v1", "metadata_address", null)]
    [InlineData("openai", "https://api.anthropic.com/v1", "wrong_kind", "kind=anthropic;base_url=https://api.anthropic.com")]
    [InlineData("ollama", "https://api.openai.com", "wrong_kind", "kind=openai;base_url=https://api.openai.com/v1")]
    [InlineData("openai", "https://team.openai.azure.com", "wrong_kind", "kind=azure;base_url=https://team.openai.azure.com")]
    [InlineData("openai", "https://team.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-06-01", "wrong_kind",
        "kind=azure;base_url=https://team.openai.azure.com;api_version=2024-06-01")]
    [InlineData("openai", "https://team.cognitiveservices.azure.com/", "wrong_kind", "kind=azure;base_url=https://team.cognitiveservices.azure.com")]
    [InlineData("ollama", "https://team.openai.azure.com", "wrong_kind", "kind=azure;base_url=https://team.openai.azure.com")]
    public async Task Url_ThatCannotBeUsed_IsNamedWithWhatToChange(string kind, string url, string code, string? fix)
    {
        var world = new DoctorWorld { Lookup = (_, _) => throw new InvalidOperationException("Nobody is asked.") };
        var diagnosis = await world.ExamineAsync(DoctorWorld.Connect(ConnectionWords.Kind(kind)!.Value, url));
        DoctorWorld.Fails(diagnosis, StepName.Url, code);
        Assert.Equal(fix, diagnosis.Finding.Fix is { } some ? string.Join(';', some.Select(f => $"{f.Key}={f.Value}")) : null);
        // What may be a secret is not repeated.
        Assert.All(["p4ssword", "abcdefgh", "0123456789abcdef"], word => Assert.DoesNotContain(word, diagnosis.Finding.Sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("openai", "api.example.com", "calls go to https://api.example.com/v1")]
    [InlineData("openai", "localhost:8000/v1/chat/completions", "calls go to http://localhost:8000/v1")]
    [InlineData("openai", "https://team.openai.azure.com/openai/v1/", "calls go to https://team.openai.azure.com/openai/v1")]
    [InlineData("azure", "https://team.openai.azure.com/openai/deployments/x?api-version=2024-10-21", "calls go to https://team.openai.azure.com")]
    [InlineData("ollama", "http://gpu.lan:11434/api", "calls go to http://gpu.lan:11434")]
    [InlineData("openai", "my-long-server-name-of-the-team", "calls go to https://my-long-server-name-of-the-team/v1")]
    public async Task Url_ThatCanBeUsed_IsShownAsCallsUseIt(string kind, string url, string detail)
    {
        var diagnosis = await new DoctorWorld().ExamineAsync(DoctorWorld.Connect(ConnectionWords.Kind(kind)!.Value, url));
        Assert.Equal((StepStatus.Ok, detail), (diagnosis.Steps[0].Status, diagnosis.Steps[0].Detail));
    }
}
