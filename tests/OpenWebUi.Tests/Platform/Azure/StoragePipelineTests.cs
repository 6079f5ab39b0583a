using System.Net;
using System.Text;
using Azure.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Configuration;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Platform.Storage.AzureTables;

namespace OpenWebUi.Tests.Platform.Azure;

/// <summary>What proves to the services who calls. Shared Key for tables is proved by every other test on Azurite.</summary>
public sealed class StoragePipelineTests
{
    private static readonly RowKey Row = new("table", "partition", "row");

    [Fact]
    public async Task Entra_EveryRequest_BearsATokenForStorageThatIsAskedForOnce()
    {
        var credential = new RecordingCredential();
        using var service = new RecordingHandler();
        using var pipeline = new StoragePipeline(Account(credential), new StoragePipelineOptions { Handler = service });
        using var store = new RowStore(new AzureTablesBackEnd(pipeline, new AzureTablesOptions("openwebui")));

        await store.GetAsync(Row, CancellationToken.None);
        await store.GetAsync(Row, CancellationToken.None);

        Assert.Equal(["https://storage.azure.com/.default"], credential.Scopes);
        Assert.Equal(2, service.Requests.Count);
        Assert.All(service.Requests, request =>
        {
            Assert.Equal("Bearer token-1", request.Headers.Authorization!.ToString());
            Assert.Equal("2021-12-02", Assert.Single(request.Headers.GetValues("x-ms-version")));
            Assert.Single(request.Headers.GetValues("x-ms-date"));
            Assert.Equal("https://shop.table.core.windows.net/openwebuitable(PartitionKey='partition',RowKey='row')", request.RequestUri!.AbsoluteUri);
            Assert.Empty(request.Headers.UserAgent);
        });
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "Storage Table Data Contributor")]
    [InlineData(HttpStatusCode.BadRequest, "please report it")]
    public async Task Entra_Refused_SaysWhichRoleIsMissing(HttpStatusCode status, string expected)
    {
        using var service = new RecordingHandler { Status = status };
        using var pipeline = new StoragePipeline(Account(new RecordingCredential()), new StoragePipelineOptions { Handler = service });
        using var store = new RowStore(new AzureTablesBackEnd(pipeline, new AzureTablesOptions("openwebui")));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetAsync(Row, CancellationToken.None));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManagedIdentity_OfAppService_GetsTheTokenFromItsEndpoint()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var identity = builder.Build();
        var asked = new List<string>();
        identity.Run(context =>
        {
            asked.Add($"{context.Request.Headers["X-IDENTITY-HEADER"]} {context.Request.QueryString}");
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync($$"""{"access_token":"managed","expires_on":"{{DateTimeOffset.UtcNow.AddHours(8).ToUnixTimeSeconds()}}","resource":"https://storage.azure.com","token_type":"Bearer"}""");
        });
        await identity.StartAsync();
        // Only this test makes a managed identity, and nothing else reads these two.
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", identity.Urls.Single() + "/msi/token");
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "proof");
        try
        {
            var account = StorageAccount.Read(new VariableReader(
                new Variables(new Dictionary<string, string> { ["AzureWebJobsStorage__accountName"] = "shop", ["WEBSITE_SITE_NAME"] = "site" }), new FaultList()))!;
            using var service = new RecordingHandler();
            using var pipeline = new StoragePipeline(account, new StoragePipelineOptions { Handler = service });
            using var store = new RowStore(new AzureTablesBackEnd(pipeline, new AzureTablesOptions("openwebui")));

            await store.GetAsync(Row, CancellationToken.None);

            Assert.Equal("Bearer managed", Assert.Single(service.Requests).Headers.Authorization!.ToString());
            var request = Assert.Single(asked);
            Assert.StartsWith("proof ", request, StringComparison.Ordinal);
            Assert.Contains("https://storage.azure.com", Uri.UnescapeDataString(request), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
            Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
        }
    }

    [Fact]
    public async Task SharedKey_OfBlobRequests_IsAcceptedByAzurite()
    {
        var azurite = await AzuriteServer.GetAsync();
        using var pipeline = new StoragePipeline(AzuriteServer.AccountOf(azurite.ConnectionString));
        var container = $"{azurite.BlobEndpoint}/pipeline{Guid.NewGuid():N}";

        Assert.Equal(201, await SendAsync(RequestMethod.Put, $"{container}?restype=container", []));
        Assert.Equal(201, await SendAsync(RequestMethod.Put, $"{container}/a%20b%2Bc/%C3%BC.txt", "hello"u8.ToArray(),
            ("x-ms-blob-type", "BlockBlob"), ("x-ms-meta-Zeta", " z "), ("x-ms-meta-alpha", "a"), ("Content-Type", "text/plain"), ("If-None-Match", "*")));
        Assert.Equal(206, await SendAsync(RequestMethod.Get, $"{container}/a%20b%2Bc/%C3%BC.txt", null, ("Range", "bytes=1-2")));
        Assert.Equal(200, await SendAsync(RequestMethod.Get, $"{container}?restype=container&comp=list&prefix=a%20b&include=metadata&maxresults=10", null));
        Assert.Equal(202, await SendAsync(RequestMethod.Delete, $"{container}?restype=container", null));

        async Task<int> SendAsync(RequestMethod method, string address, byte[]? body, params (string Name, string Value)[] headers)
        {
            using var message = pipeline.Blobs.CreateMessage();
            message.Request.Method = method;
            message.Request.Uri.Reset(new Uri(address));
            foreach (var (name, value) in headers)
            {
                message.Request.Headers.SetValue(name, value);
            }

            message.Request.Content = body is null ? null : RequestContent.Create(body);
            await pipeline.Blobs.SendAsync(message, CancellationToken.None);
            return message.Response.Status;
        }
    }

    private static StorageAccount Account(TokenCredential credential) => new(
        "shop", new Uri("https://shop.table.core.windows.net"), new Uri("https://shop.blob.core.windows.net"), new StorageCredential.Entra(new Lazy<TokenCredential>(credential)));

    private sealed class RecordingCredential : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken($"token-{Scopes.Count}", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }

    private sealed class RecordingHandler : HttpMessageHandler
    {
        public HttpStatusCode Status { get; init; } = HttpStatusCode.NotFound;

        public List<HttpRequestMessage> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Task.FromResult(new HttpResponseMessage(Status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}")) });
        }
    }
}
