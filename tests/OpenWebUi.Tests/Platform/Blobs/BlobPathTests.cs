using OpenWebUi.Platform.Blobs;

namespace OpenWebUi.Tests.Platform.Blobs;

public sealed class BlobPathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("a/b/c")]
    [InlineData("A-._z0")]
    [InlineData("a..b/c")]
    public void Path_OfSegments_Stands(string text)
    {
        Assert.Equal(text, new BlobPath(text).Text);
        Assert.True(BlobPath.TryParse(text, out var path));
        Assert.Equal(new BlobPath(text), path);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/..")]
    [InlineData("a/./b")]
    [InlineData(".hidden")]
    [InlineData("a/.hidden")]
    [InlineData("a.")]
    [InlineData("a./b")]
    [InlineData("a\\b")]
    [InlineData("C:\\a")]
    [InlineData("C:a")]
    [InlineData("a b")]
    [InlineData("a%2e%2e")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("a=b")]
    [InlineData("a+blob")]
    [InlineData("ä")]
    [InlineData("a\0")]
    [InlineData("a\nb")]
    [InlineData("a\u2215b")]
    public void Path_OfAnythingElse_IsRefused(string? text)
    {
        Assert.False(BlobPath.TryParse(text, out _));
        var refusal = Assert.Throws<ArgumentException>(() => new BlobPath(text!));
        Assert.DoesNotContain(refusal.Message, c => char.IsControl(c));
    }

    [Fact]
    public void Path_OfTheMostCharacters_StandsAndOneMoreIsRefused()
    {
        var segment = new string('a', BlobPath.MaxSegmentChars);
        Assert.True(BlobPath.TryParse(segment, out _));
        Assert.False(BlobPath.TryParse(segment + "a", out _));

        var whole = string.Join('/', Enumerable.Repeat(segment, 4)) + '/' + new string('b', BlobPath.MaxChars - (4 * 121));
        Assert.True(BlobPath.TryParse(whole, out _));
        Assert.False(BlobPath.TryParse(whole + "b", out _));
    }

    [Fact]
    public void Then_JoinsAndChecksTheWhole()
    {
        Assert.Equal("a/b/c", new BlobPath("a").Then("b/c").Text);
        Assert.Throws<ArgumentException>(() => new BlobPath("a").Then("../b"));
        Assert.Throws<ArgumentException>(() => new BlobPath("a").Then(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/")]
    [InlineData("a/b")]
    [InlineData("a/b.")]
    public void Prefix_OfWhatAPathMayBeginWith_Stands(string text) => Assert.Equal(text, BlobPrefix.StartingWith(text).Text);

    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a//")]
    [InlineData("../")]
    [InlineData("a/..")]
    [InlineData(".a")]
    [InlineData("a/ ")]
    public void Prefix_OfAnythingElse_IsRefused(string text) => Assert.Throws<ArgumentException>(() => BlobPrefix.StartingWith(text));
}
