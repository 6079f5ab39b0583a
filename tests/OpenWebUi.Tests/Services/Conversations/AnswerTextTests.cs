using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Tests.Services.Conversations;

public sealed class AnswerTextTests
{
    private static readonly AnswerText Mixed = AnswerText.Of(
    [
        new(AnswerPart.Reasoning, "ab"), new(AnswerPart.Reasoning, "c"), new(AnswerPart.Content, "😀"), new(AnswerPart.Reasoning, "d"), new(AnswerPart.Content, "ef"),
    ]);

    [Fact]
    public void Layout_PutsThePartsTogetherAgain()
    {
        Assert.Equal("r3c2r1c2", Mixed.Layout);
        var again = AnswerText.Of(Mixed.All(AnswerPart.Content), Mixed.All(AnswerPart.Reasoning), Mixed.Layout);
        Assert.Equal(Mixed.Pieces, again.Pieces);
    }

    [Theory]
    [InlineData("r3c2r1c3")]
    [InlineData("r3c2")]
    [InlineData("r99999999999")]
    [InlineData("x")]
    public void Layout_ThatDoesNotFit_IsLeftAside(string layout)
    {
        var text = AnswerText.Of("content", "thought", layout);
        Assert.Equal([new(AnswerPart.Reasoning, "thought"), new(AnswerPart.Content, "content")], text.Pieces);
    }

    [Fact]
    public void From_AndTake_PartTheTextWithoutAGap()
    {
        for (var units = 0; units <= Mixed.Sequence + 1; units++)
        {
            var start = Mixed.Take(units, int.MaxValue);
            // 4 is inside the emoji: it goes whole into the rest, and nothing behind it goes before it.
            Assert.Equal(units == 4 ? 3 : Math.Min(units, Mixed.Sequence), start.Sequence);
            start.Append(Mixed.From(start.Sequence));
            Assert.Equal(Mixed.Pieces, start.Pieces);
        }

        Assert.Equal(5, Mixed.Take(100, 2).Sequence);
    }
}
