using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>What the host reads from host.json, after the overrides in app settings named <c>AzureFunctionsJobHost__...</c>.</summary>
/// <param name="RoutePrefix">The prefix of every HTTP route, without slashes; <c>api</c> unless set.</param>
/// <param name="FunctionTimeout">How long an invocation may run; 30 minutes unless set, null where it is -1 (unlimited).</param>
/// <param name="InitializationTimeout">How long the handler may take to answer; 30 s unless set.</param>
/// <param name="ExecutablePath">Full path of the handler, or a command found on PATH.</param>
/// <param name="Arguments">The command line, joined by blanks without quoting, as the host does.</param>
/// <param name="WorkingDirectory">Full path; the app root unless set.</param>
/// <param name="QueueIsBase64">Whether queue messages must be base64 (<c>extensions.queues.messageEncoding</c>, which is <c>base64</c> unless set).</param>
/// <param name="MaxDequeueCount">How often a queue message is delivered (<c>extensions.queues.maxDequeueCount</c>); 5 unless set.</param>
internal sealed partial record HostSettings(
    string RoutePrefix, TimeSpan? FunctionTimeout, TimeSpan InitializationTimeout, string ExecutablePath, string Arguments, string WorkingDirectory,
    bool QueueIsBase64, int MaxDequeueCount)
{
    private const string OverridePrefix = "AzureFunctionsJobHost__";

    public static HostSettings Load(string root, IReadOnlyDictionary<string, string> environment)
    {
        var file = Path.Combine(root, "host.json");
        if (!File.Exists(file))
        {
            throw new FunctionsHostException($"There is no host.json in {root}.");
        }

        var json = Read(file, environment);
        if (json["version"] != "2.0")
        {
            throw new FunctionsHostException("host.json needs \"version\": \"2.0\".");
        }

        if (json["configurationProfile"] is { Length: > 0 } profile && profile != "default")
        {
            throw new FunctionsHostException($"configurationProfile {profile} sets customHandler.http.routes, which cannot stand beside function.json files.");
        }

        if (json.GetSection("customHandler:http:routes").GetChildren().Any())
        {
            throw new FunctionsHostException("customHandler.http.routes cannot stand beside function.json files; declare the functions in files.");
        }

        if (!bool.TryParse(json["customHandler:enableProxyingHttpRequest"], out var proxying) || !proxying)
        {
            throw new FunctionsHostException("customHandler.enableProxyingHttpRequest must be true, else the host buffers whole answers.");
        }

        var workingDirectory = Path.Combine(root, Expand(json["customHandler:description:workingDirectory"] ?? "", environment));
        if (!Directory.Exists(workingDirectory))
        {
            throw new FunctionsHostException($"customHandler.description.workingDirectory {workingDirectory} does not exist.");
        }

        var arguments = json.GetSection("customHandler:description:arguments").GetChildren().Select(a => Expand(a.Value ?? "", environment));
        return new HostSettings(
            (json["extensions:http:routePrefix"] ?? "api").Trim('/'),
            Timeout(json["functionTimeout"]),
            Time(json["customHandler:initializationTimeout"], "customHandler.initializationTimeout") ?? TimeSpan.FromSeconds(30),
            Executable(root, Expand(json["customHandler:description:defaultExecutablePath"] ?? "", environment), environment),
            string.Join(' ', arguments),
            workingDirectory,
            !string.Equals(json["extensions:queues:messageEncoding"], "none", StringComparison.OrdinalIgnoreCase),
            int.Parse(json["extensions:queues:maxDequeueCount"] ?? "5", CultureInfo.InvariantCulture));
    }

    private static IConfigurationRoot Read(string file, IReadOnlyDictionary<string, string> environment)
    {
        var overrides = environment
            .Where(e => e.Key.StartsWith(OverridePrefix, StringComparison.OrdinalIgnoreCase))
            .Select(e => KeyValuePair.Create(e.Key[OverridePrefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)e.Value));
        try
        {
            return new ConfigurationBuilder().AddJsonFile(file, optional: false, reloadOnChange: false).AddInMemoryCollection(overrides).Build();
        }
        catch (InvalidDataException e)
        {
            throw new FunctionsHostException($"host.json cannot be read: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private static TimeSpan? Timeout(string? text) => text switch
    {
        null => TimeSpan.FromMinutes(30),
        "-1" or "-00:00:01" => null,
        _ => Time(text, "functionTimeout"),
    };

    private static TimeSpan? Time(string? text, string name) => text is null
        ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero
            ? time
            : throw new FunctionsHostException($"{name} \"{text}\" is no positive time span.");

    private static string Executable(string root, string path, IReadOnlyDictionary<string, string> environment)
    {
        if (path.Length == 0)
        {
            throw new FunctionsHostException("customHandler.description.defaultExecutablePath is required.");
        }

        var full = Path.Combine(root, path);
        if (File.Exists(full))
        {
            return full;
        }

        var folders = (environment.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return !path.Contains('/', StringComparison.Ordinal) && Array.Exists(folders, f => f.Length > 0 && File.Exists(Path.Combine(f, path)))
            ? path
            : throw new FunctionsHostException($"The custom handler {path} is neither in {root} nor a command on PATH.");
    }

    private static string Expand(string text, IReadOnlyDictionary<string, string> environment) =>
        Variable().Replace(text, m => environment.GetValueOrDefault(m.Groups["name"].Value) ?? m.Value);

    [GeneratedRegex("%(?<name>[^%]+)%", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
