using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>A provider that is down, slow, far too talkative, or sends us elsewhere; and how often it is asked.</summary>
public sealed class ProviderOutageTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private HostileProvider _provider = null!;
    private SignInWorld _world = null!;

    public async Task InitializeAsync()
    {
        _provider = await HostileProvider.StartAsync();
        _world = SignInWorld.Of(_provider, _time);
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration", "discovery_timeout")]
    [InlineData("/token", "token_timeout")]
    [InlineData("/jwks", "keys_timeout")]
    [InlineData("/userinfo", "userinfo_timeout")]
    public async Task Endpoint_Silent_IsGivenUpAfterTenSeconds(string path, string code)
    {
        _provider.Spoiled[path] = _provider.SilenceAsync;
        var outcome = FailureAsync();
        await _time.AdvanceUntilAsync(outcome, TimeSpan.FromSeconds(1));
        Assert.Equal(code, (await outcome.WaitAsync(TimeSpan.FromSeconds(5))).Code);
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration", "discovery_toolong")]
    [InlineData("/token", "token_toolong")]
    [InlineData("/jwks", "keys_toolong")]
    [InlineData("/userinfo", "userinfo_toolong")]
    public async Task Endpoint_EndlesslyLong_IsCutOff(string path, string code)
    {
        _provider.Spoiled[path] = HostileProvider.FloodAsync;
        Assert.Equal(code, (await FailureAsync()).Code);
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration", "discovery_redirect")]
    [InlineData("/token", "token_redirect")]
    [InlineData("/jwks", "keys_redirect")]
    [InlineData("/userinfo", "userinfo_redirect")]
    public async Task Endpoint_Redirecting_IsNotFollowed(string path, string code)
    {
        _provider.Spoiled[path] = HostileProvider.RedirectTo("/thief");
        Assert.Equal(code, (await FailureAsync()).Code);
        Assert.DoesNotContain("/thief", _provider.Paths);
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration", 503, "", "discovery_status")]
    [InlineData("/token", 500, "<html>", "token_status")]
    [InlineData("/token", 200, "<html>", "token_unreadable")]
    [InlineData("/jwks", 404, "{}", "keys_status")]
    [InlineData("/jwks", 200, "{}", "keys_unreadable")]
    [InlineData("/jwks", 200, "{\"keys\":[],\"keys\":[]}", "keys_unreadable")]
    [InlineData("/userinfo", 401, "{}", "userinfo_status")]
    [InlineData("/userinfo", 200, "no json", "userinfo_unreadable")]
    public async Task Endpoint_Broken_IsNamed(string path, int status, string body, string code)
    {
        _provider.Spoiled[path] = HostileProvider.Status(status, body);
        Assert.Equal(code, (await FailureAsync()).Code);
    }

    [Theory]
    [InlineData("issuer", "https://accounts.google.com")]
    [InlineData("issuer", "http://127.0.0.1:1")]
    [InlineData("token_endpoint", "http://id.example.com/token")]
    [InlineData("authorization_endpoint", "javascript:alert(1)")]
    [InlineData("jwks_uri", "file:///etc/passwd")]
    [InlineData("jwks_uri", "")]
    public async Task Discovery_ThatSpeaksForOthersOrSendsSecretsInTheClear_IsRefused(string name, string value)
    {
        _provider.Discovery[name] = value;
        Assert.Equal("discovery_unreadable", (await FailureAsync()).Code);
    }

    [Theory]
    [InlineData("https://nowhere.invalid", "discovery_dns")]
    [InlineData("http://127.0.0.1:1", "discovery_connect")]
    [InlineData("https://127.0.0.1:{port}", "discovery_tls")]
    public async Task Address_Wrong_IsNamedByItsLeg(string address, string code)
    {
        var url = address.Replace("{port}", new Uri(_provider.Issuer).Port.ToString(), StringComparison.Ordinal);
        await using var world = new SignInWorld([.. _provider.Variables[1..], ("OPENID_PROVIDER_URL", url)]);
        var failure = Assert.IsType<SignInStart.Unavailable>(await world.StartAsync()).Failure;
        Assert.Equal(code, failure.Code);
        Assert.StartsWith("Evil could not be reached for the sign-in: its discovery document ", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_AreReadOnceAnHour()
    {
        await PersonAsync();
        _time.Advance(ProviderDocuments.Lifetime - TimeSpan.FromSeconds(1));
        await PersonAsync();
        Assert.Equal((1, 1), Reads());
        _time.Advance(TimeSpan.FromSeconds(1));
        await PersonAsync();
        Assert.Equal((2, 2), Reads());
    }

    [Fact]
    public async Task UnknownKeys_MakeUsAskOnceInHalfAMinute()
    {
        await PersonAsync();
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var claims = _provider.LogoutClaims(_time.GetUtcNow());
            Assert.Equal("token_signature", Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(TestToken.Rs256(claims, _provider.Rsa, $"made-up-{second}"))).Code);
        }

        Assert.Equal((1, 3), Reads());
    }

    [Fact]
    public async Task ManyPeople_AtASilentProvider_WaitTogether()
    {
        _provider.Spoiled["/.well-known/openid-configuration"] = _provider.SilenceAsync;
        var all = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _world.StartAsync()));
        var begun = _time.GetUtcNow();
        await _time.AdvanceUntilAsync(all, TimeSpan.FromSeconds(1));
        Assert.All(await all.WaitAsync(TimeSpan.FromSeconds(5)), start => Assert.IsType<SignInStart.Unavailable>(start));
        // Loosely: the clock runs on while the last of them wake.
        Assert.True(_time.GetUtcNow() - begun < TimeSpan.FromSeconds(60), $"{_time.GetUtcNow() - begun}");
        Assert.True(Reads().Discovery < 5, $"{Reads().Discovery} calls");

        _provider.Spoiled.Clear();
        _time.Advance(ProviderDocuments.FailureLifetime);
        await _world.BeginAsync();
    }

    [Fact]
    public async Task Caller_WhoGoesAway_EndsTheCall()
    {
        _provider.Spoiled["/.well-known/openid-configuration"] = _provider.SilenceAsync;
        using var client = new SignInClient(_world.Options, null, _time, Microsoft.Extensions.Logging.Abstractions.NullLogger<SignInClient>.Instance);
        using var leaving = new CancellationTokenSource();
        var start = client.BeginAsync(_world.Provider, SignInWorld.RedirectUri, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
    }

    private (int Discovery, int Keys) Reads() => (_provider.Paths.Count(path => path.EndsWith("configuration", StringComparison.Ordinal)), _provider.Paths.Count(path => path == "/jwks"));

    /// <summary>A sign-in that needs every endpoint, and what it fails on.</summary>
    private async Task<ProviderFailure> FailureAsync()
    {
        if (await _world.StartAsync() is not SignInStart.Redirect { Pending: var pending })
        {
            return Assert.IsType<SignInStart.Unavailable>(await _world.StartAsync()).Failure;
        }

        var claims = _provider.Claims(pending.Nonce, _time.GetUtcNow());
        claims.Remove("email");
        _provider.Tokens["id_token"] = _provider.Sign(claims);
        var failure = Assert.IsType<SignInOutcome.Unavailable>(await _world.FinishAsync(pending, ("state", pending.State), ("code", "c"))).Failure;
        Assert.Contains("Try again in a minute", failure.Sentence, StringComparison.Ordinal);
        return failure;
    }

    private async Task PersonAsync()
    {
        var pending = (await _world.BeginAsync()).Pending;
        _provider.Tokens["id_token"] = _provider.Sign(_provider.Claims(pending.Nonce, _time.GetUtcNow()));
        Assert.IsType<SignInOutcome.Person>(await _world.FinishAsync(pending, ("state", pending.State), ("code", "c")));
    }
}
