using OpenWebUi.Services.Completion;

namespace OpenWebUi.Tests.Services.Completion;

public sealed class WholeCharactersTests
{
    /// <summary>H and L stand for the halves of one character (an attribute cannot hold them), X for U+FFFD.</summary>
    [Theory]
    [InlineData("aH|Lb", "a|HLb", "")]
    [InlineData("H||L", "||HL", "")]
    [InlineData("H|x", "|Xx", "")]
    [InlineData("H|H|L", "|X|HL", "")]
    [InlineData("L", "X", "")]
    [InlineData("aH", "a", "X")]
    [InlineData("HL", "HL", "")]
    public void Pieces_HoldNoHalf(string pieces, string passed, string rest)
    {
        var whole = new WholeCharacters();
        Assert.Equal(Halves(passed), string.Join('|', Halves(pieces).Split('|').Select(whole.Pass)));
        Assert.Equal(Halves(rest), whole.Rest());
        Assert.Equal("", whole.Rest());
    }

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab\uD83D\uDE00", 3, "ab")]
    [InlineData("abe\u0301", 3, "ab")]
    [InlineData("\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67", 7, "")]
    public void Cut_EndsWithAWholeCharacter(string text, int maxLength, string expected) =>
        Assert.Equal(expected, WholeCharacters.Cut(text, maxLength));

    private static string Halves(string text) => text.Replace('H', '\uD83D').Replace('L', '\uDE00').Replace('X', '\uFFFD');
}
