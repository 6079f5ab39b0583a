using System.Net;
using Azure.Core;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Blobs;
using OpenWebUi.Platform.Blobs.AzureBlobs;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Tests.Platform.Azure;

namespace OpenWebUi.Tests.Platform.Blobs;

/// <summary>Who calls the Blob service, and the sentence for an operator where it does not let us or is not there.</summary>
public sealed class AzureBlobsAccountTests
{
    private static readonly BlobPath Path = new("a");

    private static CancellationToken None => CancellationToken.None;

    private static StorageAccount Account(StorageCredential credential, string endpoint = "https://acc.blob.core.windows.net") =>
        new("acc", new Uri("https://acc.table.core.windows.net"), new Uri(endpoint), credential);

    private static StorageCredential Key => new StorageCredential.SharedKey([1, 2, 3]);

    private static StoragePipeline Pipeline(StorageAccount account, HttpMessageHandler? handler = null) =>
        new(account, new StoragePipelineOptions { Handler = handler, MaxRetries = 1, FirstRetryDelay = TimeSpan.FromMilliseconds(1) });

    private static BlobStore Store(StoragePipeline pipeline) => new(new AzureBlobsBackEnd(pipeline, new AzureBlobsOptions("box")));

    [Fact]
    public async Task Entra_EveryRequestBearsATokenForStorage()
    {
        var identity = new FakeIdentity();
        var far = new FarEnd(_ => new HttpResponseMessage(HttpStatusCode.Created));
        using var pipeline = Pipeline(Account(new StorageCredential.Entra(new Lazy<TokenCredential>(identity))), far);

        Assert.Equal(BlobPutOutcome.Stored, await Store(pipeline).PutAsync(Path, new byte[] { 1 }, "text/plain", BlobPutMode.IfAbsent, None));

        var request = Assert.Single(far.Requests);
        Assert.Equal("https://acc.blob.core.windows.net/box/a", request.RequestUri!.AbsoluteUri);
        Assert.Equal("Bearer token-of-the-test", request.Headers.Authorization!.ToString());
        Assert.Equal(["https://storage.azure.com/.default"], identity.Scopes);
        Assert.Equal("BlockBlob", Assert.Single(request.Headers.GetValues("x-ms-blob-type")));
        Assert.Equal("text/plain", Assert.Single(request.Headers.GetValues("x-ms-blob-content-type")));
        Assert.Equal("*", request.Headers.IfNoneMatch.ToString());
        Assert.True(string.CompareOrdinal(Assert.Single(request.Headers.GetValues("x-ms-version")), "2017-11-09") >= 0, "Entra tokens need 2017-11-09 or later.");
    }

