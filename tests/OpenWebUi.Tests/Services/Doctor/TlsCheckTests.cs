using System.Net;
using OpenWebUi.Services.Doctor;
using OpenWebUi.StubProvider;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>Certificates, and ports that speak the other scheme.</summary>
public sealed class TlsCheckTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static TheoryData<string, string, string> Certificates => new()
    {
        { "expired", "tls_expired", Now.AddDays(-1).ToString("yyyy-MM-dd", null) },
        { "future", "tls_not_yet_valid", "clock" },
        { "other name", "tls_wrong_name", "other.example.com" },
        { "self-signed", "tls_self_signed", "self-signed" },
        { "unknown authority", "tls_unknown_authority", "authority" },
    };

    [Theory]
    [MemberData(nameof(Certificates))]
    public async Task Certificate_ThatIsNotTrusted_IsNamedByItsFault(string certificate, string code, string says)
    {
        await using var stub = await StubServer.StartTlsAsync(certificate switch
        {
            "expired" => StubCertificate.Create(expired: true, Now),
            "future" => StubCertificate.SelfSigned(Now.AddDays(2), Now.AddDays(9), "gpu.example.com"),
            "other name" => StubCertificate.SelfSigned(Now.AddDays(-1), Now.AddDays(9), "other.example.com"),
            "self-signed" => StubCertificate.SelfSigned(Now.AddDays(-1), Now.AddDays(9), "gpu.example.com"),
            _ => StubCertificate.Signed(Now.AddDays(-1), Now.AddDays(9), "gpu.example.com"),
        });
        var world = new DoctorWorld { Names = { ["gpu.example.com"] = [IPAddress.Loopback] } };
        var diagnosis = await world.ExamineAsync($"https://gpu.example.com:{stub.Port}/v1", DoctorWorld.Key);
        DoctorWorld.Fails(diagnosis, StepName.Tls, code);
        Assert.Contains(says, diagnosis.Finding.Sentence, StringComparison.Ordinal);
        Assert.Empty(stub.Requests);
    }

    [Fact]
    public async Task PlainHttp_OnAnHttpsUrl_IsFixedByTheScheme()
    {
        await using var stub = await StubServer.StartAsync();
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl.Replace("http:", "https:", StringComparison.Ordinal), DoctorWorld.Key);
        DoctorWorld.Fails(diagnosis, StepName.Tls, "tls_plain_http");
        Assert.Equal(stub.BaseUrl, diagnosis.Finding.Fix!["base_url"]);
        Assert.All(stub.Requests, request => Assert.DoesNotContain(DoctorWorld.Key, string.Join(' ', request.Headers.Values), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tls_OnAnHttpUrl_IsFixedByTheScheme()
    {
        await using var stub = await StubServer.StartTlsAsync();
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl.Replace("https:", "http:", StringComparison.Ordinal));
        DoctorWorld.Fails(diagnosis, StepName.Http, "http_needs_tls");
        Assert.Equal(stub.BaseUrl, diagnosis.Finding.Fix!["base_url"]);
    }

    [Fact]
    public async Task SomethingElse_OnAnHttpsUrl_IsNamed()
    {
        await using var stub = RawTcpStub.Start(RawTcpMode.Garbage);
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync($"https://127.0.0.1:{stub.Port}/v1"), StepName.Tls, "tls_failed");
    }

    [Fact]
    public async Task Key_OverTheInternetWithoutTls_IsWarnedOf()
    {
        // The documentation's own network: nobody answers there.
        var world = new DoctorWorld { Names = { ["api.example.com"] = [IPAddress.Parse("203.0.113.9")] } };
        using var walk = new Examination(DoctorWorld.Connect(default, "http://api.example.com/v1", DoctorWorld.Key), world.Place, null, TimeProvider.System) { Addresses = world.Names["api.example.com"] };
        var outcome = await TlsCheck.RunAsync(walk, CancellationToken.None);
        Assert.Equal((StepStatus.Warning, "key_in_clear", "https://api.example.com/v1"), (outcome.Status, outcome.Finding?.Code, outcome.Finding?.Fix?["base_url"]));
    }
}
