using System.Text;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Tests.Services.Identity;

public sealed class BcryptTests
{
    /// <summary>The vectors of Openwall's crypt_blowfish 1.3 (wrapper.c), passwords as hexadecimal bytes, but for 2x (its old bug) and those of 2a with FF, which text never has; then some of jBCrypt's.</summary>
    public static TheoryData<string, string> Published => new()
    {
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "552A55" },
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "552A552A" },
        { "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "552A552A55" },
        { "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", Hex("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored") },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "FFFFA3" },
        { "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "FFFFA3" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "A3" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "A3" },
        { "$2b$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "A3" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi", "FFA33334FFFFFFA3333435" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.nRht2l/HRhr6zmCp9vYUvvsqynflf9e", "FFA3333435" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS", "A36162" },
        { "$2y$05$/OK.fbVrR/bpIqNJ5ianF.6IflQkJytoRVc1yuaNtHfiuq.FRlSIS", "A36162" },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6", Times("AA", 72) + Hex("chars after 72 are ignored as usual") },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy", Times("AA55", 36) },
        { "$2a$05$/OK.fbVrR/bpIqNJ5ianF.9tQZzcJfm3uj2NvJ/n5xkhpqLrMpWCe", Times("55AAFF", 24) },
        { "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", "" },
        { "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.", "" },
        { "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "61" },
        { "$2a$08$Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm", "616263" },
        { "$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq", Hex("abcdefghijklmnopqrstuvwxyz") },
        { "$2a$12$k42ZFHFWqBp3vWli.nIn8uYyIkbvYRvodzbfbK18SSsY.CsIQPlxO", "" },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void PublishedVector_ItsPassword_Matches_AndNoOtherDoes(string hash, string password)
    {
        var bytes = Convert.FromHexString(password);
        var bcrypt = Bcrypt.Parse(hash)!;
        Assert.True(bcrypt.Matches(bytes));
        byte[] other = bytes.Length == 0 ? [1] : [(byte)(bytes[0] ^ 1), .. bytes[1..]];
        Assert.False(bcrypt.Matches(other));
    }

    /// <summary>The 72nd byte counts, the 73rd does not: a longer password is cut there, as bcrypt and Open WebUI's sign-in do.</summary>
    [Theory]
    [InlineData(71, false)]
    [InlineData(72, true)]
    [InlineData(73, true)]
    [InlineData(1000, true)]
    public void Password_Past72Bytes_IsCutThere(int length, bool matches)
    {
        var ofAa = Bcrypt.Parse("$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6")!;
        Assert.Equal(matches, ofAa.Matches(Enumerable.Repeat((byte)0xAA, length).ToArray()));
    }

    /// <summary>The key is "U*U" and a NUL, over and over: "U*U NUL U*U" would be the same key, and to C the same string.</summary>
    [Theory]
    [InlineData("U*U\0")]
    [InlineData("U*U\0U*U")]
    [InlineData("U*U\0and more")]
    [InlineData("U*UU*U")]
    public void Password_WithANulInside_IsNotItsBeginning(string password) =>
        Assert.False(Bcrypt.Parse("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")!.Matches(Encoding.UTF8.GetBytes(password)));

    [Theory]
    [InlineData("")]
    [InlineData("$2a$")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO!W")]
    [InlineData("$2a$05$CCCCCCCC CCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe\u00e9")]
    [InlineData("$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$1a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW")]
    [InlineData("$2a$ 5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$\u0660\u0665$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    public void Hash_MalformedOrTooDear_IsNone(string hash) => Assert.Null(Bcrypt.Parse(hash));

    [Theory]
    [InlineData("04", 4)]
    [InlineData("14", 14)]
    public void Cost_AtEitherEnd_IsRead(string digits, int cost) =>
        Assert.Equal(cost, Bcrypt.Parse($"$2b${digits}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")!.Cost);

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
