using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>What starts a function.</summary>
public enum TriggerKind
{
    Http, Timer, Queue,
}

/// <summary>One function as its <c>function.json</c> declares it.</summary>
/// <param name="Name">The folder's name, case as on disk.</param>
/// <param name="Trigger">What starts it.</param>
/// <param name="BindingName">The name of the trigger's binding: the key in <c>Data</c> for timers and queues.</param>
/// <param name="Route">The route template with the route prefix, without a leading slash; empty for timers and queues.</param>
/// <param name="Methods">The HTTP methods in capitals; empty means all.</param>
/// <param name="IsDisabled">Switched off, in the file or by the app setting <c>AzureWebJobs.&lt;Name&gt;.Disabled</c>; its HTTP route answers 404.</param>
public sealed partial record FunctionDeclaration(
    string Name, TriggerKind Trigger, string BindingName, string Route, IReadOnlyList<string> Methods, bool IsDisabled)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The folder's functions, exactly one level below it, in the host's order: by name, OrdinalIgnoreCase.</summary>
    /// <exception cref="FunctionsHostException">A declaration that the host refuses, or one that the double cannot play.</exception>
    internal static IReadOnlyList<FunctionDeclaration> LoadAll(string root, string routePrefix, IReadOnlyDictionary<string, string> environment)
    {
        var functions = Directory.GetDirectories(root)
            .Where(d => File.Exists(Path.Combine(d, "function.json")))
            .Select(d => Load(d, routePrefix, environment))
            .OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase)
            .ToList();
        if (functions.Count == 0)
        {
            throw new FunctionsHostException($"No folder in {root} holds a function.json (the host looks exactly one level below host.json).");
        }

        RefuseConflicts([.. functions.Where(f => f.Trigger == TriggerKind.Http)]);
        return functions;
    }

    private static FunctionDeclaration Load(string folder, string routePrefix, IReadOnlyDictionary<string, string> environment)
    {
        var name = Path.GetFileName(folder);
        if (!ValidName().IsMatch(name))
        {
            throw new FunctionsHostException($"\"{name}\" is not a valid function name.");
        }

        JsonNode? json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "function.json")), documentOptions: Lenient);
        }
        catch (JsonException e)
        {
            throw new FunctionsHostException($"{name}/function.json cannot be read: {e.Message}", e);
        }

        var bindings = (json?["bindings"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        var triggers = bindings.Where(b => Text(b, "type")?.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase) == true).ToList();
        if (triggers.Count != 1)
        {
            throw new FunctionsHostException($"{name}/function.json needs exactly one trigger, but has {triggers.Count}.");
        }

        var trigger = triggers[0];
        var bindingName = Text(trigger, "name") is { Length: > 0 } n ? n : throw new FunctionsHostException($"The trigger of {name} has no name.");
        var disabled = json!["disabled"]?.GetValueKind() == JsonValueKind.True || DisabledBySetting(name, environment);
        switch (Text(trigger, "type")!.ToUpperInvariant())
        {
            case "HTTPTRIGGER":
                RefusePayloadMode(name, bindings);
                var methods = (trigger["methods"] as JsonArray)?.Select(m => m!.GetValue<string>().ToUpperInvariant()).ToList() ?? [];
                return new FunctionDeclaration(name, TriggerKind.Http, bindingName, Template(name, Text(trigger, "route"), Text(trigger, "authLevel"), routePrefix), methods, disabled);
            case "TIMERTRIGGER":
                RefuseMissing(name, trigger, "schedule", environment);
                RefuseSchedule(name, Text(trigger, "schedule")!);
                return new FunctionDeclaration(name, TriggerKind.Timer, bindingName, "", [], disabled);
            case "QUEUETRIGGER":
                RefuseMissing(name, trigger, "queueName", environment);
                return new FunctionDeclaration(name, TriggerKind.Queue, bindingName, "", [], disabled);
            default:
                throw new FunctionsHostException($"The double cannot play the {Text(trigger, "type")} of {name}.");
        }
    }

    /// <summary>Only httpTrigger in and http out are proxied; any further binding silently switches the host to the buffered JSON payload.</summary>
    private static void RefusePayloadMode(string name, List<JsonObject> bindings)
    {
        var outputs = bindings.Where(b => string.Equals(Text(b, "direction"), "out", StringComparison.OrdinalIgnoreCase)).ToList();
        if (bindings.Count != 2 || outputs.Count != 1 || !string.Equals(Text(outputs[0], "type"), "http", StringComparison.OrdinalIgnoreCase))
        {
            throw new FunctionsHostException($"{name} must have an httpTrigger (in) and one http (out) binding and nothing else: with any other set the host stops proxying.");
        }
    }

    private static string Template(string name, string? route, string? authLevel, string routePrefix)
    {
        if (!string.Equals(authLevel, "anonymous", StringComparison.OrdinalIgnoreCase))
        {
            throw new FunctionsHostException($"{name}: authLevel must be anonymous (the host's default is function, which wants a key; the double has no keys).");
        }

        route = (string.IsNullOrWhiteSpace(route) ? name : route).Trim('/');
        if (route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase))
        {
            throw new FunctionsHostException($"{name}: the route {route} begins with a reserved word (admin, runtime).");
        }

        return routePrefix.Length == 0 ? route : routePrefix + "/" + route;
    }

    private static void RefuseConflicts(List<FunctionDeclaration> functions)
    {
        for (var i = 0; i < functions.Count; i++)
        {
            var a = functions[i];
            var b = functions.Skip(i + 1).FirstOrDefault(f => string.Equals(a.Route, f.Route, StringComparison.OrdinalIgnoreCase)
                && (a.Methods.Count == 0 || f.Methods.Count == 0 || a.Methods.Intersect(f.Methods, StringComparer.Ordinal).Any()));
            if (b is not null)
            {
                throw new FunctionsHostException($"{a.Name} and {b.Name} have the same route {a.Route} for the same method.");
            }
        }
    }

    private static void RefuseMissing(string name, JsonObject trigger, string property, IReadOnlyDictionary<string, string> environment)
    {
        var value = Text(trigger, property);
        if (string.IsNullOrWhiteSpace(value))
        {
            throw new FunctionsHostException($"The trigger of {name} needs {property}.");
        }

        if (value.Length > 2 && value.StartsWith('%') && value.EndsWith('%') && !environment.ContainsKey(value[1..^1]))
        {
            throw new FunctionsHostException($"The {property} of {name} refers to the app setting {value}, which is not set.");
        }
    }

    /// <summary>Six fields, the first of which is seconds (NCRONTAB); settings are taken as they are.</summary>
    private static void RefuseSchedule(string name, string schedule)
    {
        if (!schedule.StartsWith('%') && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 6)
        {
            throw new FunctionsHostException($"The schedule \"{schedule}\" of {name} must have six fields: seconds come first.");
        }
    }

    private static bool DisabledBySetting(string name, IReadOnlyDictionary<string, string> environment) =>
        (environment.GetValueOrDefault($"AzureWebJobs.{name}.Disabled") ?? environment.GetValueOrDefault($"AzureWebJobs_{name}_Disabled")) is { } value
        && (value == "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase));

    private static string? Text(JsonObject binding, string property) =>
        binding[property] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_-]{0,127}$", RegexOptions.None, 1000)]
    private static partial Regex ValidName();
}