    [Fact]
    public async Task List_Marker_GoesBackAsItCame()
    {
        const string marker = "2!92!MDAw a/+%&=?ä";
        var far = new FarEnd(_ => Xml($"<EnumerationResults><Blobs><Blob><Name>no path</Name><Properties/></Blob></Blobs><NextMarker>{WebUtility.HtmlEncode(marker)}</NextMarker></EnumerationResults>"));
        using var pipeline = Pipeline(Account(Key), far);

        var page = await Store(pipeline).ListAsync(BlobPrefix.All, 10, null, None);
        await Store(pipeline).ListAsync(BlobPrefix.All, 10, page.Continuation, None);

        Assert.Empty(page.Blobs);
        Assert.EndsWith($"&marker={Uri.EscapeDataString(marker)}", far.Requests[1].RequestUri!.AbsoluteUri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("hello")]
    [InlineData("<EnumerationResults><Blobs><Blob><Name>a</Name><Properties/></Blob></Blobs></EnumerationResults>")]
    public async Task List_AnswerOfSomethingElse_OneSentence(string body)
    {
        using var pipeline = Pipeline(Account(Key), new FarEnd(_ => Xml(body)));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store(pipeline).ListAsync(BlobPrefix.All, 10, null, None));
        Assert.Contains("cannot be read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "AuthenticationFailed", "refuses the account key; check AccountKey in AzureWebJobsStorage")]
    [InlineData(403, "AccountIsDisabled", "is disabled")]
    [InlineData(404, "ResourceNotFound", "check the account's name and address")]
    [InlineData(409, "ContainerBeingDeleted", "still deleting the container box")]
    [InlineData(412, "LeaseIdMissing", "lease")]
    [InlineData(500, "InternalError", "failed; try again later")]
    [InlineData(400, "InvalidHeaderValue", "fault of the program")]
    [InlineData(302, "", "fault of the program")]
    public async Task EveryVerb_RefusedForGood_OneSentenceThatSaysWhatToDo(int status, string code, string expected)
    {
        using var pipeline = Pipeline(Account(Key), new FarEnd(_ =>
        {
            var answer = new HttpResponseMessage((HttpStatusCode)status);
            answer.Headers.TryAddWithoutValidation("x-ms-error-code", code);
            return answer;
        }));
        var store = Store(pipeline);
        foreach (var call in new Func<Task>[]
        {
            () => store.PutAsync(Path, new byte[] { 1 }, "text/plain", BlobPutMode.IfAbsent, None),
            () => store.OpenReadAsync(Path, null, None),
            () => store.DeleteAsync(Path, None),
            () => store.ListAsync(BlobPrefix.All, 10, null, None),
        })
        {
            var message = (await Assert.ThrowsAsync<StoreUnavailableException>(call)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.StartsWith("The Blob service of the storage account acc at acc.blob.core.windows.net ", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Identity_Refused_NamesTheRole()
    {
        using var pipeline = Pipeline(Account(new StorageCredential.Entra(new Lazy<TokenCredential>(new FakeIdentity()))), new FarEnd(_ => new HttpResponseMessage(HttpStatusCode.Forbidden)));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store(pipeline).DeleteAsync(Path, None));
        Assert.Contains("Storage Blob Data Contributor", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azurite_WithAnotherKey_RefusesIt()
    {
        var azurite = await AzuriteServer.GetAsync();
        using var pipeline = Pipeline(AzuriteServer.AccountOf(azurite.ConnectionString) with { Credential = Key });

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store(pipeline).DeleteAsync(Path, None));
        Assert.Contains("refuses the account key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azurite_NotRunning_AsksForIt()
    {
        using var gone = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var port = ((IPEndPoint)gone.LocalEndpoint).Port;
        gone.Stop();
        using var pipeline = Pipeline(AzuriteServer.AccountOf(AzuriteServer.ConnectionStringOf(new Uri($"http://127.0.0.1:{port}/x"), new Uri($"http://127.0.0.1:{port}/x"))));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => Store(pipeline).OpenReadAsync(Path, null, None));
        Assert.Contains("start Azurite", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"t\"", 3, "abc", true)]
    [InlineData(null, 3, "abc", false)]
    [InlineData("\"t\"", 5, "abc", false)]
    public async Task Open_AnswerThatIsShortOrWithoutATag_NeverReadsAsWhole(string? etag, int length, string body, bool isWhole)
    {
        using var pipeline = Pipeline(Account(Key), new FarEnd(_ =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(System.Text.Encoding.ASCII.GetBytes(body))) };
            answer.Content.Headers.ContentLength = length;
            answer.Headers.TryAddWithoutValidation("ETag", etag);
            return answer;
        }));

        var reading = async () =>
        {
            await using var read = await Store(pipeline).OpenReadAsync(Path, null, None);
            await read!.Content.CopyToAsync(Stream.Null);
        };
        await (isWhole ? reading() : Assert.ThrowsAsync<StoreUnavailableException>(reading));
    }

    [Theory]
    [InlineData(nameof(BlobPutMode.Always), nameof(BlobPutOutcome.Stored))]
    [InlineData(nameof(BlobPutMode.IfAbsent), nameof(BlobPutOutcome.Conflict))]
    public async Task PutOfBlocks_WhoseBlocksAnotherWriteDropped_CountsAsDoneJustBeforeItOrNotAtAll(string mode, string expected)
    {
        using var pipeline = Pipeline(Account(Key), new FarEnd(request =>
        {
            var isList = request.RequestUri!.Query.Contains("comp=blocklist", StringComparison.Ordinal);
            var answer = new HttpResponseMessage(isList ? HttpStatusCode.BadRequest : HttpStatusCode.Created);
            answer.Headers.TryAddWithoutValidation("x-ms-error-code", isList ? "InvalidBlockList" : null);
            return answer;
        }));
        var store = new BlobStore(new AzureBlobsBackEnd(pipeline, new AzureBlobsOptions("box") { BlockBytes = 10 }));

        Assert.Equal(Enum.Parse<BlobPutOutcome>(expected), await store.PutAsync(Path, new byte[100], "text/plain", Enum.Parse<BlobPutMode>(mode), None));
    }

    [Fact]
    public async Task Download_ThatStalls_OneSentenceAfterTheNetworkTimeout()
    {
        using var pipeline = new StoragePipeline(Account(Key), new StoragePipelineOptions
        {
            NetworkTimeout = TimeSpan.FromMilliseconds(50),
            Handler = new FarEnd(_ =>
            {
                var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new StalledStream()) };
                answer.Content.Headers.ContentLength = 100;
                answer.Headers.TryAddWithoutValidation("ETag", "\"t\"");
                return answer;
            }),
        });

        await using var read = await Store(pipeline).OpenReadAsync(Path, null, None);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => read!.Content.CopyToAsync(Stream.Null));
        Assert.Contains("did not answer in time", failure.Message, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Xml(string body) => new(HttpStatusCode.OK) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/xml") };

    private sealed class FakeIdentity : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken("token-of-the-test", DateTimeOffset.UtcNow.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }

    private sealed class StalledStream : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }

    /// <summary>The far end of the wire.</summary>
    private sealed class FarEnd(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<HttpRequestMessage> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Task.FromResult(answer(request));
        }
    }
}
