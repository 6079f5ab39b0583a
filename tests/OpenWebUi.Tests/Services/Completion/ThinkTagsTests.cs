using OpenWebUi.Services.Completion;

namespace OpenWebUi.Tests.Services.Completion;

/// <summary>The cases of the page's own <c>think-tags.test.ts</c>.</summary>
public sealed class ThinkTagsTests
{
    [Theory]
    [InlineData("<think>hm</think>Hi", "hm", "Hi")]
    [InlineData("\n<think>\na < b </th\n</think>\n\nHi", "\na < b </th\n", "\n\nHi")]
    [InlineData("Hi <think>no</think>", "", "Hi <think>no</think>")]
    [InlineData("<thinker>", "", "<thinker>")]
    [InlineData("<thi", "", "<thi")]
    [InlineData("<think>unfinished </thi", "unfinished </thi", "")]
    [InlineData("<think></think>Hi", "", "Hi")]
    [InlineData("Hi", "", "Hi")]
    [InlineData("", "", "")]
    public void Answer_IsSplit_WhereverItIsCut(string answer, string reasoning, string text)
    {
        for (var size = 1; size <= Math.Max(1, answer.Length); size++)
        {
            var think = new ThinkTags();
            List<CompletionEvent> parts = [.. answer.Chunk(size).SelectMany(piece => think.Split(new string(piece))), .. think.Rest()];
            Assert.Equal(reasoning, string.Concat(parts.OfType<CompletionEvent.Reasoning>().Select(part => part.Value)));
            Assert.Equal(text, string.Concat(parts.OfType<CompletionEvent.Text>().Select(part => part.Value)));
            Assert.DoesNotContain(parts, part => part is CompletionEvent.Reasoning { Value: "" } or CompletionEvent.Text { Value: "" });
        }
    }
}
