using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace OpenWebUi.FunctionsHostDouble;

/// <summary>The host's old-style route collection: in the order of function names, the first match wins, however unspecific it is.</summary>
internal sealed class RouteTable
{
    private readonly List<(FunctionDeclaration Function, TemplateMatcher Matcher)> _routes = [];

    public RouteTable(IEnumerable<FunctionDeclaration> functions)
    {
        foreach (var function in functions.Where(f => f.Trigger == TriggerKind.Http))
        {
            RouteTemplate template;
            try
            {
                template = TemplateParser.Parse(function.Route);
            }
            catch (ArgumentException e)
            {
                throw new FunctionsHostException($"The route of {function.Name} is no template: {e.Message}", e);
            }

            if (template.Parameters.Any(p => p.InlineConstraints.Any()))
            {
                throw new FunctionsHostException($"The double knows no route constraints, but {function.Name} has one.");
            }

            _routes.Add((function, new TemplateMatcher(template, Defaults(template))));
        }
    }

    /// <summary>The function that serves the request, null where none does (also for the platform's own <c>admin</c> and <c>runtime</c>).</summary>
    public FunctionDeclaration? Match(string method, PathString path)
    {
        if (path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/runtime", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        foreach (var (function, matcher) in _routes)
        {
            if ((function.Methods.Count == 0 || function.Methods.Contains(method, StringComparer.OrdinalIgnoreCase)) && matcher.TryMatch(path, []))
            {
                return function;
            }
        }

        return null;
    }

    private static RouteValueDictionary Defaults(RouteTemplate template)
    {
        var values = new RouteValueDictionary();
        foreach (var parameter in template.Parameters.Where(p => p.DefaultValue is not null))
        {
            values[parameter.Name!] = parameter.DefaultValue;
        }

        return values;
    }
}
