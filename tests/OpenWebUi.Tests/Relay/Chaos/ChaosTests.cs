using System.Text;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Site;
using static OpenWebUi.Tests.Relay.RelayCalls;

namespace OpenWebUi.Tests.Relay.Chaos;

/// <summary>
/// How a provider can misbehave, on every surface. Not in the table: a GOAWAY of HTTP/2, because calls to providers are HTTP/1.1
/// and offer nothing else in the handshake.
/// </summary>
public sealed class ChaosTests(ChaosWorld world) : IClassFixture<ChaosWorld>
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(600);

    /// <summary>Model of the stub; what a caller gets where the answer passes as it is, where it is translated; a word of the message. Cut before
    /// anything could be translated it is a status still; a finish reason of OpenAI's form is an end, a stop without Anthropic's <c>message_stop</c> is none.</summary>
    public static TheoryData<string, string, string, string> Ways
    {
        get
        {
            var rows = new TheoryData<string, string, string, string>
            {
                { "echo", "whole", "whole", "" },
                { "html", "502", "502", "/v1" },
                { "html-502", "502", "502", "web page" },
                { "redirect", "502", "502", "redirect" },
                { "garbage", "502", "502", "not HTTP" },
                { "vllm-400", "400", "400", "" },
                { "vllm-404", "404", "404", "" },
                { "vllm-503", "503", "503", "" },
                { "cut", "error", "error", "closed the connection" },
                { "cut-midline", "error", "error", "closed the connection" },
                { "error-midstream", "error", "error", "" },
                { "no-done", "open", "whole|error", "" },
                { "empty", "open", "502", "" },
                { "not-json", "open", "502", "" },
                { "gzip", "zip", "whole", "" },
                { "wrong-type", "whole", "502", "" },
            };
            foreach (var status in (int[])[400, 401, 403, 404, 408, 413, 429, 500, 503])
            {
                rows.Add($"status-{status}", $"{status}", $"{status}", StubErrors.MessageFor(status));
            }

            var random = new Random(20261121);
            for (var i = 0; i < 8; i++)
            {
                rows.Add($"cutat-{random.Next(1, 400)}", "error", "error|502", "closed the connection");
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Provider_Misbehaving_IsToldAsPromisedOnEverySurface(string model, string passed, string translated, string words)
    {
        var faults = new List<string>();
        foreach (var surface in ChaosSurface.All)
        {
            using var answer = await world.SiteOf(surface).Client.StreamAsync(surface.Chat(model));
            var isZip = answer.Content.Headers.ContentEncoding.Contains("gzip");
            var text = isZip ? await InflateAsync(answer) : await answer.ReadToEndAsync();
            var verdict = Verdict.Of(surface, answer, text, $"127.0.0.1:{world.Stub.Port}");
            var expected = surface.IsTranslated ? translated : passed == "zip" ? "whole" : passed;
            Note(expected.Split('|').Contains(verdict.Outcome) && (isZip == (!surface.IsTranslated && passed == "zip")), $"{verdict.Outcome} instead of {expected}: {text}");
            Note(verdict.Fault is null, verdict.Fault);
            Note(text.Contains(words, StringComparison.Ordinal), $"'{words}' is missing in {text}");
            Note(model is not ("status-429" or "status-503") || answer.Headers.RetryAfter?.Delta == TimeSpan.FromSeconds(7), "Retry-After is missing");

            void Note(bool holds, string? what)
            {
                if (!holds)
                {
                    faults.Add($"{surface}: {what}");
                }
            }
        }

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("slow-headers", true)]
    [InlineData("slow-headers", false)]
    [InlineData("stall", true)]
    public async Task Provider_ThatFallsSilent_IsGivenUpOnEverySurface(string model, bool stream)
    {
        var faults = new List<string>();
        foreach (var surface in ChaosSurface.All)
        {
            var calling = Task.Run(async () =>
            {
                using var answer = await world.SiteOf(surface).Client.StreamAsync(surface.Chat(model, stream));
                var text = await answer.ReadToEndAsync();
                return (Verdict.Of(surface, answer, text, $"127.0.0.1:{world.Stub.Port}"), text);
            });
            await (await NextAsync(model)).Held.WaitAsync(TimeSpan.FromSeconds(20));
            await world.Time.AdvanceUntilAsync(calling, Idle / 10);
            var (verdict, told) = await calling.WaitAsync(TimeSpan.FromSeconds(20));
            var expected = model == "stall" || (stream && !surface.IsNdjson) ? "error" : "504";
            if (verdict.Outcome != expected || verdict.Fault is not null || !told.Contains("in time", StringComparison.Ordinal))
            {
                faults.Add($"{surface}: {verdict} instead of {expected}: {told}");
            }
        }

        Assert.Empty(faults);
    }

    /// <summary>The next call of that model; model lists are asked for in between.</summary>
    private async Task<StubRequest> NextAsync(string model)
    {
        while (true)
        {
            if (await world.Stub.WaitForRequestAsync() is { } request && request.Model == model && !request.IsAborted)
            {
                return request;
            }
        }
    }

    [Fact]
    public async Task Provider_SendingALineWithoutEnd_IsLeftWithItsCaller_AndCutShortWhereItIsTranslated()
    {
        foreach (var surface in ChaosSurface.All)
        {
            using var answer = await world.SiteOf(surface).Client.StreamAsync(surface.Chat("endless-line"));
            var request = world.Stub.Requests.Last(r => r.Model == "endless-line");
            if (surface.IsTranslated)
            {
                var text = await answer.ReadToEndAsync();
                var verdict = Verdict.Of(surface, answer, text, $"127.0.0.1:{world.Stub.Port}");
                Assert.True(verdict is { Outcome: "error" or "502", Fault: null } && text.Length < 4096, $"{surface}: {verdict}");
            }
            else
            {
                await using var body = await answer.Content.ReadAsStreamAsync();
                await body.ReadExactlyAsync(new byte[2 * 1024 * 1024]);
            }

            answer.Dispose();
            await request.Aborted.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    [Theory]
    [InlineData("refuse", "nothing accepts connections")]
    [InlineData("close-at-once", "closed the connection")]
    [InlineData("garbage", "not HTTP")]
    [InlineData("expired", "TLS")]
    [InlineData("full", "in time")]
    [InlineData("dns", "does not resolve")]
    public async Task Provider_ThatIsNotThere_IsNamedByItsLegOnEverySurface(string way, string words)
    {
        await using var raw = RawTcpStub.Start(way switch { "refuse" => RawTcpMode.Refuse, "close-at-once" => RawTcpMode.CloseAtOnce, _ => RawTcpMode.Garbage });
        await using var expired = await StubServer.StartTlsAsync(expired: true);
        using var full = new ChaosWorld.FullPort();
        var root = way switch { "expired" => expired.OllamaUrl, "full" => full.Root, "dns" => "http://no-such-host.invalid", _ => $"http://127.0.0.1:{raw.Port}" };
        var connection = new Uri(root).Authority;
        var sites = new Dictionary<Provider, TestSite>();
        try
        {
            foreach (var provider in Enum.GetValues<Provider>())
            {
                sites[provider] = await ChaosWorld.SiteForAsync(provider, root, new ManualTime());
            }

            // All at once: a full port costs the client's ten seconds.
            var faults = await Task.WhenAll(ChaosSurface.All.Select(async surface =>
            {
                using var answer = await sites[surface.Provider].Client.StreamAsync(surface.Chat("any"));
                var text = await answer.ReadToEndAsync();
                var verdict = Verdict.Of(surface, answer, text, connection);
                return verdict.Fault is null && verdict.Outcome == (way == "full" ? "504" : "502") && text.Contains(words, StringComparison.Ordinal) ? null : $"{surface}: {verdict} {text}";
            }));
            Assert.All(faults, Assert.Null);
            Assert.Empty(expired.Requests);
        }
        finally
        {
            foreach (var site in sites.Values)
            {
                await site.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Vllm_AsItIs_ListsItsContext_AndRefusesInItsOwnWords()
    {
        await using var stub = await StubServer.StartAsync();
        stub.IsVllm = true;
        await using var site = await ChaosWorld.SiteForAsync(Provider.OpenAi, stub.OllamaUrl);
        Assert.Contains("\"max_model_len\":8192", await site.Client.GetStringAsync("/v1/models"), StringComparison.Ordinal);
        Assert.Contains("\"max_context\":8192", await site.Client.GetStringAsync("/api/models"), StringComparison.Ordinal);
        foreach (var surface in ChaosSurface.All.Where(s => s.Provider == Provider.OpenAi))
        {
            foreach (var (model, tokens, status, words) in new[] { ("echo", 9000, 400, "maximum context length is 8192"), ("nobody", 10, 404, "does not exist"), ("vllm-503", 10, 503, "had an error") })
            {
                var limit = surface.IsNdjson ? $"\"options\":{{\"num_predict\":{tokens}}}" : $"\"max_tokens\":{tokens}";
                using var answer = await site.Client.StreamAsync(Post(
                    surface.Path, $$"""{"model":"{{model}}",{{limit}},"messages":[{"role":"user","content":"hello"}],"stream":true}"""));
                var text = await answer.ReadToEndAsync();
                var verdict = Verdict.Of(surface, answer, text, $"127.0.0.1:{stub.Port}");
                Assert.True(verdict == new Verdict($"{status}", null), $"{surface}: {verdict} {text}");
                Assert.True(text.Contains(words, StringComparison.Ordinal), $"{surface}: {text}");
            }
        }
    }

    private static async Task<string> InflateAsync(HttpResponseMessage answer)
    {
        await using var unzipped = new System.IO.Compression.GZipStream(await answer.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        return await new StreamReader(unzipped, Encoding.UTF8).ReadToEndAsync();
    }
}
