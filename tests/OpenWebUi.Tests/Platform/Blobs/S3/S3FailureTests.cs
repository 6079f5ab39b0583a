using System.Net;
using System.Net.Sockets;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.S3;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>The sentence for an operator where the bucket does not let us or is not there; never a secret in it.</summary>
public sealed class S3FailureTests
{
    private static readonly BlobPath Path = new("a");

    private static CancellationToken None => CancellationToken.None;

    [Theory]
    [InlineData("secret", "refuses the signature; check S3_SECRET_ACCESS_KEY", "403 SignatureDoesNotMatch")]
    [InlineData("id", "does not know the access key; check S3_ACCESS_KEY_ID", "403 InvalidAccessKeyId")]
    [InlineData("region", "is in the region eu-test-1; set S3_REGION_NAME=eu-test-1", "400 AuthorizationHeaderMalformed")]
    [InlineData("bucket", "is not there; make it, or correct S3_BUCKET_NAME", "404 NoSuchBucket")]
    public async Task Settings_ThatAreWrong_SayWhichOneToCorrect(string what, string expected, string code)
    {
        await using var service = await S3ServiceDouble.StartAsync();
        var bucket = service.Known(
            secret: what == "secret" ? "zq7marker-wrong-secret" : null, name: what == "bucket" ? "other" : S3ServiceDouble.BucketName,
            region: what == "region" ? "eu-other-1" : S3ServiceDouble.Region, id: what == "id" ? "AKIAzq7marker" : S3ServiceDouble.AccessKeyId);
        using var store = Store(bucket);

        var failure = await FailureAsync(() => store.PutAsync(Path, new byte[] { 1 }, "text/plain", BlobPutMode.Always, None));
        Assert.StartsWith($"The S3 bucket {bucket.Name} at 127.0.0.1:", failure, StringComparison.Ordinal);
        Assert.Contains(expected, failure, StringComparison.Ordinal);
        Assert.EndsWith($" ({code}).", failure, StringComparison.Ordinal);
        Assert.Contains(expected, await FailureAsync(() => store.ListAsync(BlobPrefix.All, 10, null, None)), StringComparison.Ordinal);
        Assert.Contains(expected, await FailureAsync(() => store.OpenReadAsync(Path, null, None)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "AccessDenied", "s3:GetObject, s3:PutObject")]
    [InlineData(403, "RequestTimeTooSkewed", "set this machine's clock")]
    [InlineData(301, "PermanentRedirect", "correct S3_REGION_NAME")]
    [InlineData(404, "", "check S3_ENDPOINT_URL and S3_BUCKET_NAME")]
    [InlineData(500, "InternalError", "failed; try again later")]
    [InlineData(400, "MalformedXML", "fault of the program")]
    [InlineData(302, "", "S3_ENDPOINT_URL")]
    [InlineData(403, "<script>zq7marker", "s3:GetObject, s3:PutObject")]
    public async Task Refusal_ForGood_OneSentenceThatSaysWhatToDo(int status, string code, string expected)
    {
        await using var service = await S3ServiceDouble.StartAsync();
        service.Instead = _ => S3DoubleAnswer.Error(status, WebUtility.HtmlEncode(code));
        using var store = Store(service.Known());

        Assert.Contains(expected, await FailureAsync(() => store.PutAsync(Path, new byte[] { 1 }, "text/plain", BlobPutMode.Always, None)), StringComparison.Ordinal);
        Assert.Contains(expected, await FailureAsync(() => store.ListAsync(BlobPrefix.All, 10, null, None)), StringComparison.Ordinal);
        Assert.Contains(expected, await FailureAsync(() => store.SweepAsync(None)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("hello")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b;</ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>our/keys/a</Key></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>our/keys/a</Key><Size>1</Size><LastModified>tomorrow</LastModified></Contents></ListBucketResult>")]
    [InlineData("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")]
    public async Task List_AnswerOfSomethingElse_OneSentence(string body)
    {
        await using var service = await S3ServiceDouble.StartAsync();
        service.Instead = _ => S3DoubleAnswer.Empty(200) with { Body = System.Text.Encoding.UTF8.GetBytes(body) };
        using var store = Store(service.Known());

        Assert.Contains("cannot be read", await FailureAsync(() => store.ListAsync(BlobPrefix.All, 10, null, None)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatDoesNotListen_OneSentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        using var store = Store(new S3Bucket("box", $"http://127.0.0.1:{port}/box", "us-east-1", new BlobPath("p"), new S3Credential("i", "s")));

        Assert.Equal(
            $"The S3 bucket box at 127.0.0.1:{port} refuses connections; start the service, or check S3_ENDPOINT_URL.",
            await FailureAsync(() => store.ListAsync(BlobPrefix.All, 10, null, None)));
    }

    [Fact]
    public async Task Service_WhoseNameIsNone_OneSentence()
    {
        using var store = Store(new S3Bucket("box", "http://box.invalid/box", "us-east-1", new BlobPath("p"), new S3Credential("i", "s")));

        Assert.Contains("has a name that cannot be resolved; check S3_ENDPOINT_URL", await FailureAsync(() => store.ListAsync(BlobPrefix.All, 10, null, None)), StringComparison.Ordinal);
    }

    private static BlobStore Store(S3Bucket bucket) => new(new S3BackEnd(bucket, new S3BlobsOptions { MaxRetries = 1, FirstRetryDelay = TimeSpan.FromMilliseconds(1) }));

    private static async Task<string> FailureAsync(Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(call);
        Assert.DoesNotContain("zq7marker", failure.ToString(), StringComparison.Ordinal);
        return failure.Message;
    }
}
