using System.Net;
using System.Text.Json;
using OpenWebUi.Tests.Settings;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Connections;

/// <summary>What each field of a connection takes.</summary>
public sealed class ConnectionFieldTests(ConnectionFieldTests.OneSite one) : IClassFixture<ConnectionFieldTests.OneSite>
{
    private const string Path = ConnectionCalls.Path;

    private HttpClient Client => one.Site.Client;

    public static TheoryData<string, string> Refused => new()
    {
        { "name", "\"two\\nlines\"" }, { "name", "7" }, { "name", $"\"{new string('x', 61)}\"" }, { "name", "\"\\ud800\"" },
        { "kind", "\"gemini\"" }, { "kind", "1" },
        { "base_url", "\"ftp://a.invalid\"" }, { "base_url", "\"https://user:pass@a.invalid\"" }, { "base_url", "\"https://a.invalid/?key=1\"" },
        { "base_url", "\"https://a.invalid/#x\"" }, { "base_url", "\"\"" }, { "base_url", "7" }, { "base_url", $"\"https://a.invalid/{new string('x', 2_000)}\"" },
        { "base_url", "\"http://169.254.169.254\"" }, { "base_url", "\"http://2852039166\"" }, { "base_url", "\"http://0xa9fea9fe\"" }, { "base_url", "\"http://0251.0376.0251.0376\"" },
        { "base_url", "\"http://[::ffff:169.254.169.254]\"" }, { "base_url", "\"http://[64:ff9b::a9fe:a9fe]\"" }, { "base_url", "\"http://[fe80::1]\"" }, { "base_url", "\"http://[fd00:ec2::254]\"" },
        { "base_url", "\"http://100.100.100.200\"" }, { "base_url", "\"http://168.63.129.16\"" }, { "base_url", "\"http://Metadata.Google.Internal./\"" },
        { "auth", "\"oauth\"" }, { "auth", "\"managed_identity\"" },
        { "keys", "\"k\"" }, { "keys", "[1]" }, { "keys", "[\"two words\"]" }, { "keys", "[\"k\\r\\nX-Evil: 1\"]" }, { "keys", "[\"ключ\"]" },
        { "keys", $"[{string.Join(',', Enumerable.Range(0, 21).Select(n => $"\"k{n}\""))}]" }, { "keys", $"[\"{new string('k', 4_097)}\"]" },
        { "keys", $"[{string.Join(',', Enumerable.Range(0, 5).Select(n => $"\"{n}{new string('k', 4_000)}\""))}]" },
        { "headers", "[]" }, { "headers", "{\"X\":1}" }, { "headers", "{\"X y\":\"1\"}" }, { "headers", "{\"\":\"1\"}" }, { "headers", "{\"X\":\"a\\r\\nY: b\"}" }, { "headers", "{\"X\":\"\"}" },
        { "headers", "{\"X\\r\\nY\":\"a\"}" }, { "headers", "{\"X\":\"ü\"}" }, { "headers", "{\"Host\":\"a\"}" }, { "headers", "{\"content-length\":\"1\"}" }, { "headers", "{\"Transfer-Encoding\":\"chunked\"}" },
        { "headers", "{\"Connection\":\"close\"}" }, { "headers", "{\"Authorization\":\"Bearer x\"}" }, { "headers", "{\"Accept-Encoding\":\"gzip\"}" },
        { "organization", "\"two words\"" }, { "organization", "[]" },
        { "api_version", "\"2024-10-21\"" }, { "deployments", "{\"a\":\"b\"}" }, { "deployments", "{\"a\":\"../x\"}" }, { "deployments", "[]" },
        { "prefix_id", "\"a/b\"" }, { "prefix_id", "\".a\"" }, { "prefix_id", "\"a.\"" }, { "prefix_id", $"\"{new string('x', 41)}\"" }, { "prefix_id", "true" },
        { "tags", "\"x\"" }, { "tags", "[\"\"]" }, { "tags", "[{\"name\":7}]" }, { "tags", $"[\"{new string('x', 51)}\"]" },
        { "model_ids", "{}" }, { "model_ids", "[\"a\\nb\"]" }, { "model_ids", $"[\"{new string('x', 257)}\"]" },
        { "model_ids", $"[{string.Join(',', Enumerable.Range(0, 120).Select(n => $"\"{n}{new string('x', 240)}\""))}]" },
        { "weight", "0" }, { "weight", "101" }, { "weight", "1.5" }, { "weight", "\"1\"" },
        { "enabled", "\"true\"" }, { "enabled", "1" }, { "connection_type", "\"far\"" }, { "group_ids", "\"g\"" }, { "group_ids", "[1]" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Field_ThatCannotBeMeant_Is422AndNamed(string field, string value)
    {
        // A site of many tests: nothing of this one stays.
        var fields = new Dictionary<string, string> { ["kind"] = "\"openai\"", ["base_url"] = "\"http://a.invalid/v1\"", ["keys"] = "[\"secret-of-this-test\"]", [field] = value };
        var refused = await Client.RefusedAsync(Path, $"{{{string.Join(',', fields.Select(f => $"\"{f.Key}\":{f.Value}"))}}}", HttpStatusCode.UnprocessableEntity);
        Assert.Equal([field], refused.Faults());
        Assert.DoesNotContain("secret-of-this-test", refused.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(await Client.ConnectionsAsync());
    }

    [Theory]
    [InlineData("{}", "kind base_url")]
    [InlineData("""{"kind":"openai"}""", "base_url")]
    [InlineData("""{"base_url":"http://a.invalid"}""", "kind")]
    [InlineData("""{"kind":"x","base_url":"x y","weight":0,"tags":7}""", "kind base_url tags weight")]
    public async Task Create_OfSeveralFaults_NamesEach(string body, string fields)
    {
        var refused = await Client.RefusedAsync(Path, body, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(fields.Split(' '), refused.Faults());
    }

    [Theory]
    [InlineData("openai", "api.example.com", "https://api.example.com/v1")]
    [InlineData("openai", "localhost:8000/v1/chat/completions", "http://localhost:8000/v1")]
    [InlineData("openai", "http://192.168.1.9:8000", "http://192.168.1.9:8000/v1")]
    [InlineData("openai", "http://bücher.invalid", "http://bücher.invalid/v1")]
    [InlineData("ollama", "http://10.0.0.7:11434/api", "http://10.0.0.7:11434")]
    [InlineData("azure", "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=1", "https://x.openai.azure.com")]
    [InlineData("anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com")]
    public async Task BaseUrl_OfEachKind_IsUnderstood(string kind, string url, string expected)
    {
        var made = await Client.PostAsync(Path, $$"""{"kind":"{{kind}}","base_url":"{{url}}","enabled":false}""");
        await Client.RemoveAsync(made.Text("id"));
        Assert.Equal(expected, made.Text("base_url"));
    }

    [Fact]
    public async Task Azure_TakesDeploymentsAndAVersionAndAnIdentity_AndLosesThemAsAnotherKind()
    {
        var made = await Client.PostAsync(Path, """
            {"kind":"azure","base_url":"x.openai.azure.com","auth":"managed_identity","api_version":"2024-10-21","deployments":{"gpt-4o":"prod-4o"},"enabled":false}
            """);
        Assert.Equal(("\"managed_identity\"", "\"2024-10-21\"", """{"gpt-4o":"prod-4o"}"""), (made.Raw("auth"), made.Raw("api_version"), made.Raw("deployments")));
        var changed = await Client.PostAsync(Path + made.Text("id"), """{"kind":"openai"}""");
        await Client.RemoveAsync(made.Text("id"));
        Assert.Equal(("\"key\"", "null", "{}", "https://x.openai.azure.com/v1"), (changed.Raw("auth"), changed.Raw("api_version"), changed.Raw("deployments"), changed.Text("base_url")));
    }

    [Fact]
    public async Task Header_OfTheProof_IsTakenWhereNoKeyGoesIntoIt()
    {
        var made = await Client.PostAsync(Path, """{"kind":"openai","base_url":"http://a.invalid","auth":"none","headers":{"Authorization":"Basic eDp5"},"enabled":false}""");
        var refused = await Client.RefusedAsync(Path + made.Text("id"), """{"auth":"key","keys":["k"]}""", HttpStatusCode.UnprocessableEntity);
        await Client.RemoveAsync(made.Text("id"));
        Assert.Equal(["headers"], refused.Faults());
    }

    [Theory]
    [InlineData("""{"organization":null,"prefix_id":null,"connection_type":null,"group_ids":null,"tags":null,"model_ids":null}""")]
    [InlineData("""{"organization":"","prefix_id":"","connection_type":"","tags":[],"model_ids":[],"group_ids":null}""")]
    public async Task Null_OfAField_IsNothing(string change)
    {
        var made = await Client.PostAsync(Path, """
            {"kind":"openai","base_url":"http://a.invalid","organization":"o","prefix_id":"p","connection_type":"local","group_ids":["g"],"tags":[{"name":"t"}],"model_ids":["m"],"enabled":false}
            """);
        var changed = await Client.PostAsync(Path + made.Text("id"), change);
        await Client.RemoveAsync(made.Text("id"));
        Assert.Equal("""["t"]""", made.Raw("tags"));
        Assert.Equal("null null \"external\" null [] []", string.Join(' ', ((string[])["organization", "prefix_id", "connection_type", "group_ids", "tags", "model_ids"]).Select(name => changed.Raw(name))));
    }

    [Fact]
    public async Task GroupIds_EmptyOrUnknown_AreKept()
    {
        var made = await Client.PostAsync(Path, """{"kind":"openai","base_url":"http://a.invalid","group_ids":[],"enabled":false}""");
        var changed = await Client.PostAsync(Path + made.Text("id"), """{"group_ids":["nobody knows it"]}""");
        await Client.RemoveAsync(made.Text("id"));
        Assert.Equal(("[]", """["nobody knows it"]"""), (made.Raw("group_ids"), changed.Raw("group_ids")));
    }

    public sealed class OneSite : IAsyncLifetime
    {
        internal TestSite Site { get; private set; } = null!;

        public async Task InitializeAsync() => Site = await TestSite.StartAsync();

        public async Task DisposeAsync() => await Site.DisposeAsync();
    }
}
