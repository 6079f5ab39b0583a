using System.Buffers.Binary;
using Microsoft.AspNetCore.Identity;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Tests.Services.Identity;

public sealed class PasswordHashesTests
{
    private const string OfUStarU = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    [Fact]
    public void Hash_Fresh_IsOfCurrentCostAndRight()
    {
        using var hashes = new PasswordHashes();
        var hash = hashes.Hash("correct horse \u00e9\U0001F40E");
        Assert.Equal((2, 220_000, 16), Header(hash));
        Assert.Equal(PasswordCheck.Right, hashes.Verify(hash, "correct horse \u00e9\U0001F40E"));
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(hash, "correct horse \u00e8\U0001F40E"));
        Assert.NotEqual(hash, hashes.Hash("correct horse \u00e9\U0001F40E"));
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(219_999, true)]
    [InlineData(220_000, false)]
    [InlineData(220_001, false)]
    public void Hash_OfAnotherCost_IsHashedAnewWhenThatIsLower(int iterations, bool isHashedAnew)
    {
        using var hashes = new PasswordHashes();
        var hash = PasswordHashes.MakeHasher(iterations).HashPassword(hashes, "battery staple");
        Assert.Equal(isHashedAnew ? PasswordCheck.RightRehash : PasswordCheck.Right, hashes.Verify(hash, "battery staple"));
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(hash, "battery stable"));
    }

    [Fact]
    public void Hash_Bcrypt_IsHashedAnewWhenRight()
    {
        var (hashes, hasher) = Counted();
        using var _ = hashes;
        Assert.Equal(PasswordCheck.RightRehash, hashes.Verify(OfUStarU, "U*U"));
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(OfUStarU, "U*V"));
        Assert.Empty(hasher.Checked);
    }

    /// <summary>Made by libxcrypt (perl's crypt) of text that is not ASCII, at Open WebUI's prefix.</summary>
    [Fact]
    public void Hash_BcryptOfUtf8_IsRight()
    {
        using var hashes = new PasswordHashes();
        Assert.Equal(PasswordCheck.RightRehash, hashes.Verify("$2b$05$abcdefghijklmnopqrstuuPyRWfa7PR8SEFKYBQvfiW1VAyF.vJ/m", "p\u00e4ssw\u00f6rd \u6f22\u5b57 \U0001F511"));
    }

    /// <summary>What an unknown e-mail costs, seen by what the hasher is given: the same header as a fresh hash has, so the same work.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a hash")]
    [InlineData("AQAAAAIAA1tg")]
    [InlineData("$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO!W")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g")]
    public void Hash_NoneOrMalformed_IsWrongAfterTheWorkOfAFreshOne(string? hash)
    {
        var (hashes, hasher) = Counted();
        using var _ = hashes;
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(hash, "U*U"));
        Assert.Equal(Header(hashes.Hash("any")), Header(Assert.Single(hasher.Checked)));
        Assert.Equal(hashes.Hash("any").Length, hasher.Checked[0].Length);
    }

    [Fact]
    public void Hash_WrongPassword_IsCheckedOnce()
    {
        var (hashes, hasher) = Counted();
        using var _ = hashes;
        var hash = hashes.Hash("right");
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(hash, "wrong"));
        Assert.Equal(hash, Assert.Single(hasher.Checked));
    }

    /// <summary>Each breaks one field of a good hash: version, algorithm, iterations (too many), length of salt (too short, too long, absurd).</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 3)]
    [InlineData(5, 0x7F)]
    [InlineData(6, 0x22)]
    [InlineData(12, 15)]
    [InlineData(12, 33)]
    [InlineData(9, 0x80)]
    public void Hash_WithABrokenHeader_IsCheckedAsNone(int at, byte value)
    {
        var (hashes, hasher) = Counted();
        using var _ = hashes;
        var bytes = Convert.FromBase64String(hashes.Hash("right"));
        bytes[at] = value;
        var broken = Convert.ToBase64String(bytes);
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(broken, "right"));
        Assert.NotEqual(broken, Assert.Single(hasher.Checked));
        Assert.Equal((2, 220_000, 16), Header(hasher.Checked[0]));
    }

    /// <summary>No theory: an attribute is stored as UTF-8, which has no halves.</summary>
    [Fact]
    public void Password_WithHalfACharacter_IsWrongAfterTheUsualWork()
    {
        var (hashes, hasher) = Counted();
        using var _ = hashes;
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(hashes.Hash("right"), "right\uD83D"));
        Assert.Equal(PasswordCheck.Wrong, hashes.Verify(OfUStarU, "U*U\uDD11"));
        Assert.Equal(2, hasher.Checked.Count);
        Assert.All(hasher.Checked, hash => Assert.Equal((2, 220_000, 16), Header(hash)));
    }

    [Fact]
    public async Task Hashing_OnThreadsOfItsOwn_AnswersAlike()
    {
        using var hashes = new PasswordHashes();
        var hash = await hashes.HashAsync("right", default);
        Assert.Equal(PasswordCheck.Right, await hashes.VerifyAsync(hash, "right", default));
        Assert.Equal(PasswordCheck.Wrong, await hashes.VerifyAsync(null, "right", default));
    }

    [Fact]
    public async Task Hashing_FullQueue_IsBusyWithoutWork()
    {
        var hasher = new CountingHasher();
        using var hashes = new PasswordHashes(hasher, new HashingQueue(0, 0));
        Assert.Equal(PasswordCheck.Busy, await hashes.VerifyAsync(null, "any", default));
        Assert.Null(await hashes.HashAsync("any", default));
        Assert.Empty(hasher.Checked);
    }

    private static (PasswordHashes Hashes, CountingHasher Hasher) Counted()
    {
        var hasher = new CountingHasher();
        return (new PasswordHashes(hasher, new HashingQueue(1, 1)), hasher);
    }

    /// <summary>Algorithm, iterations, bytes of salt.</summary>
    private static (int, int, int) Header(string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        Assert.Equal(1, bytes[0]);
        return (Word(1), Word(5), Word(9));
        int Word(int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
    }

    private sealed class CountingHasher : IPasswordHasher<PasswordHashes>
    {
        private readonly PasswordHasher<PasswordHashes> _real = PasswordHashes.MakeHasher(PasswordHashes.Iterations);

        public List<string> Checked { get; } = [];

        public string HashPassword(PasswordHashes user, string password) => _real.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(PasswordHashes user, string hashedPassword, string providedPassword)
        {
            Checked.Add(hashedPassword);
            return _real.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
