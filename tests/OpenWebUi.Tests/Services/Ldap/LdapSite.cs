using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Ldap;

namespace OpenWebUi.Tests.Services.Ldap;

/// <summary>The room as a site has it: options from an environment, and what was logged.</summary>
internal sealed class LdapSite : ILogger<LdapDirectory>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public LdapSite(Dictionary<string, string> environment, TimeProvider? time = null)
    {
        var (options, faults) = Read(environment);
        Assert.Empty(faults.All);
        Directory = new LdapDirectory(options!, time ?? TimeProvider.System, this);
    }

    public LdapDirectory Directory { get; }

    public IReadOnlyCollection<string> Lines => _lines;

    public Task<LdapOutcome> FindAsync(string user, string password) => Directory.FindAsync(user, password, CancellationToken.None);

    /// <summary>It cannot be used, says why in one line of the log, and names nobody there.</summary>
    /// <returns>The reason.</returns>
    public async Task<string> FailAsync(string user = "ada", string password = SlapdServer.Password)
    {
        var unavailable = Assert.IsType<LdapOutcome.Unavailable>(await FindAsync(user, password));
        Assert.Equal(unavailable.Reason, Assert.Single(_lines));
        Assert.DoesNotContain(password, unavailable.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(SlapdServer.AppPassword, unavailable.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(user, unavailable.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", unavailable.Message, StringComparison.Ordinal);
        return unavailable.Reason;
    }

    public static (LdapOptions? Options, FaultList Faults) Read(Dictionary<string, string> environment)
    {
        var faults = new FaultList();
        return (LdapOptions.Read(new VariableReader(new Variables(environment), faults)), faults);
    }

    /// <summary>A site of a directory at this port that is spoken to without TLS, by nobody.</summary>
    public static Dictionary<string, string> Plain(int port) => new()
    {
        ["ENABLE_LDAP"] = "true",
        ["LDAP_SERVER_HOST"] = "127.0.0.1",
        ["LDAP_SERVER_PORT"] = port.ToString(),
        ["LDAP_SEARCH_BASE"] = SlapdServer.BaseDn,
        ["LDAP_USE_TLS"] = "false",
    };

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));
}
