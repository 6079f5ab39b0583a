using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Storage;

public sealed class RowPropertiesTests
{
    [Fact]
    public void Property_ThatIsNotThere_IsNullInEveryType()
    {
        var properties = new RowProperties();
        Assert.Null(properties.GetText("X"));
        Assert.Null(properties.GetBoolean("X"));
        Assert.Null(properties.GetInt64("X"));
        Assert.Null(properties.GetDouble("X"));
        Assert.Null(properties.GetTime("X"));
        Assert.Null(properties.GetBytes("X"));
    }
}
