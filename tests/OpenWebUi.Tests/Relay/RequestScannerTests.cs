using System.Text;
using OpenWebUi.Relay;

namespace OpenWebUi.Tests.Relay;

public sealed class RequestScannerTests
{
    [Theory]
    [InlineData("""{"model":"a"}""", "a", null)]
    [InlineData("""{"stream":true,"model":"a"}""", "a", true)]
    [InlineData("""{"messages":[{"model":"no","stream":true,"x":"}]\""}],"model":"yes","stream":false}""", "yes", false)]
    [InlineData("""{"a":{"model":"no"},"b":"\\","c":"\\\"","model":"org\/yes\u00e9 \"q\""}""", "org/yesé \"q\"", null)]
    [InlineData("""{"mod\u0065l":"a"}""", "a", null)]
    [InlineData("""  { "model" : "a" , "stream" : null , "n":-1.5e3 , "t":true}  """, "a", null)]
    [InlineData("""{"model":"a","model":"a"}""", "a", null)]
    [InlineData("""{}""", null, null)]
    public void Body_InPiecesOfAnySize_GivesModelAndStream(string json, string? model, bool? stream)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var scanner = Scan(bytes, size);
            Assert.Null(scanner.Fault);
            Assert.Equal(model, scanner.Model);
            Assert.Equal(stream, scanner.Stream);
        }
    }

    [Theory]
    [InlineData("{\"model\":1}", "model")]
    [InlineData("{\"model\":{}}", "model")]
    [InlineData("{\"model\":\" \"}", "model")]
    [InlineData("{\"model\":\"a\",\"model\":\"b\"}", "model")]
    [InlineData("{\"stream\":\"true\"}", "stream")]
    [InlineData("{\"stream\":1}", "stream")]
    [InlineData("{\"stream\":[]}", "stream")]
    [InlineData("[1]", null)]
    [InlineData("{\"a\":}", null)]
    [InlineData("{\"a\" 1}", null)]
    [InlineData("{\"a\":1", null)]
    [InlineData("{\"a\":\"", null)]
    [InlineData("{} {}", null)]
    [InlineData("", null)]
    public void Body_ThatIsWrong_IsAFault_InPiecesOfAnySize(string json, string? param)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var size = 1; size <= Math.Max(1, bytes.Length); size++)
        {
            var scanner = Scan(bytes, size);
            Assert.NotNull(scanner.Fault);
            Assert.Equal(param, scanner.FaultParam);
        }
    }

    [Fact]
    public void Model_LongerThanAnyName_IsAFault() =>
        Assert.Equal("model", Scan(Encoding.UTF8.GetBytes($$"""{"model":"{{new string('a', 5000)}}"}"""), 100).FaultParam);

    private static RequestScanner Scan(byte[] bytes, int size)
    {
        var scanner = new RequestScanner();
        for (var at = 0; at < bytes.Length; at += size)
        {
            scanner.Feed(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
        }

        scanner.Complete();
        return scanner;
    }
}
