using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Upstreams;

namespace OpenWebUi.Tests.Services.Upstreams;

public sealed class ConnectionOptionsTests
{
    private const string Urls = "OPENAI_API_BASE_URLS";
    private const string Url = "OPENAI_API_BASE_URL";
    private const string Keys = "OPENAI_API_KEYS";
    private const string Key = "OPENAI_API_KEY";

    /// <summary>Environment as name=value lines; connections as "base keys", one a line.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData(Key + "=k", "https://api.openai.com/v1 k")]
    [InlineData(Key + "=k1, k2,", "https://api.openai.com/v1 k1,k2")]
    [InlineData(Keys + "=k", "https://api.openai.com/v1 k")]
    [InlineData(Url + "=https://a.example", "https://a.example/v1 ")]
    [InlineData("BASE_URL=https://a.example\n" + Key + "=k", "https://a.example/v1 k")]
    [InlineData("BASE_URL=https://a.example\n" + Url + "=https://a.example", "https://a.example/v1 ")]
    [InlineData(Urls + "=https://a.example;https://b.example\n" + Keys + "=k1;k2", "https://a.example/v1 k1\nhttps://b.example/v1 k2")]
    [InlineData(Urls + "=https://a.example ; https://b.example;\n" + Keys + "= k1 ; k2 ;", "https://a.example/v1 k1\nhttps://b.example/v1 k2")]
    [InlineData(Urls + "=https://a.example;https://b.example\n" + Keys + "=;k2", "https://a.example/v1 \nhttps://b.example/v1 k2")]
    [InlineData(Urls + "=https://a.example;https://b.example\n" + Keys + "=k1", "https://a.example/v1 k1\nhttps://b.example/v1 ")]
    [InlineData(Urls + "=;https://b.example\n" + Keys + "=k1;k2", "https://api.openai.com/v1 k1\nhttps://b.example/v1 k2")]
    [InlineData(Urls + "=[\"https://a.example\",\"https://b.example\"]\n" + Keys + "=[\"k1\",\"\"]", "https://a.example/v1 k1\nhttps://b.example/v1 ")]
    [InlineData(Urls + "=https://a.example\n" + Url + "=https://other.example\n" + Key + "=k1,k2", "https://a.example/v1 k1,k2")]
    [InlineData(Urls + "=https://a.example;https://b.example\n" + Key + "=k1", "https://a.example/v1 k1\nhttps://b.example/v1 ")]
    [InlineData("ENABLE_OPENAI_API=false\n" + Key + "=k", "")]
    [InlineData("OLLAMA_BASE_URLS=http://one:11434;;http://two:11434/api;", "http://one:11434 \nhttp://two:11434 ")]
    [InlineData("OLLAMA_BASE_URL=localhost:11434\n" + Key + "=k", "https://api.openai.com/v1 k\nhttp://localhost:11434 ")]
    [InlineData("ENABLE_OLLAMA_API=false\nOLLAMA_BASE_URL=localhost:11434", "")]
    public void Lists_OfUrlsAndKeys_ArePairedByPosition(string environment, string expected)
    {
        var (options, faults) = Read(environment);
        Assert.Empty(faults.All);
        Assert.Equal(expected, string.Join('\n', options.Configured.Select(c => $"{c.BaseUrl} {string.Join(',', c.Keys)}")));
    }

    [Theory]
    [InlineData(Url + "=https://a.example\n" + Keys + "=k1;k2", Keys)]
    [InlineData(Keys + "=k1;k2", Keys)]
    [InlineData(Url + "=https://a.example\nBASE_URL=https://b.example", "BASE_URL")]
    [InlineData(Urls + "=[\"https://a.example\"", Urls)]
    [InlineData(Urls + "=[1]", Urls)]
    [InlineData(Urls + "=https://a.example;ftp://b.example", Urls)]
    [InlineData("BASE_URL=ftp://b.example", "BASE_URL")]
    [InlineData(Key + "=two words", Key)]
    [InlineData(Keys + "=ключ", Keys)]
    [InlineData("OLLAMA_BASE_URL=ftp://b.example", "OLLAMA_BASE_URL")]
    [InlineData("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT=4", "AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT")]
    [InlineData("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT=-9", "AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT")]
    public void Setting_ThatCannotBeMeant_IsAFaultOfItsVariable(string environment, string variable) =>
        Assert.Equal(variable, Assert.Single(Read(environment).Faults.All).Variable);

