using OpenWebUi.Services.Settings;

namespace OpenWebUi.Tests.Services.Settings;

public sealed class SessionLifetimeTests
{
    [Theory]
    [InlineData("4w", 28 * 86_400)]
    [InlineData("1h30m", 5_400)]
    [InlineData("30m1h", 5_400)]
    [InlineData("1500ms", 1.5)]
    [InlineData("1.5h", 5_400)]
    [InlineData("1w1d1h1m1s", 694_861)]
    [InlineData("1000ms", 1)]
    [InlineData("3660d", 3660 * 86_400.0)]
    public void Lifetime_NumbersWithUnits_AddUp(string text, double seconds)
    {
        Assert.True(SessionLifetime.TryParse(text, out var lifetime));
        Assert.Equal(TimeSpan.FromSeconds(seconds), lifetime);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0")]
    public void Lifetime_Never_IsNull(string text)
    {
        Assert.True(SessionLifetime.TryParse(text, out var lifetime));
        Assert.Null(lifetime);
    }

    [Theory]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("w")]
    [InlineData("4W")]
    [InlineData("4 w")]
    [InlineData("4y")]
    [InlineData("-1h")]
    [InlineData("-2")]
    [InlineData("+1h")]
    [InlineData("0s")]
    [InlineData("999ms")]
    [InlineData("1h30")]
    [InlineData("1..5h")]
    [InlineData("1,5h")]
    [InlineData("1e3s")]
    [InlineData("٤w")]
    [InlineData("3661d")]
    [InlineData("99999999999999999999999999999999999999w")]
    [InlineData("79228162514264337593543950335w")]
    [InlineData("0.000000000000000000000000000000000000000000000000000000000000000001w")]
    public void Lifetime_WrongOrAbsurd_IsRefused(string text) => Assert.False(SessionLifetime.TryParse(text, out _));
}
