using System.Buffers.Text;
using System.Security.Cryptography;
using OpenWebUi.Platform.Security;

namespace OpenWebUi.Tests.Platform.Security;

public sealed class SealTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(4_000)]
    public void Bytes_Sealed_AreOpenedAgain(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var text = Seal.Close(Key, bytes);
        Assert.Equal(bytes, Seal.Open(Key, text));
        Assert.DoesNotContain(text, c => c is '+' or '/' or '=' or ';' or ' ');
    }

    [Fact]
    public void Bytes_SealedTwice_LookDifferent() => Assert.NotEqual(Seal.Close(Key, [1, 2, 3]), Seal.Close(Key, [1, 2, 3]));

    [Fact]
    public void Text_WithAnyBitChanged_IsNotOpened()
    {
        var closed = Base64Url.DecodeFromChars(Seal.Close(Key, "something"u8));
        for (var bit = 0; bit < closed.Length * 8; bit++)
        {
            var changed = (byte[])closed.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Seal.Open(Key, Base64Url.EncodeToString(changed)));
        }
    }

    [Fact]
    public void Text_CutAtAnyPlace_IsNotOpened()
    {
        var text = Seal.Close(Key, "something"u8);
        for (var length = 0; length < text.Length; length++)
        {
            Assert.Null(Seal.Open(Key, text[..length]));
            Assert.Null(Seal.Open(Key, text[(text.Length - length)..]));
        }

        Assert.Null(Seal.Open(Key, text + "AAAA"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("!!!!")]
    [InlineData("\ud800")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Text_ThatWasNeverSealed_IsNotOpened(string text) => Assert.Null(Seal.Open(Key, text));

    [Fact]
    public void Text_OfAnotherKey_IsNotOpened() => Assert.Null(Seal.Open(RandomNumberGenerator.GetBytes(32), Seal.Close(Key, "something"u8)));
}
