using System.Globalization;
using System.Text.Json.Nodes;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests;

/// <summary>
/// The declarations beside the code, read as the Functions host reads them: it tries routes in the order of the functions' names
/// and takes the first that fits, so the catch-all must come last.
/// </summary>
public sealed class FunctionRouteTests
{
    private static readonly string[] Declarations = [.. Directory
        .GetFiles(Path.Combine(PublishedPackage.Repository(), "functions"), "*.function.json", SearchOption.AllDirectories)
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))];

    private const string Timer = "Housekeeping";

    public static TheoryData<string> Names => [.. Declarations.Select(NameOf).Where(name => name != Timer)];

    [Fact]
    public void Functions_AreTheseAndTheCatchAllSortsLast()
    {
        var routes = Declarations.ToDictionary(NameOf, RouteOf);
        Assert.Equal(["Access", "Auth", "Chat", "Housekeeping", "Ollama", "OpenAi", "V1", "Website"], routes.Keys.Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal("Website", routes.Keys.Max(StringComparer.OrdinalIgnoreCase));
        Assert.Equal([Timer], routes.Where(r => r.Value is null).Select(r => r.Key));
        Assert.Equal(["Website"], routes.Where(r => r.Value == "{*path}").Select(r => r.Key));
    }

    [Theory]
    [InlineData("Access", "api/v1/access/{*path}")]
    [InlineData("Auth", "api/v1/auths/{*path}")]
    [InlineData("Chat", "api/chat/{*path}")]
    [InlineData("Ollama", "ollama/{*path}")]
    [InlineData("OpenAi", "openai/{*path}")]
    [InlineData("V1", "v1/{*path}")]
    [InlineData("Website", "{*path}")]
    public void Route_IsTheFamilysPrefix(string name, string route) => Assert.Equal(route, RouteOf(PathOf(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Declaration_IsOneTheHostProxies(string name)
    {
        var path = PathOf(name);
        // One level deep: the package target takes it from there.
        Assert.Equal("functions", Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path))));
        var declaration = Assert.IsType<JsonObject>(JsonNode.Parse(File.ReadAllText(path)));
        Assert.Equal(["bindings"], declaration.Select(p => p.Key));
        var bindings = declaration["bindings"]!.AsArray();
        // Any further binding silently switches the host to buffered JSON payloads.
        Assert.Equal(2, bindings.Count);
        Assert.Equal(("httpTrigger", "in", "anonymous"), ((string?)bindings[0]!["type"], (string?)bindings[0]!["direction"], (string?)bindings[0]!["authLevel"]));
        Assert.Equal(("http", "out"), ((string?)bindings[1]!["type"], (string?)bindings[1]!["direction"]));
        // The relay answers a wrong method and a preflight itself: no list of methods.
        Assert.Null(bindings[0]!["methods"]);
        var route = RouteOf(path)!;
        Assert.False(route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase), route);
        Assert.False(route.StartsWith('/'), route);
    }

    [Fact]
    public void Timer_RunsDailyAndNeedsNoSetting()
    {
        var declaration = JsonNode.Parse(File.ReadAllText(PathOf(Timer)))!.AsObject();
        Assert.Equal(["bindings"], declaration.Select(p => p.Key));
        var binding = Assert.Single(declaration["bindings"]!.AsArray())!.AsObject();
        // runOnStartup would run it at every start and scale-out.
        Assert.Equal(["type", "direction", "name", "schedule"], binding.Select(p => p.Key));
        Assert.Equal(("timerTrigger", "in"), ((string?)binding["type"], (string?)binding["direction"]));
        Assert.Matches("^0 [1-9][0-9]? [0-9]+ \\* \\* \\*$", (string)binding["schedule"]!);
    }

    [Fact]
    public void HostFile_ProxiesWithoutPrefix()
    {
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(PublishedPackage.Repository(), "host.json")))!;
        Assert.Equal("", (string?)host["extensions"]!["http"]!["routePrefix"]);
        Assert.True((bool)host["customHandler"]!["enableProxyingHttpRequest"]!);
        Assert.Equal("OpenWebUi", (string?)host["customHandler"]!["description"]!["defaultExecutablePath"]);
        // Each open stream is an invocation: no throttle, and the app ends one before the host ends the app.
        Assert.Equal((-1, -1, false), ((int)host["extensions"]!["http"]!["maxConcurrentRequests"]!, (int)host["extensions"]!["http"]!["maxOutstandingRequests"]!, (bool)host["extensions"]!["http"]!["dynamicThrottlesEnabled"]!));
        Assert.True(TimeSpan.Parse((string)host["functionTimeout"]!, CultureInfo.InvariantCulture) > OpenWebUi.Platform.Hosting.RequestLimit.Max);
        Assert.True(TimeSpan.Parse((string)host["customHandler"]!["initializationTimeout"]!, CultureInfo.InvariantCulture) >= TimeSpan.FromSeconds(30));
        // A line on standard error is an error in Azure; the default (base64) would turn plain queue messages into poison.
        Assert.Null(host["customHandler"]!["description"]!["useStdErrorStreamForErrorsOnly"]);
        Assert.Equal("none", (string?)host["extensions"]!["queues"]!["messageEncoding"]);
        // Routes here and function.json files exclude each other: the host would stop.
        Assert.Null(host["customHandler"]!["http"]);
        Assert.Null(host["configurationProfile"]);
    }

    private static string NameOf(string path) => Path.GetFileName(path).Split('.')[0];

    private static string PathOf(string name) => Assert.Single(Declarations, path => NameOf(path) == name);

    private static string? RouteOf(string path) => (string?)JsonNode.Parse(File.ReadAllText(path))!["bindings"]![0]!["route"];
}
