using System.Net;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Package;

namespace OpenWebUi.Tests.Housekeeping;

/// <summary>The timer as the Functions host calls it, and as somebody outside would like to.</summary>
[Collection(PackageGroup.Name)]
public sealed class HostedTimerTests(PublishedPackage package)
{
    [Fact]
    public async Task Timer_CalledByTheHost_Succeeds()
    {
        await using var site = await HostedPackage.StartAsync(package);
        Assert.Equal(TriggerKind.Timer, Assert.Single(site.Host.Functions, f => f.Name == "Housekeeping").Trigger);
        foreach (var isPastDue in (bool[])[false, true])
        {
            var result = await site.Host.InvokeTimerAsync("Housekeeping", isPastDue);
            Assert.True(result.Succeeded, result.Reason);
            Assert.Equal(["0 leftovers settled, 0 rows and 0 blobs removed; nothing is left for the next time. 0 old counts of wrong attempts and 0 of used tokens removed."], result.Logs);
        }
    }

    [Theory]
    [InlineData("/Housekeeping")]
    [InlineData("/housekeeping")]
    [InlineData("/Housekeeping/")]
    public async Task Timer_CalledFromOutside_IsAtNoAddress(string path)
    {
        await using var site = await HostedPackage.StartAsync(package);
        using var answer = await site.Client.CallAsync("POST", path, """{"Data":{},"Metadata":{}}""",
            ("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString()), ("User-Agent", "Azure-Functions-Host/4.1044.400"),
            ("X-Azure-Functions-HostVersion", "4.1044.400"), ("Connection", "X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, x-ms-invocation-id"));
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]);
        Assert.DoesNotContain("Outputs", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
