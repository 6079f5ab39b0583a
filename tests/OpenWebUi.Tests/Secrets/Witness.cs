using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenWebUi.Tests.Access;

namespace OpenWebUi.Tests.Secrets;

/// <summary>Keeps everything that a site says, to callers and in its log, and looks for secrets in it.</summary>
internal sealed class Witness : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly List<(string Request, string Answer, string? Issues)> _answers = [];
    private readonly Dictionary<string, string> _secrets = [];

    public int Lines => _lines.Count;

    /// <summary>A secret that must not be seen from its first use on.</summary>
    public string Guard(string name, string secret)
    {
        _secrets[name] = secret;
        return secret;
    }

    /// <summary>Makes a call and keeps the whole answer.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its address.</param>
    /// <param name="body">Its body.</param>
    /// <param name="status">What it must be answered with; null: whatever comes.</param>
    /// <param name="issues">The secret that this answer hands to its caller for the first time.</param>
    /// <param name="headers">Its headers.</param>
    public async Task<(string Text, HttpResponseMessage Answer)> CallAsync(
        HttpClient client, string method, string path, string? body, HttpStatusCode? status = HttpStatusCode.OK, string? issues = null, params (string, string)[] headers)
    {
        var answer = await client.CallAsync(method, path, body, headers);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status is null || status == answer.StatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        _answers.Add(($"{method} {path}", $"{answer.Headers}{answer.Content.Headers}{text}", issues));
        return (text, answer);
    }

    public void AssertNothingWasTold()
    {
        var told = from secret in _secrets
                   from seen in _lines.Select(line => (Where: "log: " + line, Text: line, Issues: (string?)null)).Concat(_answers.Select(a => (Where: a.Request + " -> " + a.Answer, Text: a.Answer, a.Issues)))
                   where seen.Issues != secret.Key && Forms(secret.Value).Any(form => seen.Text.Contains(form, StringComparison.Ordinal))
                   select $"{secret.Key} in {seen.Where}";
        Assert.Empty(told);
    }

    private static string[] Forms(string secret) => [secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        _lines.Enqueue($"scope {state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
