using System.Net;
using System.Net.Sockets;
using OpenWebUi.Services.Doctor;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Doctor;

/// <summary>Names, ports and silence.</summary>
public sealed class NetworkCheckTests
{
    [Theory]
    [InlineData("http://gpu.example.com/v1", "spelling")]
    [InlineData("http://ollama:11434/v1", "Docker network")]
    [InlineData("http://nas.local:11434/v1", "multicast")]
    [InlineData("http://host.docker.internal:11434/v1", "--add-host")]
    public async Task Name_ThatDoesNotResolve_IsNamedWithAHint(string url, string hint)
    {
        var diagnosis = await new DoctorWorld().ExamineAsync(url);
        DoctorWorld.Fails(diagnosis, StepName.Dns, "name_not_found");
        Assert.Contains(hint, diagnosis.Finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_OfTheSystemsOwnLookup_DoesNotResolve()
    {
        var diagnosis = await new DoctorWorld { Lookup = Dns.GetHostAddressesAsync }.ExamineAsync("http://doctor-test.invalid/v1");
        Assert.Equal(StepStatus.Failed, diagnosis.Steps[1].Status);
        Assert.Contains(diagnosis.Finding.Code, (string[])["name_not_found", "dns_unavailable"]);
    }

    [Fact]
    public async Task NameServer_ThatFailsOrHangs_IsNamed()
    {
        var failing = new DoctorWorld { Lookup = (_, _) => throw new SocketException((int)SocketError.TryAgain) };
        DoctorWorld.Fails(await failing.ExamineAsync("http://gpu.example.com/v1"), StepName.Dns, "dns_unavailable");

        // It does not even listen to its token.
        var time = new ManualTime();
        var hanging = new DoctorWorld { Time = time, Lookup = (_, _) => new TaskCompletionSource<IPAddress[]>().Task };
        var walk = hanging.ExamineAsync("http://gpu.example.com/v1");
        await time.AdvanceUntilAsync(walk, ConnectionDoctor.StepLimit / 2);
        DoctorWorld.Fails(await walk, StepName.Dns, "dns_timeout");
    }

    [Fact]
    public async Task Name_OfAMetadataAddress_IsRefusedBeforeAnyConnection()
    {
        var world = new DoctorWorld { Names = { ["rebind.example.com"] = [IPAddress.Loopback, IPAddress.Parse("169.254.169.254")] } };
        DoctorWorld.Fails(await world.ExamineAsync("http://rebind.example.com/v1"), StepName.Dns, "metadata_address");
    }

    [Fact]
    public async Task Name_ThatChangesItsMindLater_IsStillAskedWhereItWasLookedUp()
    {
        await using var stub = await StubServer.StartAsync();
        var asked = 0;
        var world = new DoctorWorld { Lookup = (_, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref asked) == 1 ? IPAddress.Loopback : IPAddress.Parse("169.254.169.254")]) };
        DoctorWorld.Works(await world.ExamineAsync($"http://gpu.example.com:{stub.Port}/v1"));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("openai", false, false, "gpu.example.com", "connection_refused", "port")]
    [InlineData("ollama", false, false, "gpu.example.com", "connection_refused", "OLLAMA_HOST=0.0.0.0")]
    [InlineData("openai", false, false, "localhost", "connection_refused", "start the server")]
    [InlineData("openai", true, false, "localhost", "localhost_container", "host.docker.internal")]
    [InlineData("openai", true, false, "127.0.0.1", "localhost_container", "host.docker.internal")]
    [InlineData("ollama", true, false, "localhost", "localhost_container", "host.docker.internal")]
    [InlineData("openai", true, true, "localhost", "localhost_azure", "Azure")]
    [InlineData("openai", true, false, "gpu.example.com", "connection_refused", "port")]
    public async Task Port_ThatRefuses_IsExplainedByWhereTheSiteRuns(string kind, bool inContainer, bool inAzure, string host, string code, string says)
    {
        await using var nobody = RawTcpStub.Start(RawTcpMode.Refuse);
        var world = new DoctorWorld { Place = new(inContainer, inAzure), Names = { ["gpu.example.com"] = [IPAddress.Loopback] } };
        var diagnosis = await world.ExamineAsync(DoctorWorld.Connect(ConnectionWords.Kind(kind)!.Value, $"http://{host}:{nobody.Port}/v1"));
        DoctorWorld.Fails(diagnosis, StepName.Tcp, code);
        Assert.Contains(says, diagnosis.Finding.Sentence, StringComparison.Ordinal);
        Assert.Equal(
            code == "localhost_container" ? $"http://host.docker.internal:{nobody.Port}{(kind == "ollama" ? "" : "/v1")}" : null,
            diagnosis.Finding.Fix?["base_url"]);
    }

