using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Tests.Platform.Configuration;

/// <summary>Everything wrong is found at once, in one message that names it and gives no secret away.</summary>
public sealed class FaultsTests
{
    /// <summary>A faulty value for each variable that can be faulty; what is secret in it says so.</summary>
    public static readonly (string Name, string Value)[] Faulty =
    [
        ("PORT", "70000"), ("HOST", "no host"), ("FRONTEND_BUILD_DIR", "/no/such/folder"), ("FORWARDED_ALLOW_IPS", "127.0.0.1,proxy"),
        ("CODE", "good," + new string('x', 250) + "hush-code"), ("WEBUI_AUTH", "perhaps"), ("WEBUI_SECRET_KEY", "hush-key"),
        ("WEBUI_JWT_SECRET_KEY", "hush-other-secret-key"), ("WEBUI_URL", "chat.example.com"), ("CORS_ALLOW_ORIGIN", "https://ok.example;app.example.com/path"),
        ("HIDE_USER_API_KEY", "maybe"), ("OPENAI_API_BASE_URLS", "https://user:hush-password@api.example.com;https://api.example.com?key=hush-query"),
        ("OPENAI_API_KEYS", "[\"sk-hush-list\""), ("OLLAMA_BASE_URL", "sk-hush-in-the-wrong-place"), ("ENABLE_GUIDE_MODEL", "2"),
        ("AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT", "1e3"), ("HTTP_PROXY", "ftp://user:hush-proxy@proxy"), ("WEBUI_NAME", new string('n', 61)),
        ("AzureSignalRConnectionString", "AccessKey=hush-key"),
    ];

    [Fact]
    public void Faults_OfEveryVariable_AreOneMessageWithoutASecret()
    {
        var message = Read(Faulty);
        var lines = message.Split('\n');
        Assert.Equal($"The configuration has {lines.Length - 1} faults; nothing was started.", lines[0]);
        foreach (var (name, _) in Faulty)
        {
            Assert.Contains(lines, line => line.StartsWith($"  {name}: holds ", StringComparison.Ordinal) && line.Contains("; expected ", StringComparison.Ordinal));
        }

        Assert.DoesNotContain("hush", message, StringComparison.Ordinal);
        Assert.Contains("  PORT: holds '70000'; expected a whole number from 0 to 65535.", lines);
        Assert.Contains("  WEBUI_SECRET_KEY: holds a secret of 8 characters; expected at least 16 random characters.", lines);
        Assert.Contains("  FORWARDED_ALLOW_IPS: holds 'proxy'; expected IP addresses or networks such as 10.0.0.0/8 with commas between them, or *.", lines);
    }

    [Theory]
    [InlineData("CODE", ",")]
    [InlineData("CODE", " , ,")]
    [InlineData("WEBUI_AUTH", "perhaps")]
    [InlineData("PORT", "-1")]
    [InlineData("PORT", "70 71")]
    [InlineData("PORT", "sk-hush")]
    [InlineData("WEBUI_URL", "ftp://chat.example.com")]
    [InlineData("CORS_ALLOW_ORIGIN", "[\"https://a.example\"")]
    [InlineData("OPENAI_API_BASE_URLS", "[\"https://user:hush@a.example\"")]
    [InlineData("OPENAI_API_BASE_URL", "sk-hush")]
    [InlineData("OPENAI_API_KEY", "sk-hush and more")]
    public void Fault_Alone_NamesItsVariableAndNoSecret(string name, string value)
    {
        var message = Read((name, value));
        Assert.StartsWith($"The configuration has a fault; nothing was started.\n  {name}: holds ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", message, StringComparison.Ordinal);
        Assert.Equal(2, message.Split('\n').Length);
    }

    [Fact]
    public void Fault_LongValue_IsShortened() => Assert.True(Read(("HOST", new string('h', 5000))).Length < 400);

    [Fact]
    public void SecretKey_UnderBothNamesAlike_IsNoFault() =>
        Assert.Equal("", Read(("WEBUI_SECRET_KEY", "0123456789abcdef"), ("WEBUI_JWT_SECRET_KEY", "0123456789abcdef")));

    [Fact]
    public void InAzure_WithoutAStorageAccount_IsAFault() =>
        Assert.Contains("AzureWebJobsStorage", Read(("CODE", "right"), ("WEBSITE_SITE_NAME", "site")), StringComparison.Ordinal);

    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("1", true)]
    [InlineData("yes", true)]
    [InlineData("On", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("NO", false)]
    [InlineData("off", false)]
    [InlineData("", null)]
    [InlineData("  ", null)]
    public void Flag_InAnyOfItsForms_IsRead(string text, bool? expected) =>
        Assert.Equal(expected, new VariableReader(new Variables(new Dictionary<string, string> { ["FLAG"] = text }), new FaultList()).Flag("FLAG"));

    private static string Read(params (string Name, string Value)[] environment)
    {
        var faults = new FaultList();
        SiteSettings.Read(new Variables(environment.ToDictionary(e => e.Name, e => e.Value)), faults);
        return faults.All.Count == 0 ? "" : faults.ToString();
    }
}
