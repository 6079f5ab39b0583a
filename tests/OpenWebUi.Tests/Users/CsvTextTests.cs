using OpenWebUi.Users;

namespace OpenWebUi.Tests.Users;

public sealed class CsvTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a,b", "1:a|b")]
    [InlineData("a,b\r\nc,d\r\n", "1:a|b 2:c|d")]
    [InlineData("a\rb\nc", "1:a 2:b 3:c")]
    [InlineData(",\n", "1:|")]
    [InlineData("\"a,b\",c", "1:a,b|c")]
    [InlineData("\"a\"\"b\",\"\"", "1:a\"b|")]
    [InlineData("\"a\r\nb\"\r\nc", "1:a\r\nb 3:c")]
    [InlineData("5\" disk,b", "1:5\" disk|b")]
    [InlineData("\"a\" ,b", "1:a|b")]
    [InlineData("\"a\"b,c\nd", "1:a|c! 2:d")]
    [InlineData("a\n\"b,c\nd", "1:a 2:b,c\nd!")]
    [InlineData("a,", "1:a|")]
    public void Text_IsReadByTheStandard(string text, string records) =>
        Assert.Equal(records, string.Join(' ', CsvText.Read(text).Select(r => $"{r.Line}:{string.Join('|', r.Fields)}{(r.Fault is null ? "" : "!")}")));
}