    [Fact]
    public async Task Address_ThatSwallowsPackets_IsGivenUpAfterTheStepsLimit()
    {
        await using var firewall = RawTcpStub.Start(RawTcpMode.Drop);
        var time = new ManualTime();
        var walk = new DoctorWorld { Time = time }.ExamineAsync(firewall.BaseUrl);
        await time.AdvanceUntilAsync(walk, TimeSpan.FromSeconds(1));
        var diagnosis = await walk;
        DoctorWorld.Fails(diagnosis, StepName.Tcp, "connect_timeout");
        Assert.Contains("firewall", diagnosis.Finding.Sentence, StringComparison.Ordinal);
        Assert.InRange(diagnosis.Steps[2].Milliseconds, 9_000, 11_000);
    }

    [Fact]
    public async Task Host_WithAnAddressThatRefuses_IsReachedByTheOther()
    {
        await using var stub = await StubServer.StartAsync();
        var world = new DoctorWorld { Names = { ["gpu.example.com"] = [IPAddress.IPv6Loopback, IPAddress.Loopback] } };
        DoctorWorld.Works(await world.ExamineAsync($"http://gpu.example.com:{stub.Port}/v1"));
    }

    [Fact]
    public async Task Server_ThatSaysNothing_IsGivenUp_AndTheWholeNeverTakesLongerThanItsLimit()
    {
        await using var silent = RawTcpStub.Start(RawTcpMode.Blackhole);
        var time = new ManualTime();
        var world = new DoctorWorld { Time = time, Place = new(true, true) };
        var started = time.GetUtcNow();
        var walk = world.ExamineAsync(silent.BaseUrl);
        await time.AdvanceUntilAsync(walk, TimeSpan.FromSeconds(1));
        DoctorWorld.Fails(await walk, StepName.Http, "no_answer");
        Assert.True(time.GetUtcNow() - started < ConnectionDoctor.TotalLimit + TimeSpan.FromSeconds(2));

        var tls = world.ExamineAsync(silent.BaseUrl.Replace("http://", "https://", StringComparison.Ordinal));
        await time.AdvanceUntilAsync(tls, TimeSpan.FromSeconds(1));
        DoctorWorld.Fails(await tls, StepName.Tls, "tls_timeout");
    }

    [Fact]
    public async Task Caller_WhoGoesAway_EndsTheWalkAtOnce()
    {
        await using var stub = await StubServer.StartAsync();
        stub.Behavior = StubBehavior.SlowHeaders;
        using var leaving = new CancellationTokenSource();
        var walk = new DoctorWorld().Doctor.ExamineAsync(DoctorWorld.Connect(ConnectionKind.OpenAi, stub.BaseUrl), null, leaving.Token);
        var request = await stub.WaitForRequestAsync();
        await request.Held;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => walk);
        await request.Completed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Port_ThatSpeaksSomethingElse_IsNamed()
    {
        await using var stub = RawTcpStub.Start(RawTcpMode.Garbage);
        DoctorWorld.Fails(await new DoctorWorld().ExamineAsync(stub.BaseUrl), StepName.Http, "not_http");
    }

    [Fact]
    public async Task Port_ThatClosesAtOnce_IsNamed()
    {
        await using var stub = RawTcpStub.Start(RawTcpMode.CloseAtOnce);
        var diagnosis = await new DoctorWorld().ExamineAsync(stub.BaseUrl);
        // Whether the end is met while connecting or afterwards is for the system to decide.
        var step = diagnosis.Steps[2].Status == StepStatus.Failed ? StepName.Tcp : StepName.Http;
        DoctorWorld.Fails(diagnosis, step, "connection_cut");
    }
}
