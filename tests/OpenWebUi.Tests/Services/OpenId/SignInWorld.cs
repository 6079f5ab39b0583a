using Microsoft.Extensions.Logging.Abstractions;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.OpenId;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>The room as a site has it, made from variables, with short ways to call it.</summary>
internal sealed class SignInWorld : IAsyncDisposable
{
    public const string RedirectUri = "http://127.0.0.1:7071/oauth/oidc/callback";

    private readonly SignInClient _client;

    public SignInWorld(IEnumerable<(string Name, string Value)> variables, TimeProvider? time = null, ProviderAddresses? addresses = null)
    {
        var (options, faults) = Read(variables, addresses);
        Assert.True(faults.All.Count == 0, faults.ToString());
        Options = options;
        _client = new(options, proxy: null, time ?? TimeProvider.System, NullLogger<SignInClient>.Instance);
    }

    /// <summary>A site whose only provider is the hostile one.</summary>
    public static SignInWorld Of(HostileProvider provider, TimeProvider time) => new(provider.Variables, time);

    public SignInProviderOptions Options { get; }

    public SignInProvider Provider => Options.Providers[0];

    public static (SignInProviderOptions Options, FaultList Faults) Read(IEnumerable<(string Name, string Value)> variables, ProviderAddresses? addresses = null)
    {
        var faults = new FaultList();
        var values = new Variables(variables.ToDictionary(variable => variable.Name, variable => variable.Value));
        return (SignInProviderOptions.Read(new VariableReader(values, faults), addresses), faults);
    }

    public Task<SignInStart> StartAsync(SignInProvider? provider = null) => _client.BeginAsync(provider ?? Provider, RedirectUri, default);

    public async Task<SignInStart.Redirect> BeginAsync(SignInProvider? provider = null) => Assert.IsType<SignInStart.Redirect>(await StartAsync(provider));

    /// <summary>Finishes with the query of the URL that the browser came back to; what is pending goes through its bytes, as through a cookie.</summary>
    public Task<SignInOutcome> FinishAsync(PendingSignIn pending, Uri callback, SignInProvider? provider = null) =>
        _client.FinishAsync(provider ?? Provider, PendingSignIn.FromBytes(pending.ToBytes())!, QueryOf(callback), default);

    public Task<SignInOutcome> FinishAsync(PendingSignIn pending, params (string Name, string Value)[] query) =>
        _client.FinishAsync(Provider, pending, query.ToDictionary(part => part.Name, part => part.Value), default);

    public Task<LogoutOutcome> LogoutAsync(string token) => _client.ValidateLogoutTokenAsync(Provider, token, default);

    public Task<Uri?> EndSessionUrlAsync(string? hint, string after) => _client.EndSessionUrlAsync(Provider, hint, after, default);

    public static Dictionary<string, string> QueryOf(Uri url) => url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => Uri.UnescapeDataString(part[1].Replace('+', ' ')));

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
