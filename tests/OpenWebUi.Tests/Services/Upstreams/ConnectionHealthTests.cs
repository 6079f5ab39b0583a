using OpenWebUi.Services.Upstreams;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Services.Upstreams;

public sealed class ConnectionHealthTests
{
    /// <summary>An administrator changes a key while a stream runs: the connection would look less busy than it is, for ever.</summary>
    [Fact]
    public void CallUnderWay_WhoseConnectionChanges_IsCountedOffWhereItWasCounted()
    {
        var health = new ConnectionHealth(new ManualTime());
        var before = new Connection("c", "c", ConnectionKind.OpenAi, "http://a.invalid/v1", ["one"]);
        var after = before with { Keys = ["two"] };
        UpstreamAttempt first = new(new(before, null), "one"), second = new(new(after, null), "two");
        health.Began(first);
        health.Began(second);
        Assert.Equal(1, health.UnderWay);
        ConnectionHealth.Ended(first);
        Assert.Equal(1, health.UnderWay);
        ConnectionHealth.Ended(second);
        Assert.Equal(0, health.UnderWay);
    }
}
