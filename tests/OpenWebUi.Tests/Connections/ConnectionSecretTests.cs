using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Upstreams;
using OpenWebUi.StubProvider;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Platform.Storage;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Connections;

/// <summary>Keys and header values: they never come back, never go to another host, and do not stand in the store as they are.</summary>
public sealed class ConnectionSecretTests
{
    private const string Path = ConnectionCalls.Path;
    private const string Key = "sk-very-secret-key";
    private const string Value = "very-secret-value";
    private const string Before = "the secret of yesterday";
    private const string Now = "the secret of today, a new one";
    private const string Fields = $$"""{"kind":"openai","base_url":"http://a.invalid/v1","keys":["{{Key}}"],"headers":{"X-Pass":"{{Value}}"},"enabled":false}""";

    [Fact]
    public async Task Secrets_NeverComeBack()
    {
        await using var site = await TestSite.StartAsync();
        var made = await site.Client.PostAsync(Path, Fields);
        var address = Path + made.Text("id");
        List<string> answers =
        [
            made.GetRawText(),
            (await site.Client.PostAsync(address, """{"keys":["",""],"headers":{"X-Pass":null},"name":"Kept"}""")).GetRawText(),
            (await site.Client.ReadAsync(Path)).GetRawText(),
            (await site.Client.ReadAsync("/openai/config")).GetRawText(),
            (await site.Client.RefusedAsync(address, $$"""{"keys":["{{Key}}","{{Key}} {{Key}}"],"headers":{"X":"{{Value}}\n"} }""", HttpStatusCode.UnprocessableEntity)).GetRawText(),
            (await site.Client.RefusedAsync(address, $$"""{"keys":["{{Key}}"],"version":"old"}""", HttpStatusCode.Conflict)).GetRawText(),
            (await site.Client.PostAsync("/openai/config/update", """{"OPENAI_API_BASE_URLS":["http://a.invalid/v1"],"OPENAI_API_KEYS":[""]}""")).GetRawText(),
            (await site.Client.ReadAsync("/api/v1/configs/export")).GetRawText(),
        ];
        Assert.All(answers, answer => Assert.DoesNotContain("very-secret", answer, StringComparison.Ordinal));
        var kept = Assert.Single(site.Services.GetRequiredService<ConnectionStore>().Current.Connections);
        Assert.Equal((Key, Value), (Assert.Single(kept.Keys), kept.Headers["X-Pass"]));
    }

    [Fact]
    public void Secrets_InAProvidersError_AreMasked()
    {
        var connection = new Connection("c", "c", ConnectionKind.OpenAi, "http://a.invalid/v1", [Key]) { Headers = new Dictionary<string, string> { ["X-Pass"] = Value, ["X-Team"] = "gpu" } };
        Assert.Equal("*** and *** of gpu", UpstreamError.Masked($"{Key} and {Value} of gpu", connection));
    }

