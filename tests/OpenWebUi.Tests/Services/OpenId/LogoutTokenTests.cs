using System.Text.Json.Nodes;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>OpenID Connect Back-Channel Logout 1.0, section 2.6.</summary>
public sealed class LogoutTokenTests : IAsyncLifetime
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
    [InlineData("sub", null, "session-1")]
    [InlineData("sid", "person-1", null)]
    [InlineData("exp", "person-1", "session-1")]
    public async Task Token_WithoutWhatMayBeMissing_IsAccepted(string missing, string? subject, string? session)
    {
        var claims = Claims();
        claims.Remove(missing);
        var accepted = Assert.IsType<LogoutOutcome.Accepted>(await _world.LogoutAsync(_provider.Sign(claims)));
        Assert.Equal((_provider.Issuer, subject, session, "token-1"), (accepted.Issuer, accepted.Subject, accepted.SessionId, accepted.TokenId));
    }

    [Theory]
    [InlineData("events", "null", "token_events")]
    [InlineData("events", "{}", "token_events")]
    [InlineData("events", "{\"http://schemas.openid.net/event/backchannel-logout\":true}", "token_events")]
    [InlineData("events", "\"http://schemas.openid.net/event/backchannel-logout\"", "token_events")]
    [InlineData("nonce", "\"x\"", "token_nonce")]
    [InlineData("jti", "null", "token_jti")]
    [InlineData("iss", "\"https://accounts.google.com\"", "token_issuer")]
    [InlineData("aud", "\"another-site\"", "token_audience")]
    [InlineData("iat", "null", "token_time")]
    [InlineData("exp", "1", "token_expired")]
    [InlineData("exp", "\"never\"", "token_expired")]
    public async Task Token_Wrong_IsRefused(string name, string value, string code)
    {
        var claims = Claims();
        claims.Remove(name);
        if (JsonNode.Parse(value) is { } node)
        {
            claims[name] = node;
        }

        Assert.Equal(code, Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(_provider.Sign(claims))).Code);
    }

    [Fact]
    public async Task Token_OfNobody_IsRefused()
    {
        var claims = Claims();
        claims.Remove("sub");
        claims.Remove("sid");
        Assert.Equal("token_subject", Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(_provider.Sign(claims))).Code);
    }

    [Fact]
    public async Task Token_WithoutEnd_LivesForMinutesOnly()
    {
        var claims = Claims();
        claims.Remove("exp");
        var token = _provider.Sign(claims);
        _time.Advance(TimeSpan.FromSeconds(239));
        Assert.IsType<LogoutOutcome.Accepted>(await _world.LogoutAsync(token));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("token_expired", Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(token)).Code);
    }

    [Fact]
    public async Task Token_Forged_IsRefused()
    {
        Assert.Equal("token_algorithm", Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(TestToken.Unsigned(Claims()))).Code);
        var secret = _provider.Rsa.ExportSubjectPublicKeyInfo();
        Assert.Equal("token_algorithm", Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(TestToken.Hs256(Claims(), secret, HostileProvider.RsaKeyId))).Code);
        using var foreign = System.Security.Cryptography.RSA.Create(2048);
        Assert.Equal("token_signature", Assert.IsType<LogoutOutcome.Refused>(await _world.LogoutAsync(TestToken.Rs256(Claims(), foreign, HostileProvider.RsaKeyId))).Code);
    }

    [Fact]
    public async Task Keys_ThatCannotBeHad_AreNoRefusal()
    {
        _provider.Spoiled["/jwks"] = HostileProvider.Status(503);
        Assert.IsType<LogoutOutcome.Unavailable>(await _world.LogoutAsync(_provider.Sign(Claims())));
    }

    private JsonObject Claims() => _provider.LogoutClaims(_time.GetUtcNow());
}
