using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenWebUi.FunctionsHostDouble;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;
using OpenWebUi.Services.Conversations;
using OpenWebUi.Tests.Access;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Housekeeping;

public sealed class TimerDoorTests
{
    private const string Payload = """{"Data":{"timer":{"IsPastDue":false}},"Metadata":{"sys":{"MethodName":"Housekeeping"}}}""";

    private static readonly (string, string) Invocation = ("X-Azure-Functions-InvocationId", "0b0c7fd2-6f5c-4b0c-9d6c-6f4f3f0f2a11");

    [Fact]
    public async Task Call_OfTheHostsTimer_RemovesWhatIsDueAndAnswersInItsForm()
    {
        var time = new ManualTime();
        await using var site = await UnderHostAsync(time);
        var rows = site.Services.GetRequiredService<RowStore>();
        await rows.PutAsync(new(ChatRows.Table, "g-gone", "x.a.c"), [], PutCondition.Always, default);
        // Due before the process would look by itself.
        var wait = TimeSpan.FromMinutes(10);
        await site.Services.GetRequiredService<LeftoverStore>().AddAsync([new(time.GetUtcNow() + wait, LeftoverKind.Owner, new("g-gone"))], default);
        time.Advance(wait - TimeSpan.FromMilliseconds(1));
        foreach (var (moved, done, stays) in new[] { (TimeSpan.Zero, 0, true), (TimeSpan.FromMilliseconds(1), 1, false), (TimeSpan.Zero, 0, false) })
        {
            time.Advance(moved);
            using var answer = await site.Client.CallAsync("POST", "/Housekeeping", Payload, Invocation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
            var json = await answer.JsonAsync();
            Assert.Equal(["Outputs", "Logs", "ReturnValue"], json.EnumerateObject().Select(p => p.Name));
            Assert.Equal(JsonValueKind.Object, json.GetProperty("Outputs").ValueKind);
            Assert.StartsWith($"{done} leftovers settled, {done} rows and 0 blobs removed", Assert.Single(json.GetProperty("Logs").EnumerateArray()).GetString(), StringComparison.Ordinal);
            Assert.Equal(stays, await rows.GetAsync(new(ChatRows.Table, "g-gone", "x.a.c"), default) is not null);
        }
    }

    [Theory]
    [InlineData("x-ms-invocation-id", "0b0c7fd2-6f5c-4b0c-9d6c-6f4f3f0f2a11")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("x-forwarded-host", "")]
    [InlineData("X-FORWARDED-PROTO", "https")]
    [InlineData("X-Forwarded-Anything", "x")]
    [InlineData(null, null)]
    public async Task Call_ThatSomebodyMadeThroughTheHost_IsAtNoAddress(string? header, string? value)
    {
        await using var site = await UnderHostAsync(TimeProvider.System);
        await NoteAsync(site);
        using var answer = header is null
            ? await site.Client.CallAsync("POST", "/Housekeeping", Payload)
            : await site.Client.CallAsync("POST", "/Housekeeping", Payload, Invocation, (header, value!), ("User-Agent", "Azure-Functions-Host/4.1044.400"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.True(await IsNotedAsync(site));
    }

    [Fact]
    public async Task Call_WithoutAFunctionsHost_IsAtNoAddress()
    {
        await using var site = await TestSite.StartAsync();
        await NoteAsync(site);
        using var answer = await site.Client.CallAsync("POST", "/Housekeeping", Payload, Invocation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.True(await IsNotedAsync(site));
    }

    private static Task<PutOutcome> NoteAsync(TestSite site) => site.Services.GetRequiredService<RowStore>()
        .PutAsync(new(Leftover.Table, Leftover.Partition, "0000000000001.o.g-gone"), [], PutCondition.Always, default);

    private static async Task<bool> IsNotedAsync(TestSite site) => await site.Services.GetRequiredService<RowStore>()
        .GetAsync(new(Leftover.Table, Leftover.Partition, "0000000000001.o.g-gone"), default) is not null;

    private static Task<TestSite> UnderHostAsync(TimeProvider time) =>
        TestSite.StartAsync(time, ("FUNCTIONS_CUSTOMHANDLER_PORT", $"{FreePort.Find()}"), ("CODE", "right"));
}