    [Fact]
    public async Task Secrets_InTheStore_AreSealed()
    {
        var written = new List<string>();
        await using var site = await TestSite.StartAsync(TimeProvider.System, inner => new WatchedRows(inner, written));
        await site.Client.PostAsync(Path, Fields);
        Assert.Contains(written, text => text.Contains("a.invalid", StringComparison.Ordinal));
        Assert.All(written, text => Assert.DoesNotContain("very-secret", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://a.invalid/other", true)]
    [InlineData("http://A.invalid:80", true)]
    [InlineData("https://a.invalid/v1", false)]
    [InlineData("http://a.invalid:81/v1", false)]
    [InlineData("http://b.invalid/v1", false)]
    [InlineData("http://a.invalid.evil.example/v1", false)]
    public async Task Change_OfTheHost_LeavesSecretsBehind(string url, bool keeps)
    {
        await using var site = await TestSite.StartAsync();
        var made = await site.Client.PostAsync(Path, Fields);
        var changed = await site.Client.PostAsync(Path + made.Text("id"), $$"""{"base_url":"{{url}}","keys":["","k-new"],"headers":{"X-Pass":null,"X-New":"new"} }""");
        Assert.Equal(keeps ? ("2", """{"X-Pass":null,"X-New":null}""") : ("1", """{"X-New":null}"""), (changed.Raw("key_count"), changed.Raw("headers")));

        var connection = Assert.Single(site.Services.GetRequiredService<ConnectionStore>().Current.Connections);
        Assert.Equal(keeps, connection.Keys.Contains(Key));
        Assert.Equal(keeps, connection.Headers.Values.Contains(Value));
        // A name that nobody chose follows the host.
        Assert.Equal(new Uri(url).Authority, changed.Text("name"));
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "one two three", "X-A=a X-B=b")]
    [InlineData("""{"keys":["","",""],"headers":{"X-A":null,"X-B":null}}""", "one two three", "X-A=a X-B=b")]
    [InlineData("""{"keys":["",null,""],"headers":{"x-a":null}}""", "one three", "x-a=a")]
    [InlineData("""{"keys":["","2"],"headers":{"X-B":"c","X-C":"d"}}""", "one 2", "X-B=c X-C=d")]
    [InlineData("""{"keys":["","","","","one","4"],"headers":{"X-Unknown":null}}""", "one two three 4", "")]
    [InlineData("""{"keys":[],"headers":{}}""", "", "")]
    [InlineData("""{"keys":null,"headers":null}""", "one two three", "X-A=a X-B=b")]
    public async Task Change_OfKeysAndHeaders_KeepsWhatIsEmpty(string change, string keys, string headers)
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.MakeAsync("""{"kind":"openai","base_url":"http://a.invalid","keys":["one","two","three"],"headers":{"X-A":"a","X-B":"b"},"enabled":false}""");
        await site.Client.PostAsync(Path + id, change);
        var connection = Assert.Single(site.Services.GetRequiredService<ConnectionStore>().Current.Connections);
        Assert.Equal((keys, headers), (string.Join(' ', connection.Keys), string.Join(' ', connection.Headers.Select(h => $"{h.Key}={h.Value}"))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SiteSecret_Replaced_OpensWhatTheOneBeforeSealed_OnlyWhileThatIsKept(bool isKept)
    {
        await using var stub = await StubServer.StartAsync();
        await using var before = await TestSite.StartAsync(("WEBUI_SECRET_KEY", Before));
        var id = (await before.Client.ConnectAsync(stub, $$""","keys":["{{Key}}"]""")).Text("id");
        await using var after = await before.StartAnewAsync(("WEBUI_SECRET_KEY", Now), ("WEBUI_SECRET_KEY_PREVIOUS", isKept ? Before : ""));
        var read = await after.Client.ReadAsync(Path + id);
        var status = read.GetProperty("status");
        if (isKept)
        {
            Assert.Equal("1", read.Raw("key_count"));
            return;
        }

        Assert.Equal(("0", "down"), (read.Raw("key_count"), status.Text("state")));
        Assert.Contains("WEBUI_SECRET_KEY_PREVIOUS", status.Text("reason"), StringComparison.Ordinal);

        // Another change does not throw away what the old secret still opens.
        await after.Client.PostAsync(Path + id, """{"name":"Renamed"}""");
        await using var again = await before.StartAnewAsync(("WEBUI_SECRET_KEY", Now), ("WEBUI_SECRET_KEY_PREVIOUS", Before));
        Assert.Equal("1", (await again.Client.ReadAsync(Path + id)).Raw("key_count"));

        // Entered anew it is sealed anew.
        await after.Client.PostAsync(Path + id, """{"keys":["k-new"]}""");
        var anew = await after.Client.ReadAsync(Path + id);
        Assert.Equal("1", anew.Raw("key_count"));
        Assert.NotEqual("down", anew.GetProperty("status").Text("state"));
    }

    [Fact]
    public async Task Row_ThatSomebodyPointsElsewhere_BringsNoKeyThere()
    {
        await using var site = await TestSite.StartAsync();
        var id = await site.Client.MakeAsync(Fields);
        var rows = site.Services.GetRequiredService<RowStore>();
        var row = (await rows.GetAsync(new("Connections", "site", "c." + id), default))!;
        row.Properties["Fields"] = row.Properties.GetText("Fields")!.Replace("a.invalid", "evil.invalid", StringComparison.Ordinal);
        await rows.PutAsync(row.Key, row.Properties, PutCondition.Always, default);
        var read = await site.Client.ReadAsync(Path + id);
        Assert.Equal(("http://evil.invalid/v1", "0"), (read.Text("base_url"), read.Raw("key_count")));
    }

    /// <summary>Keeps every text that is written.</summary>
    private sealed class WatchedRows(IRowBackEnd inner, List<string> written) : IRowBackEnd
    {
        public Task<StoredRow?> GetAsync(RowKey key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public Task<PutOutcome> PutAsync(RowKey key, RowProperties properties, PutCondition condition, CancellationToken cancellationToken)
        {
            Note(properties);
            return inner.PutAsync(key, properties, condition, cancellationToken);
        }

        public Task<DeleteOutcome> DeleteAsync(RowKey key, DeleteCondition condition, CancellationToken cancellationToken) => inner.DeleteAsync(key, condition, cancellationToken);

        public Task<RowPage> QueryAsync(string table, string partition, RowRange range, int pageSize, string? continuation, CancellationToken cancellationToken) =>
            inner.QueryAsync(table, partition, range, pageSize, continuation, cancellationToken);

        public Task<BatchOutcome> BatchAsync(string table, string partition, IReadOnlyList<RowOperation> operations, CancellationToken cancellationToken)
        {
            foreach (var put in operations.OfType<RowOperation.Put>())
            {
                Note(put.Properties);
            }

            return inner.BatchAsync(table, partition, operations, cancellationToken);
        }

        public Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken) => inner.TablesAsync(cancellationToken);

        public Task<RowPage> ScanAsync(string table, int pageSize, string? continuation, CancellationToken cancellationToken) =>
            inner.ScanAsync(table, pageSize, continuation, cancellationToken);

        public void Dispose() => inner.Dispose();

        private void Note(RowProperties properties)
        {
            lock (written)
            {
                written.AddRange(properties.Where(p => p.Value.Kind == PropertyKind.Text).Select(p => p.Value.AsText()));
            }
        }
    }
}
