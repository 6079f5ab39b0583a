using System.Net;

namespace OpenWebUi.Tests.Site;

public sealed class SiteTests
{
    [Fact]
    public async Task Health_AskedByAnybody_Answers()
    {
        await using var site = await TestSite.StartAsync();
        using var answer = await site.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"status":true}""", await answer.Content.ReadAsStringAsync());
    }
}
