using OpenWebUi.Platform.Configuration;
using OpenWebUi.Services.Identity;

namespace OpenWebUi.Tests.Services.Identity;

public sealed class PasswordPolicyTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("1234567", false)]
    [InlineData("12345678", true)]
    [InlineData("        ", true)]
    [InlineData("\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", true)]
    [InlineData("\U0001F511\U0001F511\U0001F511\U0001F511", false)]
    public void Password_WithoutARule_NeedsEightCharacters(string password, bool isFine)
    {
        var policy = Read();
        Assert.Equal(isFine, policy.Fault(password) is null);
        Assert.Equal(8, policy.MinCharacters);
        Assert.Null(policy.Hint);
    }

    /// <summary>No theory: an attribute is stored as UTF-8, which has no halves.</summary>
    [Fact]
    public void Password_WithHalfACharacter_IsRefused() =>
        Assert.All((string[])["12345678\uD83D", "\uDD1112345678", "1234\uDD11\uD83D5678"], password =>
            Assert.StartsWith("The password has half a character", Read().Fault(password), StringComparison.Ordinal));

    [Fact]
    public void Password_TooShort_SaysHowLongItMustBe() =>
        Assert.Equal("The password is too short. Use at least 8 characters.", Read().Fault("1234567"));

    [Fact]
    public void Password_Of256Characters_IsTheLongest()
    {
        foreach (var policy in (PasswordPolicy[])[Read(), Read(("ENABLE_PASSWORD_VALIDATION", "true"), ("PASSWORD_VALIDATION_REGEX_PATTERN", "."))])
        {
            Assert.Null(policy.Fault(string.Concat(Enumerable.Repeat("\U0001F511", 256))));
            Assert.Equal("The password is too long. Use at most 256 characters.", policy.Fault(new string('x', 257)));
        }
    }

    [Theory]
    [InlineData("Abcdef1!", true)]
    [InlineData("Abcde1!", false)]
    [InlineData("abcdef1!", false)]
    [InlineData("ABCDEF1!", false)]
    [InlineData("Abcdefg!", false)]
    [InlineData("Abcdefg1", false)]
    [InlineData("Abcdef1_", false)]
    public void DefaultPattern_WantsLowerUpperDigitAndSymbol(string password, bool isFine)
    {
        var policy = Read(("ENABLE_PASSWORD_VALIDATION", "True"));
        Assert.Equal(8, policy.MinCharacters);
        Assert.Equal(isFine ? null : policy.Hint, policy.Fault(password));
        Assert.Contains("8 characters", policy.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[0-9]{4}", "1234", true)]
    [InlineData("[0-9]{4}", "1234 and more", true)]
    [InlineData("[0-9]{4}", "no 1234", false)]
    [InlineData("[0-9]{4}", "no", false)]
    [InlineData(".*", "", false)]
    public void OwnPattern_Decides_FromTheFirstCharacterOn(string pattern, string password, bool isFine)
    {
        var policy = Read(("ENABLE_PASSWORD_VALIDATION", "true"), ("PASSWORD_VALIDATION_REGEX_PATTERN", pattern));
        Assert.Equal(1, policy.MinCharacters);
        Assert.Null(policy.Hint);
        Assert.Equal(isFine, policy.Fault(password) is null);
    }

    [Fact]
    public void Hint_OfTheSite_IsWhatARefusalSays()
    {
        var policy = Read(("ENABLE_PASSWORD_VALIDATION", "true"), ("PASSWORD_VALIDATION_REGEX_PATTERN", "^[0-9]{4}$"), ("PASSWORD_VALIDATION_HINT", "Four digits."));
        Assert.Equal("Four digits.", policy.Hint);
        Assert.Equal("Four digits.", policy.Fault("12345"));
    }

    [Fact]
    public void Pattern_WithoutValidation_IsNotRead() =>
        Assert.Null(Read(("PASSWORD_VALIDATION_REGEX_PATTERN", "^["), ("PASSWORD_VALIDATION_HINT", "Four digits.")).Hint);

    [Theory]
    [InlineData("^[")]
    [InlineData("(?P<digit>[0-9])")]
    [InlineData("*")]
    public void Pattern_ThatIsNone_IsAFaultWithItsName(string pattern)
    {
        var faults = new FaultList();
        PasswordPolicy.Read(Reader(faults, ("ENABLE_PASSWORD_VALIDATION", "true"), ("PASSWORD_VALIDATION_REGEX_PATTERN", pattern)));
        Assert.Equal("PASSWORD_VALIDATION_REGEX_PATTERN", Assert.Single(faults.All).Variable);
    }

    [Fact]
    public void Hint_TooLong_IsAFault()
    {
        var faults = new FaultList();
        PasswordPolicy.Read(Reader(faults, ("PASSWORD_VALIDATION_HINT", new string('x', 501))));
        Assert.Equal("PASSWORD_VALIDATION_HINT", Assert.Single(faults.All).Variable);
    }

    [Fact]
    public void Pattern_ThatWouldTakeForever_RefusesInTime()
    {
        var policy = Read(("ENABLE_PASSWORD_VALIDATION", "true"), ("PASSWORD_VALIDATION_REGEX_PATTERN", "^((a|a)+)+$"));
        Assert.StartsWith("The password could not be checked in time.", policy.Fault(new string('a', 60) + "!"), StringComparison.Ordinal);
    }

    private static PasswordPolicy Read(params (string Name, string Value)[] set)
    {
        var faults = new FaultList();
        var policy = PasswordPolicy.Read(Reader(faults, set));
        Assert.Empty(faults.All);
        return policy;
    }

    private static VariableReader Reader(FaultList faults, params (string Name, string Value)[] set) =>
        new(new Variables(set.ToDictionary(s => s.Name, s => s.Value)), faults);
}
