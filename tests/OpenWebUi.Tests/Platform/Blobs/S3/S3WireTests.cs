using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>What goes over the wire to an S3 service, and what is made of answers that go wrong at one exact place.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class S3WireTests : IAsyncLifetime
{
    private const int PartBytes = 1_000;

    private static readonly BlobPath Path = new("Files/a-._B");
    private static readonly string Key = $"{S3ServiceDouble.Prefix}/{Path}";

    private S3ServiceDouble? service;
    private BlobStore? store;

    private BlobStore Store => store!;

    private S3ServiceDouble Service => service!;

    private static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync()
    {
        service = await S3ServiceDouble.StartAsync();
        store = New(service.Known());
    }

    public async Task DisposeAsync()
    {
        store?.Dispose();
        await Service.DisposeAsync();
    }

    private static BlobStore New(S3Bucket bucket) =>
        new(new S3BackEnd(bucket, new S3BlobsOptions { PartBytes = PartBytes, FirstRetryDelay = TimeSpan.FromMilliseconds(1), NetworkTimeout = TimeSpan.FromSeconds(20) }));

    private Task<BlobPutOutcome> PutAsync(byte[] content, BlobPutMode mode = BlobPutMode.Always) => Store.PutAsync(Path, content, "text/plain", mode, None);

    private async Task<byte[]?> BytesAsync()
    {
        await using var read = await Store.OpenReadAsync(Path, null, None);
        using var bytes = new MemoryStream();
        await (read?.Content.CopyToAsync(bytes) ?? Task.CompletedTask);
        return read is null ? null : bytes.ToArray();
    }

    private static byte[] Content(int length, byte seed = 1) => [.. Enumerable.Range(0, length).Select(n => (byte)((n * 7) + (n / 251) + seed))];

    /// <summary>The request that makes an object seen.</summary>
    private static bool IsCommit(HttpRequest request) =>
        request.Method == "POST" ? request.Query.ContainsKey("uploadId") : request.Method == "PUT" && !request.Query.ContainsKey("uploadId");

    private string Verbs(int from = 0) => string.Join(' ', Service.Seen.Skip(from).Select(seen =>
        seen.Method + (seen.Target.Contains("uploads=", StringComparison.Ordinal) ? ":begin" : seen.Target.Contains("partNumber=", StringComparison.Ordinal) ? ":part" : seen.Target.Contains("uploadId=", StringComparison.Ordinal) ? ":end" : "")));

    [Theory]
    [InlineData(0, "PUT")]
    [InlineData(PartBytes - 1, "PUT")]
    [InlineData(PartBytes, "POST:begin PUT:part POST:end")]
    [InlineData(PartBytes + 1, "POST:begin PUT:part PUT:part POST:end")]
    [InlineData(PartBytes * 3, "POST:begin PUT:part PUT:part PUT:part POST:end")]
    public async Task Put_AroundThePartSize_TheRequestsThatItNeeds(int length, string expected)
    {
        Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(length)));

        Assert.Equal(expected, Verbs());
        Assert.Equal(Content(length), await BytesAsync());
        Assert.Equal([Key], Service.Bucket.Keys);
    }

    [Fact]
    public async Task Delete_AsksWhetherItIsThere()
    {
        await PutAsync([1]);

        Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(Path, None));
        Assert.Equal(BlobDeleteOutcome.Missing, await Store.DeleteAsync(Path, None));
        Assert.Equal("PUT HEAD DELETE HEAD", Verbs());
    }

    [Fact]
    public async Task Names_StandInTheAddressAsTheyAre()
    {
        await PutAsync([1]);
        await Store.ListAsync(BlobPrefix.StartingWith("Files/a-._"), 7, null, None);

        Assert.Equal($"/box/{Key}", Service.Seen[0].Target);
        Assert.Equal("/box?list-type=2&max-keys=7&prefix=our%2Fkeys%2FFiles%2Fa-._", Service.Seen[1].Target);
    }

    [Fact]
    public async Task List_ObjectsOfOthersInTheBucket_AreNotSeen()
    {
        await PutAsync([1]);
        using var others = New(Service.Known() with { Prefix = new BlobPath("our") });
        await others.PutAsync(new BlobPath("keys-of-others"), new byte[] { 1 }, "text/plain", BlobPutMode.Always, None);

        Assert.Equal([Path], (await Store.ListAsync(BlobPrefix.All, 10, null, None)).Blobs.Select(blob => blob.Path));
    }

    [Theory]
    [InlineData(10, nameof(Fault.CutAfter), nameof(BlobPutMode.IfAbsent))]
    [InlineData(10, nameof(Fault.ErrorAfter), nameof(BlobPutMode.IfAbsent))]
    [InlineData(PartBytes * 2, nameof(Fault.CutAfter), nameof(BlobPutMode.IfAbsent))]
    [InlineData(PartBytes * 2, nameof(Fault.ErrorAfter), nameof(BlobPutMode.IfAbsent))]
    [InlineData(PartBytes * 2, nameof(Fault.CutAfter), nameof(BlobPutMode.Always))]
    public async Task Put_DoneButItsAnswerLost_Stored(int length, string fault, string mode)
    {
        Service.Order(Enum.Parse<Fault>(fault), IsCommit);

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(length), Enum.Parse<BlobPutMode>(mode)));

        Assert.Equal("HEAD", Service.Seen[^1].Method);
        Assert.Equal(Service.Seen[^2].Id, Service.Seen[^1].Id);
        Assert.Equal(Content(length), await BytesAsync());
        Assert.Empty(Service.Bucket.Unfinished);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(PartBytes * 2)]
    public async Task PutIfAbsent_NotDoneAndAnotherIsThere_ConflictAndNothingIsLeft(int length)
    {
        await PutAsync(Content(length, seed: 9), BlobPutMode.IfAbsent);
        Service.Order(Fault.CutBefore, IsCommit);

        Assert.Equal(BlobPutOutcome.Conflict, await PutAsync(Content(length), BlobPutMode.IfAbsent));
        Assert.Equal(Content(length, seed: 9), await BytesAsync());
        Assert.Empty(Service.Bucket.Unfinished);
    }

    [Fact]
    public async Task EndOfAnUpload_AnErrorUnderStatus200_IsTriedAgain()
    {
        var refusals = 1;
        Service.Instead = request => IsCommit(request) && request.Method == "POST" && refusals-- > 0 ? S3DoubleAnswer.Error(200, "InternalError") : null;

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(PartBytes * 2)));
        Assert.Equal(Content(PartBytes * 2), await BytesAsync());
    }

    [Fact]
    public async Task ConcurrentChange_Refused409_IsTriedAgain()
    {
        var refusals = 1;
        Service.Instead = request => request.Method == "PUT" && refusals-- > 0 ? S3DoubleAnswer.Error(409, "ConditionalRequestConflict") : null;

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync([1], BlobPutMode.IfAbsent));
        Assert.Equal("PUT PUT", Verbs());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(PartBytes * 2)]
    public async Task PutIfAbsent_ServiceThatRefusesTheCondition_OneSentenceAndNothingIsLeft(int length)
    {
        Service.Bucket.ConditionRefusal = 501;

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync(Content(length), BlobPutMode.IfAbsent));

        Assert.Contains("use a service that knows If-None-Match", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Service.Bucket.Keys);
        Assert.Empty(Service.Bucket.Unfinished);
        Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(length)));
    }

    [Fact]
    public async Task PutIfAbsent_ServiceThatIgnoresTheCondition_WritesOver()
    {
        Service.Bucket.IgnoresConditions = true;
        await PutAsync([1]);

        Assert.Equal(BlobPutOutcome.Stored, await PutAsync([2], BlobPutMode.IfAbsent));
        Assert.Equal([2], await BytesAsync());
    }

    [Theory]
    [InlineData(nameof(Fault.Busy))]
    [InlineData(nameof(Fault.TooMany))]
    [InlineData(nameof(Fault.CutBefore))]
    public async Task EveryVerb_RefusedOnce_IsTriedAgainUnderTheSameId(string fault)
    {
        await PutAsync(Content(PartBytes * 2));
        foreach (var call in new Func<Task>[]
        {
            async () => Assert.Equal(BlobPutOutcome.Stored, await PutAsync(Content(PartBytes * 2))),
            async () => Assert.Equal(Content(PartBytes * 2), await BytesAsync()),
            async () => Assert.Single((await Store.ListAsync(BlobPrefix.All, 10, null, None)).Blobs),
            async () => Assert.Equal(0, await Store.SweepAsync(None)),
            async () => Assert.Equal(BlobDeleteOutcome.Deleted, await Store.DeleteAsync(Path, None)),
        })
        {
            var from = Service.Seen.Count;
            Service.Order(Enum.Parse<Fault>(fault), _ => true);
            await call();
            Assert.Equal(Service.Seen[from].Id, Service.Seen[from + 1].Id);
        }
    }

    [Fact]
    public async Task Service_SilentUntilTheTimeIsOver_OneSentence()
    {
        using var impatient = new BlobStore(new S3BackEnd(Service.Known(), new S3BlobsOptions { NetworkTimeout = TimeSpan.FromMilliseconds(200), MaxRetries = 0 }));
        Service.Order(Fault.Hang, _ => true);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => impatient.DeleteAsync(Path, None));
        Assert.Contains("did not answer in time", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_BusyForAnHour_OneSentenceAtOnce()
    {
        Service.Order(Fault.LongBusy, _ => true);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => PutAsync([1]));

        Assert.Matches(@"^The S3 bucket box at 127\.0\.0\.1:\d+ stayed too busy; .*\(503 SlowDown\)\.$", failure.Message);
        Assert.Single(Service.Seen);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Download_CutInTheMiddle_TheReaderSeesAnErrorAndNeverTheEnd(int length)
    {
        await PutAsync(Content(length));
        Service.Order(Fault.CutMiddle, request => request.Method == "GET");
        await using var read = await Store.OpenReadAsync(Path, null, None);
        Assert.Equal(length, read!.ContentLength);

        using var bytes = new MemoryStream();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => read.Content.CopyToAsync(bytes));

        Assert.True(bytes.Length < length);
        Assert.StartsWith("The S3 bucket box", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Content(length), await BytesAsync());
    }

    [Fact]
    public async Task Put_OfAContentThatBreaks_AbortsItsUpload()
    {
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() =>
            Store.PutAsync(Path, new SourceStream(Content(20_000), breakAfter: 15_000), "text/plain", BlobPutMode.Always, None));

        Assert.Equal("DELETE:end", Verbs(Service.Seen.Count - 1));
        Assert.Empty(Service.Bucket.Unfinished);
        Assert.Empty(Service.Bucket.Keys);
    }

    [Fact]
    public async Task Sweep_UploadsOfAKill_GoAfterADayAndNothingElse()
    {
        using var others = new S3Client(Service.Known(), new S3BlobsOptions());
        foreach (var key in new[] { Key, $"{S3ServiceDouble.Prefix}/b", $"{S3ServiceDouble.Prefix}/c", "other/d", $"{S3ServiceDouble.Prefix}/no path: of ours" })
        {
            await S3Upload.BeginAsync(others, Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal), [], None);
        }

        Service.Bucket.Age = TimeSpan.FromHours(23);
        Assert.Equal(0, await Store.SweepAsync(None));
        Service.Bucket.Age = TimeSpan.FromHours(25);
        Assert.Equal(3, await Store.SweepAsync(None));
        Assert.Equal(0, await Store.SweepAsync(None));

        Assert.Equal(["other/d", $"{S3ServiceDouble.Prefix}/no path: of ours"], Service.Bucket.Unfinished);
    }

    [Fact]
    public async Task Sweep_ServiceThatListsNoUploads_LeavesThemToIt()
    {
        Service.Instead = _ => S3DoubleAnswer.Error(501, "NotImplemented");

        Assert.Equal(0, await Store.SweepAsync(None));
    }
}
