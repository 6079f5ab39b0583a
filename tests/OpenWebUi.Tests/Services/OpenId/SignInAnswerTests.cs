using System.Text;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>The way there and back: what is sent, what an answer must bring, and what a provider's failures become.</summary>
public sealed class SignInAnswerTests : IAsyncLifetime
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

    [Fact]
    public async Task Begin_SendsWhatTheCodeFlowNeeds_AndFinishProvesIt()
    {
        var (first, second) = (await _world.BeginAsync(), await _world.BeginAsync());
        var query = SignInWorld.QueryOf(first.Url);
        Assert.StartsWith(_provider.Issuer + "/authorize?kept=1&", first.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(("code", HostileProvider.ClientId, SignInWorld.RedirectUri), (query["response_type"], query["client_id"], query["redirect_uri"]));
        Assert.Equal((first.Pending.State, first.Pending.Nonce, "S256"), (query["state"], query["nonce"], query["code_challenge_method"]));
        Assert.Equal("openid email profile", query["scope"]);
        Assert.DoesNotContain(first.Pending.Verifier, first.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(6, new[] { first.Pending.State, first.Pending.Nonce, first.Pending.Verifier, second.Pending.State, second.Pending.Nonce, second.Pending.Verifier }.Distinct().Count());

        await PersonAsync(first.Pending);
        Assert.Equal((first.Pending.Verifier, "code-1", SignInWorld.RedirectUri), (_provider.Form["code_verifier"], _provider.Form["code"], _provider.Form["redirect_uri"]));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("site:secret")), _provider.Authorization);
        Assert.False(_provider.Form.ContainsKey("client_secret"));
    }

    [Theory]
    [InlineData("client_secret_basic", "a:b/c%d e", "Basic", null)]
    [InlineData("client_secret_post", "a:b/c%d e", "", "a:b/c%d e")]
    public async Task Secret_GoesTheWayThatIsChosen(string method, string secret, string authorization, string? posted)
    {
        await using var world = new SignInWorld([.. _provider.Variables.Where(v => v.Name != "OAUTH_CLIENT_SECRET"), ("OAUTH_CLIENT_SECRET", secret), ("OAUTH_TOKEN_ENDPOINT_AUTH_METHOD", method)], _time);
        var pending = (await world.BeginAsync()).Pending;
        await world.FinishAsync(pending, ("state", pending.State), ("code", "c"));
        Assert.Equal(posted, _provider.Form.GetValueOrDefault("client_secret"));
        Assert.Equal(authorization.Length > 0 ? "Basic " + Convert.ToBase64String("site:a%3Ab%2Fc%25d+e"u8) : "", _provider.Authorization);
    }

    [Fact]
    public async Task State_ThatIsNotThisBrowsers_IsRefusedBeforeAnyCall()
    {
        var (mine, other) = ((await _world.BeginAsync()).Pending, (await _world.BeginAsync()).Pending);
        var calls = _provider.Paths.Count;
        await InvalidAsync("state_mismatch", mine, ("state", other.State), ("code", "c"));
        await InvalidAsync("state_mismatch", mine, ("state", ""), ("code", "c"));
        await InvalidAsync("state_mismatch", mine, ("code", "c"));
        await InvalidAsync("state_mismatch", mine with { ProviderId = "another" }, ("state", mine.State), ("code", "c"));
        await InvalidAsync("state_mismatch", mine, ("state", other.State), ("error", "access_denied"));
        Assert.Equal(calls, _provider.Paths.Count);
    }

    [Fact]
    public async Task Answer_AfterAQuarterOfAnHour_IsTooLate()
    {
        var pending = (await _world.BeginAsync()).Pending;
        _time.Advance(PendingSignIn.Lifetime);
        await PersonAsync(pending);
        _time.Advance(TimeSpan.FromSeconds(1));
        await InvalidAsync("sign_in_expired", pending, ("state", pending.State), ("code", "c"));
    }

    [Fact]
    public async Task Answer_WithoutCode_IsRefused()
    {
        var pending = (await _world.BeginAsync()).Pending;
        await InvalidAsync("code_missing", pending, ("state", pending.State));
        await InvalidAsync("code_missing", pending, ("state", pending.State), ("code", new string('c', 9000)));
    }

    [Fact]
    public async Task Answer_OfAnotherIssuer_IsRefusedBeforeTheCodeIsSpent()
    {
        var pending = (await _world.BeginAsync()).Pending;
        await InvalidAsync("issuer_mismatch", pending, ("state", pending.State), ("code", "c"), ("iss", "https://accounts.google.com"));
        await InvalidAsync("issuer_mismatch", pending, ("state", pending.State), ("error", "access_denied"), ("iss", _provider.Issuer + "/"));
        Assert.DoesNotContain("/token", _provider.Paths);
        await PersonAsync(pending, ("iss", _provider.Issuer));
    }

    [Fact]
    public async Task Answer_WithoutIssuer_IsRefusedWhereTheProviderPromisesOne()
    {
        _provider.Discovery["authorization_response_iss_parameter_supported"] = true;
        var pending = (await _world.BeginAsync()).Pending;
        await InvalidAsync("issuer_missing", pending, ("state", pending.State), ("code", "c"));
        await PersonAsync(pending, ("iss", _provider.Issuer));
    }

    [Theory]
    [InlineData("access_denied", "you or Evil refused it")]
    [InlineData("server_error", "cannot sign anybody in at the moment")]
    [InlineData("invalid_scope", "Evil refused the sign-in: <b>bad</b>  scope")]
    public async Task Error_OfTheProvider_IsDeniedInWords(string error, string words)
    {
        var pending = (await _world.BeginAsync()).Pending;
        var outcome = await _world.FinishAsync(pending, ("state", pending.State), ("error", error), ("error_description", "<b>bad</b>\r\nscope"));
        var denied = Assert.IsType<SignInOutcome.Denied>(outcome);
        Assert.Equal((error, "<b>bad</b>  scope"), (denied.Error, denied.Description));
        Assert.Contains(words, denied.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_EndlesslyLong_IsCut()
    {
        var pending = (await _world.BeginAsync()).Pending;
        var denied = Assert.IsType<SignInOutcome.Denied>(await _world.FinishAsync(pending, ("state", pending.State), ("error", new string('x', 5000))));
        Assert.True(denied.Sentence.Length < 300, denied.Sentence);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant"}""", "took too long, or was used twice")]
    [InlineData(401, """{"error":"invalid_client","error_description":"x"}""", "Tell the administrator")]
    [InlineData(200, """{"error":"bad_verification_code"}""", "took too long, or was used twice")]
    public async Task TokenEndpoint_ThatSaysNo_IsDenied(int status, string body, string words)
    {
        _provider.Spoiled["/token"] = HostileProvider.Status(status, body);
        Assert.Contains(words, Assert.IsType<SignInOutcome.Denied>(await FinishAsync()).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Pending_AsBytes_IsShortAndComesBackWhole()
    {
        var pending = PendingSignIn.Begin("a-provider", "https://chat.example.com/oauth/a-provider/callback", _time.GetUtcNow());
        var bytes = pending.ToBytes();
        Assert.True(bytes.Length < 200, $"{bytes.Length} bytes");
        Assert.Equal(pending, PendingSignIn.FromBytes(bytes));
        Assert.DoesNotContain(pending.Verifier, pending.ToString(), StringComparison.Ordinal);
        for (var length = 0; length < 107; length++)
        {
            Assert.Null(PendingSignIn.FromBytes(bytes.AsSpan(0, length)));
        }

        bytes[0]++;
        Assert.Null(PendingSignIn.FromBytes(bytes));
    }

    [Fact]
    public async Task EndSession_HasTheHintAndTheWayBack()
    {
        var url = await _world.EndSessionUrlAsync("hint", "https://chat.example.com/auth?a=b&c");
        Assert.Equal(_provider.Issuer + "/end?id_token_hint=hint&client_id=site&post_logout_redirect_uri=https%3A%2F%2Fchat.example.com%2Fauth%3Fa%3Db%26c", url!.AbsoluteUri);
        _provider.Discovery.Remove("end_session_endpoint");
        _time.Advance(ProviderDocuments.Lifetime);
        Assert.Null(await _world.EndSessionUrlAsync("hint", "https://chat.example.com/"));
    }

    private async Task InvalidAsync(string code, PendingSignIn pending, params (string, string)[] query) =>
        Assert.Equal(code, Assert.IsType<SignInOutcome.Invalid>(await _world.FinishAsync(pending, query)).Code);

    private async Task<SignInOutcome> FinishAsync()
    {
        var pending = (await _world.BeginAsync()).Pending;
        return await _world.FinishAsync(pending, ("state", pending.State), ("code", "code-1"));
    }

    private async Task PersonAsync(PendingSignIn pending, params (string, string)[] more)
    {
        _provider.Tokens["id_token"] = _provider.Sign(_provider.Claims(pending.Nonce, _time.GetUtcNow()));
        Assert.IsType<SignInOutcome.Person>(await _world.FinishAsync(pending, [("state", pending.State), ("code", "code-1"), .. more]));
    }
}