    [Fact]
    public void Names_OfConnectionsOnOneHost_AreUnique()
    {
        var names = Read(Urls + "=https://a.example;https://a.example/other;https://a.example/third").Options.Configured.Select(c => c.Name);
        Assert.Equal(["a.example", "a.example #2", "a.example #3"], names);
    }

    [Fact]
    public void Configs_OfPlacesAndUrls_AreOnTheirConnections()
    {
        var (options, faults) = Read("""
            OPENAI_API_BASE_URLS=https://a.example;https://x.openai.azure.com;https://c.example
            OPENAI_API_KEYS=k1;k2
            OPENAI_API_CONFIGS={"0":{"enable":false,"prefix_id":"a","tags":[{"name":"t"}],"model_ids":["m"],"connection_type":"local","headers":{"X-Team":"v"}},"1":{"azure":true,"api_version":"2024-10-21"},"https://c.example":{"auth_type":"none"}}
            OLLAMA_BASE_URLS=http://one:11434;;http://two:11434
            OLLAMA_API_CONFIGS={"2":{"key":"k-two","connection_type":"external"}}
            """);
        Assert.Empty(faults.All);
        var (a, x, c, two) = (options.Configured[0], options.Configured[1], options.Configured[2], options.Configured[4]);
        Assert.Equal((false, "a", "t", "m", true, "v", "k1"), (a.IsEnabled, a.PrefixId, a.Tags.Single(), a.ModelIds.Single(), a.IsLocal, a.Headers["X-Team"], a.Keys.Single()));
        Assert.Equal((ConnectionKind.AzureOpenAi, "https://x.openai.azure.com", "2024-10-21", "k2"), (x.Kind, x.BaseUrl, x.ApiVersion, x.Keys.Single()));
        Assert.Equal((ConnectionAuth.None, "openai", "OPENAI_API_BASE_URLS"), (c.Auth, c.Provider, c.Variable));
        Assert.Equal(("http://two:11434", "k-two", false), (two.BaseUrl, two.Keys.Single(), two.IsLocal));
        Assert.Equal(options.Configured.Count, options.Configured.Select(one => one.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"0":true}""")]
    [InlineData("""{"0":{},"0":{}}""")]
    [InlineData("""{"1":{}}""")]
    [InlineData("""{"https://other.example":{}}""")]
    [InlineData("""{"0":{"prefix_id":"a/b"}}""")]
    [InlineData("""{"0":{"auth_type":"session"}}""")]
    [InlineData("""{"0":{"headers":{"Host":"secret-value"}}}""")]
    public void Configs_ThatCannotBeMeant_AreAFault(string configs)
    {
        var faults = Read(Url + "=https://a.example\nOPENAI_API_CONFIGS=" + configs).Faults;
        Assert.Equal("OPENAI_API_CONFIGS", Assert.Single(faults.All).Variable);
        Assert.DoesNotContain("secret", faults.ToString().Replace("a secret of", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Url, "http://169.254.169.254")]
    [InlineData("OLLAMA_BASE_URL", "http://metadata.google.internal")]
    public void Url_OfAMetadataService_IsAFault(string variable, string url) => Assert.Equal(variable, Assert.Single(Read($"{variable}={url}").Faults.All).Variable);

    [Theory]
    [InlineData("", true)]
    [InlineData("ENABLE_OLLAMA_API=false", false)]
    [InlineData("OLLAMA_BASE_URL=http://one:11434", false)]
    [InlineData("FUNCTIONS_CUSTOMHANDLER_PORT=5000", false)]
    public void Ollama_OnThisMachine_IsLookedForUnlessNamedOrHosted(string environment, bool finds) => Assert.Equal(finds, Read(environment).Options.FindsOllama);

    private static (ConnectionOptions Options, FaultList Faults) Read(string environment)
    {
        var values = environment.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var faults = new FaultList();
        return (SiteSettings.Read(new Variables(values), faults).Connections, faults);
    }
}
