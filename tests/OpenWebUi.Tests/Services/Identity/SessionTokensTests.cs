using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenWebUi.Platform.Security;
using OpenWebUi.Services.Identity;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Identity;

/// <summary>What is no token of ours, in every way that JWT libraries have been talked into it. Each starts from one that is read.</summary>
public sealed class SessionTokensTests
{
    private const string Secret = "the secret of these tests";
    private const string Purpose = "session-token-v1";
    private static readonly UserId User = UserId.New();
    private readonly ManualTime _time = new();
    private readonly SigningKey _site;
    private readonly SessionTokens _tokens;

    public SessionTokensTests()
    {
        _site = new(Secret, [], null!, _time);
        _tokens = new(_site, _time);
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task Token_OfOurOwn_SaysWhatItWasMadeOf()
    {
        var claims = new SessionClaims(User, "session", 7, _time.GetUtcNow());
        Assert.Equal(claims, await _tokens.ReadAsync(await _tokens.IssueAsync(claims, _time.GetUtcNow() + TimeSpan.FromHours(1), default), default));
        Assert.Equal(claims, await _tokens.ReadAsync(await _tokens.IssueAsync(claims, null, default), default));
        // The token that the others here are changes of.
        Assert.Equal(claims, await ReadAsync());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData(" none ")]
    public async Task AlgorithmNone_HoweverSpelt_IsRefused(string algorithm)
    {
        var header = $$"""{"alg":"{{algorithm}}","kid":"{{await KidAsync()}}"}""";
        foreach (var signature in (string[])["", Base64Url.EncodeToString(HMACSHA256.HashData(await KeyAsync(), Encoding.ASCII.GetBytes(Parts(header, Payload()))))])
        {
            Assert.Null(await _tokens.ReadAsync(Parts(header, Payload()) + "." + signature, default));
        }

        // RFC 7519, 6.1: an unsecured token has an empty third part, which some write as none at all.
        Assert.Null(await _tokens.ReadAsync(Parts(header, Payload()), default));
    }

    [Theory]
    [InlineData("HS512")]
    [InlineData("HS384")]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("PS256")]
    [InlineData("EdDSA")]
    [InlineData("hs256")]
    [InlineData("dir")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")]
    public async Task OtherAlgorithms_SignedWithOurKey_AreRefused(string algorithm)
    {
        var text = Parts($$"""{"alg":"{{algorithm}}","kid":"{{await KidAsync()}}"}""", Payload());
        var (key, bytes) = (await KeyAsync(), Encoding.ASCII.GetBytes(text));
        foreach (var signature in (byte[][])[HMACSHA256.HashData(key, bytes), HMACSHA384.HashData(key, bytes), HMACSHA512.HashData(key, bytes)])
        {
            Assert.Null(await _tokens.ReadAsync(text + "." + Base64Url.EncodeToString(signature), default));
        }
    }

    [Fact]
    public async Task Signature_OfAForeignKey_IsRefused()
    {
        Assert.Null(await ReadAsync(key: new byte[32]));
        Assert.Null(await ReadAsync(key: []));
        Assert.Null(await ReadAsync(key: Encoding.UTF8.GetBytes(Secret)));
        Assert.Null(await ReadAsync(key: (await new SigningKey("another site's secret", [], null!, _time).RingAsync(Purpose, default))[0].Bytes));
    }

    [Theory]
    [InlineData("access-pass-v1")]
    [InlineData("known-device-v1")]
    [InlineData("attempt-keys")]
    [InlineData("session-token-v2")]
    public async Task Signature_OfOurKeyOfAnotherPurpose_IsRefused(string purpose)
    {
        var other = (await _site.RingAsync(purpose, default))[0];
        Assert.Equal(await KidAsync(), other.Id);
        Assert.Null(await ReadAsync(key: other.Bytes));
    }

    [Theory]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","kid":""}""")]
    [InlineData("""{"alg":"HS256","kid":null}""")]
    [InlineData("""{"alg":"HS256","kid":7}""")]
    [InlineData("""{"alg":"HS256","kid":"00000000"}""")]
    [InlineData("""{"alg":"HS256","kid":"../../../../dev/null"}""")]
    [InlineData("""{"kid":"KID"}""")]
    [InlineData("""{"alg":null,"kid":"KID"}""")]
    [InlineData("""{"alg":["HS256"],"kid":"KID"}""")]
    public async Task Header_ThatNamesNoKeyOrNoAlgorithm_IsRefused(string header) => Assert.Null(await ReadAsync(header: header));

    [Theory]
    [InlineData("""{"alg":"HS256","kid":"KID","crit":["exp"]}""")]
    [InlineData("""{"alg":"HS256","kid":"KID","crit":["x"],"x":1}""")]
    [InlineData("""{"alg":"HS256","kid":"KID","crit":["b64"],"b64":false}""")]
    public async Task Header_WithSomethingCriticalThatWeDoNotKnow_IsRefused(string header) => Assert.Null(await ReadAsync(header: header));

    [Fact]
    public async Task Header_ThatBringsItsOwnKey_IsRefused()
    {
        var own = RandomNumberGenerator.GetBytes(32);
        var jwk = $$"""{"kty":"oct","k":"{{Base64Url.EncodeToString(own)}}"}""";
        Assert.Null(await ReadAsync(header: $$"""{"alg":"HS256","kid":"KID","jwk":{{jwk}}}""", key: own));
        Assert.Null(await ReadAsync(header: """{"alg":"HS256","kid":"KID","jku":"http://127.0.0.1:1/keys","x5u":"http://127.0.0.1:1/x"}""", key: own));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","alg":"none","kid":"KID"}""")]
    [InlineData("""{"alg":"none","alg":"HS256","kid":"KID"}""")]
    public async Task Header_WithTwoAlgorithms_IsRefusedWithoutASignature(string header)
    {
        var text = Parts(header.Replace("KID", await KidAsync(), StringComparison.Ordinal), Payload());
        Assert.Null(await _tokens.ReadAsync(text + ".", default));
        Assert.Null(await _tokens.ReadAsync(text + "." + Base64Url.EncodeToString(HMACSHA256.HashData(new byte[32], Encoding.ASCII.GetBytes(text))), default));
    }

    [Fact]
    public async Task Times_OverOrAhead_AreRefused()
    {
        Assert.NotNull(await ReadAsync(Payload($"\"exp\":{Now + 1}")));
        Assert.Null(await ReadAsync(Payload($"\"exp\":{Now}")));
        Assert.Null(await ReadAsync(Payload($"\"exp\":{Now - 1}")));
        Assert.Null(await ReadAsync(Payload("\"exp\":0")));
        // Clocks of instances are not quite one.
        Assert.NotNull(await ReadAsync(Payload(issuedAt: Now + 59)));
        Assert.Null(await ReadAsync(Payload(issuedAt: Now + 61)));
        Assert.Null(await ReadAsync(Payload(issuedAt: Now + 86_400 * 365)));
    }

    [Theory]
    [InlineData("""{"jti":"session","ver":7,"iat":IAT}""")]
    [InlineData("""{"id":"USER","ver":7,"iat":IAT}""")]
    [InlineData("""{"id":"USER","jti":"session","iat":IAT}""")]
    [InlineData("""{"id":"USER","jti":"session","ver":7}""")]
    [InlineData("""{"id":"USER","jti":"","ver":7,"iat":IAT}""")]
    [InlineData("""{"id":"admin","jti":"session","ver":7,"iat":IAT}""")]
    [InlineData("""{"id":null,"jti":"session","ver":7,"iat":IAT}""")]
    [InlineData("""{"id":"USER","jti":"session","ver":-1,"iat":IAT}""")]
    [InlineData("""{"id":"USER","jti":"session","ver":"all","iat":IAT}""")]
    [InlineData("""{"id":"USER","jti":"session","ver":7,"iat":-5}""")]
    [InlineData("""{"id":"USER","jti":"session","ver":7,"iat":99999999999999}""")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("not JSON")]
    public async Task Claims_MissingOrOfNoUse_AreRefused(string payload) =>
        Assert.Null(await ReadAsync(payload.Replace("USER", User.Text, StringComparison.Ordinal).Replace("IAT", $"{Now}", StringComparison.Ordinal)));

    [Fact]
    public async Task Token_CutLengthenedOrTouchedAnywhere_IsRefused()
    {
        var token = await TokenAsync();
        for (var length = 0; length < token.Length; length++)
        {
            Assert.Null(await _tokens.ReadAsync(token[..length], default));
        }

        foreach (var longer in (string[])[token + ".", "." + token, token + ".e30", token + "A", token + "=", token + " ", " " + token, token + "\n", token + "\0", token + ".." , token.Replace(".", "..", StringComparison.Ordinal)])
        {
            Assert.Null(await _tokens.ReadAsync(longer, default));
        }

        // The last character of a part has bits that belong to no byte.
        for (var i = 0; i < token.Length - 1; i++)
        {
            var touched = token[..i] + (token[i] == 'A' ? 'E' : 'A') + token[(i + 1)..];
            if (touched != token)
            {
                Assert.Null(await _tokens.ReadAsync(touched, default));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("eyJ.eyJ.x")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.\u00e9")]
    [InlineData("e30.e30.e30")]
    [InlineData("eyJhbGciOjV9.e30.e30")]
    [InlineData("W10.W10.W10")]
    [InlineData("bm90IGpzb24.bm90IGpzb24.AAAA")]
    [InlineData("e30.e30.e30.e30.e30")]
    public async Task Text_ThatIsNoToken_IsRefused(string text) => Assert.Null(await _tokens.ReadAsync(text, default));

    [Fact]
    public async Task Token_Huge_IsRefusedEvenIfOurs()
    {
        Assert.Null(await ReadAsync(Payload($"\"x\":\"{new string('x', 2_000)}\"")));
        Assert.Null(await _tokens.ReadAsync(new string('A', 5_000_000) + ".e30.e30", default));
        Assert.Null(await _tokens.ReadAsync(new string('.', 2_000), default));
    }

    private static string Parts(string header, string payload) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));

    private string Payload(string? more = null, long? issuedAt = null) =>
        $$"""{"id":"{{User.Text}}","jti":"session","ver":7,"iat":{{issuedAt ?? Now}}{{(more is null ? "" : "," + more)}}}""";

    private async Task<byte[]> KeyAsync() => (await _site.RingAsync(Purpose, default))[0].Bytes;

    private async Task<string> KidAsync() => (await _site.RingAsync(Purpose, default))[0].Id;

    private async Task<string> TokenAsync(string? payload = null, string? header = null, byte[]? key = null)
    {
        var text = Parts((header ?? """{"alg":"HS256","kid":"KID","typ":"JWT"}""").Replace("KID", await KidAsync(), StringComparison.Ordinal), payload ?? Payload());
        return text + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key ?? await KeyAsync(), Encoding.ASCII.GetBytes(text)));
    }

    private async Task<SessionClaims?> ReadAsync(string? payload = null, string? header = null, byte[]? key = null) =>
        await _tokens.ReadAsync(await TokenAsync(payload, header, key), default);
}
