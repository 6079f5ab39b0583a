using OpenWebUi.Platform.Configuration;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>Which bucket a start takes, where it is, and what it refuses.</summary>
public sealed class S3VariablesTests
{
    private const string Secret = "zq7marker-secret-of-the-bucket";

    private static readonly (string, string)[] Least = [("STORAGE_PROVIDER", "s3"), ("S3_BUCKET_NAME", "chats"), ("S3_ACCESS_KEY_ID", "AKIA1"), ("S3_SECRET_ACCESS_KEY", Secret)];
    private static readonly (string, string) Azurite = ("AzureWebJobsStorage", "UseDevelopmentStorage=true");
    private static readonly (string, string) UnderHost = ("FUNCTIONS_CUSTOMHANDLER_PORT", "7071");
    private static readonly (string, string) InAzure = ("WEBSITE_SITE_NAME", "site");

    [Theory]
    [InlineData("", "https://chats.s3.us-east-1.amazonaws.com")]
    [InlineData("S3_REGION_NAME=eu-central-1", "https://chats.s3.eu-central-1.amazonaws.com")]
    [InlineData("S3_REGION_NAME=cn-north-1", "https://chats.s3.cn-north-1.amazonaws.com.cn")]
    [InlineData("S3_ADDRESSING_STYLE=path", "https://s3.us-east-1.amazonaws.com/chats")]
    [InlineData("S3_BUCKET_NAME=chats.example.org", "https://s3.us-east-1.amazonaws.com/chats.example.org")]
    [InlineData("S3_USE_ACCELERATE_ENDPOINT=true", "https://chats.s3-accelerate.amazonaws.com")]
    [InlineData("S3_ENDPOINT_URL=http://127.0.0.1:9000/", "http://127.0.0.1:9000/chats")]
    [InlineData("S3_ENDPOINT_URL=https://x.example.org/storage/v1/s3", "https://x.example.org/storage/v1/s3/chats")]
    [InlineData("S3_ENDPOINT_URL=https://s3.example.org S3_ADDRESSING_STYLE=virtual", "https://chats.s3.example.org")]
    [InlineData("S3_ENDPOINT_URL=https://s3.example.org S3_ADDRESSING_STYLE=auto", "https://s3.example.org/chats")]
    public void Address_IsTheOneThatBotocoreTakes(string more, string expected) => Assert.Equal(expected, Settings(Pairs(more)).Bucket!.Address);

    [Theory]
    [InlineData("", "openwebui/a/b")]
    [InlineData("S3_KEY_PREFIX=/team/chat/", "team/chat/a/b")]
    public void Prefix_StandsBeforeEveryKey(string more, string expected)
    {
        var bucket = Settings(Pairs(more)).Bucket!;
        Assert.Equal(expected, bucket.KeyOf(new("a/b")));
        Assert.Equal("a/b", bucket.PathOf(expected)!.Text);
        Assert.Null(bucket.PathOf("x" + expected));
        Assert.Null(bucket.PathOf(expected + "/"));
    }

    [Fact]
    public void Rows_StayWhereTheyWouldBe()
    {
        Assert.Equal("SQLite /data/openwebui.db; blobs: S3 bucket chats (chats.s3.us-east-1.amazonaws.com, keys openwebui/...)", Settings(("DATA_DIR", "/data")).Shown);
        Assert.StartsWith("SQLite", Settings(Azurite).Shown, StringComparison.Ordinal);
        Assert.StartsWith("Azure Storage, account devstoreaccount1 (127.0.0.1); blobs: S3 bucket chats", Settings(Azurite, UnderHost).Shown, StringComparison.Ordinal);
        Assert.StartsWith("Azure Storage", Settings(Azurite, UnderHost, InAzure).Shown, StringComparison.Ordinal);
        Assert.Contains("does not last", Faults([.. Least, InAzure, UnderHost]), StringComparison.Ordinal);
        Assert.Null(Read([("S3_BUCKET_NAME", "chats")]).Settings.Bucket);
    }

    [Theory]
    [InlineData("S3_BUCKET_NAME", "", "S3_BUCKET_NAME")]
    [InlineData("S3_BUCKET_NAME", "a/b", "the name of a bucket")]
    [InlineData("S3_ACCESS_KEY_ID", "", "the role of a machine is not asked here")]
    [InlineData("S3_ACCESS_KEY_ID", "a b", "S3_ACCESS_KEY_ID")]
    [InlineData("S3_SECRET_ACCESS_KEY", "", "S3_SECRET_ACCESS_KEY")]
    [InlineData("S3_REGION_NAME", "eu west", "eu-central-1")]
    [InlineData("S3_KEY_PREFIX", "a//b", "what keys begin with")]
    [InlineData("S3_ADDRESSING_STYLE", "host", "auto, path or virtual")]
    [InlineData("S3_ENDPOINT_URL", "s3.example.org", "the http or https address")]
    [InlineData("S3_ENDPOINT_URL", "https://me:zq7marker@s3.example.org", "the http or https address")]
    [InlineData("S3_ENDPOINT_URL", "https://s3.example.org?zq7marker=1", "the http or https address")]
    [InlineData("S3_USE_ACCELERATE_ENDPOINT", "perhaps", "true or false")]
    public void WhatCannotBe_IsAFaultThatSaysWhatCan(string name, string value, string expected)
    {
        var faults = Faults([.. Least.Where(pair => pair.Item1 != name), (name, value)]);
        Assert.Contains(name, faults, StringComparison.Ordinal);
        Assert.Contains(expected, faults, StringComparison.Ordinal);
        Assert.DoesNotContain("zq7marker", faults, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("S3_USE_ACCELERATE_ENDPOINT=true S3_ENDPOINT_URL=https://s3.example.org")]
    [InlineData("S3_USE_ACCELERATE_ENDPOINT=true S3_ADDRESSING_STYLE=path")]
    [InlineData("S3_USE_ACCELERATE_ENDPOINT=true S3_BUCKET_NAME=chats.example.org")]
    [InlineData("S3_ADDRESSING_STYLE=virtual S3_BUCKET_NAME=chats.example.org")]
    public void WhatContradictsItself_IsAFault(string more) => Assert.NotEqual("", Faults(With(Pairs(more))));

    [Fact]
    public void Secret_IsInNoText() => Assert.DoesNotContain("zq7marker", Settings().ToString(), StringComparison.Ordinal);

    private static (string, string)[] Pairs(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => (pair.Split('=', 2)[0], pair.Split('=', 2)[1]))];

    private static (string, string)[] With((string, string)[] more) => [.. Least.Where(pair => !more.Any(other => other.Item1 == pair.Item1)), .. more];

    private static StoreSettings Settings(params (string, string)[] more)
    {
        var (settings, faults) = Read(With(more));
        Assert.Equal("", faults);
        return settings;
    }

    private static string Faults((string, string)[] environment) => Read(environment).Faults;

    private static (StoreSettings Settings, string Faults) Read((string, string)[] environment)
    {
        var faults = new FaultList();
        var settings = SiteSettings.Read(new Variables(environment.ToDictionary(e => e.Item1, e => e.Item2)), faults);
        return (settings.Store, faults.All.Count == 0 ? "" : faults.ToString());
    }
}
