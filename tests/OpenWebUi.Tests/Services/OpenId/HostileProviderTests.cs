using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OpenWebUi.Services.OpenId;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.OpenId;

/// <summary>What must not pass for a person. Each refusal starts from an answer that is accepted, with one thing wrong in it.</summary>
public sealed class HostileProviderTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private HostileProvider _provider = null!;
    private SignInWorld _world = null!;
    private PendingSignIn _pending = null!;

    public async Task InitializeAsync()
    {
        _provider = await HostileProvider.StartAsync();
        _world = SignInWorld.Of(_provider, _time);
        _pending = (await _world.BeginAsync()).Pending;
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Honest_Answer_IsAPerson()
    {
        foreach (var token in (string[])[_provider.Sign(Claims()), TestToken.Es256(Claims(), _provider.Curve, HostileProvider.CurveKeyId), TestToken.Rs256(Claims(), _provider.Rsa, kid: null)])
        {
            var person = Assert.IsType<SignInOutcome.Person>(await FinishAsync(token)).Identity;
            Assert.Equal((_provider.Issuer, "person-1", "mallory@example.com", true), (person.Issuer, person.Subject, person.Email, person.IsEmailVerified));
        }

        Assert.DoesNotContain("/userinfo", _provider.Paths);
    }

    [Theory]
    [InlineData("iss", "\"https://accounts.google.com\"", "token_issuer")]
    [InlineData("iss", "null", "token_issuer")]
    [InlineData("aud", "\"another-site\"", "token_audience")]
    [InlineData("aud", "[\"site\",\"another-site\"]", "token_audience")]
    [InlineData("aud", "[]", "token_audience")]
    [InlineData("aud", "null", "token_audience")]
    [InlineData("azp", "\"another-site\"", "token_audience")]
    [InlineData("azp", "7", "token_audience")]
    [InlineData("nonce", "\"another\"", "token_nonce")]
    [InlineData("nonce", "null", "token_nonce")]
    [InlineData("sub", "null", "token_subject")]
    [InlineData("sub", "\"\"", "token_subject")]
    [InlineData("exp", "-121", "token_expired")]
    [InlineData("exp", "null", "token_expiry")]
    [InlineData("exp", "\"2099\"", "token_expiry")]
    [InlineData("iat", "121", "token_time")]
    [InlineData("iat", "null", "token_time")]
    [InlineData("nbf", "121", "token_time")]
    [InlineData("nbf", "\"now\"", "token_time")]
    [InlineData("events", "{}", "token_kind")]
    public async Task Claim_Wrong_IsRefused(string name, string value, string code)
    {
        var claims = Claims();
        var node = JsonNode.Parse(value);
        if (node is null)
        {
            claims.Remove(name);
        }
        else
        {
            // A time is told as the distance in seconds from now.
            claims[name] = name is "exp" or "iat" or "nbf" && node.GetValueKind() == System.Text.Json.JsonValueKind.Number
                ? _time.GetUtcNow().ToUnixTimeSeconds() + node.GetValue<int>() : node;
        }

        await RefusedAsync(code, _provider.Sign(claims));
    }

    [Theory]
    [InlineData("aud", "[\"site\"]")]
    [InlineData("azp", "\"site\"")]
    [InlineData("exp", "-119")]
    [InlineData("iat", "119")]
    [InlineData("nbf", "119")]
    public async Task Claim_AtTheEdgeOfWhatIsRight_IsAccepted(string name, string value)
    {
        var claims = Claims();
        claims[name] = name is "exp" or "iat" or "nbf" ? _time.GetUtcNow().ToUnixTimeSeconds() + int.Parse(value) : JsonNode.Parse(value);
        Assert.IsType<SignInOutcome.Person>(await FinishAsync(_provider.Sign(claims)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("")]
    public async Task Algorithm_None_IsRefused(string algorithm) => await RefusedAsync("token_algorithm", TestToken.Unsigned(Claims(), algorithm));

    [Fact]
    public async Task Algorithm_Hs256WithThePublicKeyAsSecret_IsRefused()
    {
        byte[][] secrets =
        [
            _provider.Rsa.ExportSubjectPublicKeyInfo(), _provider.Rsa.ExportRSAPublicKey(), _provider.Rsa.ExportParameters(false).Modulus!,
            Encoding.ASCII.GetBytes(_provider.Rsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(_provider.Rsa.ExportSubjectPublicKeyInfoPem() + "\n"),
            Encoding.ASCII.GetBytes("secret"),
        ];
        foreach (var secret in secrets)
        {
            await RefusedAsync("token_algorithm", TestToken.Hs256(Claims(), secret, HostileProvider.RsaKeyId));
        }
    }

    [Theory]
    [InlineData("PS256")]
    [InlineData("RS512")]
    [InlineData("rs256")]
    [InlineData("ES384")]
    public async Task Algorithm_NotOnTheList_IsRefused(string algorithm) =>
        await RefusedAsync("token_algorithm", TestToken.Raw($$"""{"alg":"{{algorithm}}","kid":"rsa-1"}""", Claims().ToJsonString(), Signed));

    [Fact]
    public async Task Algorithm_ThatIsNotTheKeys_IsRefused()
    {
        // ES256 in the header over the id of the RSA key, and a signature of the curve under RS256.
        await RefusedAsync("token_signature", TestToken.Es256(Claims(), _provider.Curve, HostileProvider.RsaKeyId));
        await RefusedAsync("token_signature", TestToken.Es256(Claims(), _provider.Curve, HostileProvider.CurveKeyId, algorithm: "RS256"));
    }

    [Fact]
    public async Task Key_Foreign_IsRefused()
    {
        using var foreign = RSA.Create(2048);
        await RefusedAsync("token_signature", TestToken.Rs256(Claims(), foreign, HostileProvider.RsaKeyId));
        await RefusedAsync("token_signature", TestToken.Rs256(Claims(), foreign, "unknown"));
        await RefusedAsync("token_signature", TestToken.Rs256(Claims(), foreign, kid: null));
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync("token_signature", TestToken.Es256(Claims(), curve, HostileProvider.CurveKeyId));
    }

    [Fact]
    public async Task Key_BroughtByTheToken_IsNeitherBelievedNorFetched()
    {
        using var foreign = RSA.Create(2048);
        var address = JsonValue.Create(_provider.Issuer + "/evil-keys");
        var token = TestToken.Rs256(Claims(), foreign, HostileProvider.RsaKeyId,
            ("jwk", TestToken.Jwk(foreign, HostileProvider.RsaKeyId)), ("jku", address), ("x5u", address), ("x5c", new JsonArray("AAAA")));
        await RefusedAsync("token_signature", token);
        Assert.DoesNotContain("/evil-keys", _provider.Paths);
    }

    [Theory]
    [InlineData("use", "enc")]
    [InlineData("alg", "RS512")]
    [InlineData("kty", "oct")]
    [InlineData("issuer", "https://login.microsoftonline.com/one/v2.0")]
    public async Task Key_ForSomethingElse_SignsNothing(string name, string value)
    {
        _provider.Keys[0]![name] = value;
        await RefusedAsync("token_signature", _provider.Sign(Claims()));
    }

    [Fact]
    public async Task Key_Short_SignsNothing()
    {
        using var weak = RSA.Create(1024);
        _provider.Keys = [TestToken.Jwk(weak, "weak")];
        await RefusedAsync("token_signature", TestToken.Rs256(Claims(), weak, "weak"));
    }

    [Fact]
    public async Task Signature_OverOtherClaims_IsRefused()
    {
        var (mine, other) = (_provider.Sign(Claims()).Split('.'), Claims());
        other["sub"] = "administrator";
        var forged = _provider.Sign(other).Split('.');
        await RefusedAsync("token_signature", $"{mine[0]}.{forged[1]}.{mine[2]}");
        await RefusedAsync("token_signature", $"{mine[0]}.{mine[1]}.");
    }

    [Theory]
    [InlineData("""{"alg":"RS256","kid":"rsa-1","crit":["exp"]}""", null)]
    [InlineData("""{"alg":"RS256","alg":"RS256","kid":"rsa-1"}""", null)]
    [InlineData("""{"alg":"RS256","kid":"rsa-1"}""", """{"sub":"a","sub":"b"}""")]
    [InlineData("""{"alg":"RS256","kid":"rsa-1"}""", "[]")]
    [InlineData("""{"alg":7}""", null)]
    [InlineData("no json", null)]
    public async Task Form_ThatTwoReadersCouldReadInTwoWays_IsRefused(string header, string? payload) =>
        await RefusedAsync("token_form", TestToken.Raw(header, payload ?? Claims().ToJsonString(), Signed));

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d.e")]
    [InlineData("e30=.e30.e30")]
    public async Task Form_ThatIsNoToken_IsRefused(string token) => await RefusedAsync("token_form", token);

    [Fact]
    public async Task LogoutToken_AsIdToken_IsRefused()
    {
        var claims = _provider.LogoutClaims(_time.GetUtcNow());
        claims["nonce"] = _pending.Nonce;
        claims.Remove("events");
        await RefusedAsync("token_kind", TestToken.Rs256(claims, _provider.Rsa, HostileProvider.RsaKeyId, ("typ", "application/logout+jwt")));
    }

    [Fact]
    public async Task IdToken_Missing_IsRefused()
    {
        _provider.Tokens.Remove("id_token");
        Assert.Equal("token_missing", Assert.IsType<SignInOutcome.Invalid>(await FinishAsync(token: null)).Code);
    }

    [Fact]
    public async Task UserInfo_OfSomebodyElse_IsRefused()
    {
        var claims = Claims();
        claims.Remove("email");
        _provider.UserInfo = new() { ["sub"] = "person-2", ["email"] = "victim@example.com", ["email_verified"] = true };
        await RefusedAsync("userinfo_subject", _provider.Sign(claims));
        _provider.UserInfo.Remove("sub");
        await RefusedAsync("userinfo_subject", _provider.Sign(claims));
    }

    [Fact]
    public async Task UserInfo_DoesNotVerifyTheAddressOfTheToken()
    {
        var claims = Claims();
        claims.Remove("email_verified");
        claims.Remove("name");
        _provider.UserInfo = new() { ["sub"] = "person-1", ["name"] = "Named", ["email"] = "other@example.com", ["email_verified"] = true };
        var person = Assert.IsType<SignInOutcome.Person>(await FinishAsync(_provider.Sign(claims))).Identity;
        Assert.Equal(("Named", "mallory@example.com", false), (person.Name, person.Email, person.IsEmailVerified));
    }

    private JsonObject Claims() => _provider.Claims(_pending.Nonce, _time.GetUtcNow());

    private byte[] Signed(byte[] bytes) => _provider.Rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private async Task RefusedAsync(string code, string token)
    {
        var invalid = Assert.IsType<SignInOutcome.Invalid>(await FinishAsync(token));
        Assert.Equal(code, invalid.Code);
        Assert.Contains("Evil", invalid.Sentence, StringComparison.Ordinal);
    }

    private Task<SignInOutcome> FinishAsync(string? token)
    {
        if (token is not null)
        {
            _provider.Tokens["id_token"] = token;
        }

        return _world.FinishAsync(_pending, ("state", _pending.State), ("code", "code-1"));
    }
}
