using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

public sealed class RowKeyTests
{
    [Fact]
    public void Part_EveryCharacterUpToLatin1_OnlyPrintableAsciiWithoutTheFourIsTaken()
    {
        for (var c = '\0'; c <= '\u0100'; c++)
        {
            var expected = c is >= ' ' and <= '~' and not ('/' or '\\' or '#' or '?');
            Assert.Equal(expected, RowKey.IsPart($"a{c}"));
            if (!expected)
            {
                Assert.Throws<ArgumentException>("partition", () => new RowKey("table", $"a{c}", "row"));
                Assert.Throws<ArgumentException>("row", () => new RowKey("table", "partition", $"a{c}"));
            }
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Part_Length(int length, bool fits) => Assert.Equal(fits, RowKey.IsPart(new string('x', length)));

    [Theory]
    [InlineData("abc", true)]
    [InlineData("A1b", true)]
    [InlineData("ab", false)]
    [InlineData("", false)]
    [InlineData("1abc", false)]
    [InlineData("a-bc", false)]
    [InlineData("äbcd", false)]
    [InlineData("Tables", false)]
    public void Table_IsALetterAndLettersOrDigits(string table, bool fits) => Assert.Equal(fits, IsTaken(table));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Table_Length(int length, bool fits) => Assert.Equal(fits, IsTaken(new string('t', length)));

    [Fact]
    public void Refusal_ControlCharacters_AreNotRepeated()
    {
        var refused = Assert.Throws<ArgumentException>("row", () => new RowKey("table", "partition", "a\r\nb"));

        Assert.Contains("a\uFFFD\uFFFDb", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_SameParts_IsEqual() => Assert.Equal(new RowKey("table", "p", "r"), new RowKey("table", "p", "r"));

    [Theory]
    [InlineData("a", true)]
    [InlineData("W/\"datetime'2026-11-21T00%3A00%3A00Z'\"", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("*", false)]
    [InlineData("a\nb", false)]
    [InlineData("ä", false)]
    public void ETag_TextFromOutside_ParsesOrNot(string? text, bool fits)
    {
        Assert.Equal(fits, ETag.TryParse(text, out var etag));
        Assert.Equal(fits ? text : null, etag.Value);
    }

    [Fact]
    public void IfMatch_EmptyTag_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PutCondition.IfMatch(default));
        Assert.Throws<ArgumentException>(() => DeleteCondition.IfMatch(default));
    }

    [Fact]
    public void Property_ReadAsAnotherType_Throws() =>
        Assert.Throws<InvalidOperationException>(() => new RowProperties { ["A"] = "text" }.GetInt64("A"));

    [Fact]
    public void Property_SetToNull_IsGone()
    {
        var properties = new RowProperties { ["A"] = "text", ["B"] = (long?)null, ["C"] = (byte[]?)null };
        properties["A"] = (string?)null;

        Assert.Empty(properties);
        Assert.Null(properties.GetText("A"));
    }

    private static bool IsTaken(string table)
    {
        try
        {
            _ = new RowKey(table, "p", "r");
            return true;
        }
        catch (ArgumentException exception) when (exception.ParamName == "table")
        {
            return false;
        }
    }
}
