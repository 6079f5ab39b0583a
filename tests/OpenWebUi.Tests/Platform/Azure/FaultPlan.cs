using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.Tests.Platform.Azure;

/// <summary>What the proxy does to a request.</summary>
internal enum Fault
{
    None,

    /// <summary>503 with Retry-After, nothing done.</summary>
    Busy,

    /// <summary>429 with a wait in milliseconds, nothing done.</summary>
    TooMany,

    /// <summary>503 with a Retry-After of an hour.</summary>
    LongBusy,

    /// <summary>Nothing is done or answered until the client leaves.</summary>
    Hang,

    /// <summary>The connection breaks, nothing done.</summary>
    CutBefore,

    /// <summary>Done, and then the connection breaks before the answer. What the service refused is answered.</summary>
    CutAfter,

    /// <summary>Done, but answered with 500.</summary>
    ErrorAfter,

    /// <summary>The connection breaks in the middle of the answer's body.</summary>
    CutMiddle,

    /// <summary>A query: fewer rows than were asked for, and a continuation.</summary>
    ShortPage,

    /// <summary>A query: no row at all, and a continuation.</summary>
    EmptyPage,
}

/// <summary>Picks the fault of each request: the ordered one that fits, else one by the seed.</summary>
internal sealed partial class FaultPlan(int? seed)
{
    private const int MostFaultsOfARequest = 2;

    private readonly Lock gate = new();
    private readonly Random random = new(seed ?? 0);
    private readonly List<(Fault Fault, Func<HttpRequest, bool> Fits)> ordered = [];
    private readonly Dictionary<string, int> faults = [];

    public void Order(Fault fault, Func<HttpRequest, bool> fits)
    {
        lock (gate)
        {
            ordered.Add((fault, fits));
        }
    }

    /// <param name="request">The request.</param>
    /// <param name="id">Names its tries.</param>
    public Fault Choose(HttpRequest request, string id)
    {
        lock (gate)
        {
            var index = ordered.FindIndex(order => order.Fits(request));
            if (index >= 0)
            {
                var fault = ordered[index].Fault;
                ordered.RemoveAt(index);
                return fault;
            }

            if (seed is null || faults.GetValueOrDefault(id) >= MostFaultsOfARequest)
            {
                return Fault.None;
            }

            var chosen = IsQuery(request) ? OfQuery() : HttpMethods.IsGet(request.Method) ? OfRead() : OfWrite();
            // A delete that was not done and finds no row next time looks to everyone like one that was.
            chosen = HttpMethods.IsDelete(request.Method) && chosen is (Fault.CutBefore or Fault.ErrorAfter) ? Fault.CutAfter : chosen;
            if (chosen is not (Fault.None or Fault.ShortPage))
            {
                faults[id] = faults.GetValueOrDefault(id) + 1;
            }

            return chosen;
        }
    }

    public static bool IsQuery(HttpRequest request) => request.Query.ContainsKey("$filter");

    public static string WithTop(string target, int top) => Top().Replace(target, $"$top={top}");

    /// <summary>One row, or a third of what was asked for.</summary>
    public int ShortTop(string target)
    {
        lock (gate)
        {
            var asked = int.Parse(Top().Match(target).Groups["top"].Value);
            return asked > 100 || random.Next(2) == 0 ? Math.Max(1, asked / 3) : 1;
        }
    }

    private Fault OfQuery() => random.Next(10) switch { 0 => Fault.Busy, 1 => Fault.CutBefore, 2 or 3 => Fault.EmptyPage, < 8 => Fault.ShortPage, _ => Fault.None };

    private Fault OfRead() => random.Next(10) switch { 0 => Fault.Busy, 1 => Fault.TooMany, _ => Fault.None };

    private Fault OfWrite() => random.Next(10) switch { 0 => Fault.Busy, 1 => Fault.TooMany, 2 => Fault.CutBefore, < 6 => Fault.CutAfter, 6 => Fault.ErrorAfter, _ => Fault.None };

    [GeneratedRegex(@"\$top=(?<top>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Top();
}
