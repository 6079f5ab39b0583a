using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenWebUi.Tests.Site;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>The whole product with its blobs in a bucket: what is uploaded lies there and comes back, and no secret is in the log or an answer.</summary>
public sealed class S3SiteTests
{
    [Fact]
    public async Task File_Uploaded_LiesInTheBucketAndComesBack()
    {
        await using var service = await S3ServiceDouble.StartAsync();
        var log = new Lines();
        await using var site = await TestSite.StartAsync(services => services.AddSingleton<ILoggerProvider>(log), Environment(service, service.Secret));
        var text = new string('x', 5_000);

        using var form = new MultipartFormDataContent { { new StringContent(text, new MediaTypeHeaderValue("text/plain")), "file", "note.txt" } };
        using var stored = await site.Client.PostAsync("/api/v1/files/", form);
        var answer = await stored.Content.ReadAsStringAsync();
        Assert.True(stored.StatusCode == HttpStatusCode.OK, answer);
        var id = JsonDocument.Parse(answer).RootElement.GetProperty("id").GetString();

        Assert.Equal(text, await site.Client.GetStringAsync($"/api/v1/files/{id}/content"));
        var key = Assert.Single(service.Bucket.Keys);
        Assert.StartsWith($"{S3ServiceDouble.Prefix}/files/", key, StringComparison.Ordinal);
        Assert.All(log.All.Append(answer), line => Assert.DoesNotContain("zq7marker", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bucket_ThatRefuses_IsAnsweredWith503AndTheLogSaysWhatToDo()
    {
        await using var service = await S3ServiceDouble.StartAsync();
        var log = new Lines();
        await using var site = await TestSite.StartAsync(services => services.AddSingleton<ILoggerProvider>(log), Environment(service, "zq7marker-wrong"));

        using var form = new MultipartFormDataContent { { new StringContent("text", new MediaTypeHeaderValue("text/plain")), "file", "note.txt" } };
        using var stored = await site.Client.PostAsync("/api/v1/files/", form);
        var answer = await stored.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, stored.StatusCode);
        Assert.Contains(log.All.Append(answer), line => line.Contains("check S3_SECRET_ACCESS_KEY", StringComparison.Ordinal));
        Assert.All(log.All.Append(answer), line => Assert.DoesNotContain("zq7marker", line, StringComparison.Ordinal));
    }

    private static (string, string)[] Environment(S3ServiceDouble service, string secret) =>
    [
        ("STORAGE_PROVIDER", "s3"), ("S3_ENDPOINT_URL", service.Endpoint), ("S3_BUCKET_NAME", S3ServiceDouble.BucketName), ("S3_REGION_NAME", S3ServiceDouble.Region),
        ("S3_ACCESS_KEY_ID", S3ServiceDouble.AccessKeyId), ("S3_SECRET_ACCESS_KEY", secret), ("S3_KEY_PREFIX", S3ServiceDouble.Prefix),
    ];

    /// <summary>Every line of the log, at every level.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
