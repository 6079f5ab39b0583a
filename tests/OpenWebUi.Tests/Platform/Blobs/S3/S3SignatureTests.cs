using OpenWebUi.Platform.Blobs.S3;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>
/// The four examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk" (docs.aws.amazon.com,
/// AmazonS3/latest/API/sig-v4-header-based-auth.html), with their key, which is nobody's.
/// </summary>
public sealed class S3SignatureTests
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly S3Credential Example = new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    [Fact]
    public void GetObject_WithRange_AsTheDocumentation() => Assert.Equal(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        Sign("GET", "/test.txt", [], [("Range", "bytes=0-9")]));

    [Fact]
    public void PutObject_WithABody_AsTheDocumentation() => Assert.EndsWith(
        "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        Sign("PUT", "/test%24file.text", [], [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")], S3Signature.HashOf("Welcome to Amazon S3."u8)),
        StringComparison.Ordinal);

    [Fact]
    public void GetLifecycle_WithAnEmptyParameter_AsTheDocumentation() => Assert.EndsWith(
        "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", Sign("GET", "/", [("lifecycle", "")], []), StringComparison.Ordinal);

    [Fact]
    public void ListObjects_WithParameters_AsTheDocumentationInAnyOrder()
    {
        const string signature = "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        Assert.EndsWith(signature, Sign("GET", "/", [("max-keys", "2"), ("prefix", "J")], []), StringComparison.Ordinal);
        Assert.EndsWith(signature, Sign("GET", "/", [("prefix", "J"), ("max-keys", "2")], []), StringComparison.Ordinal);
    }

    [Fact]
    public void Query_EscapesAllButUnreservedCharacters() =>
        Assert.Equal("a=%2B%2F%3D&b%20c=%C3%A4-._~&uploads=", S3Signature.QueryOf([("uploads", ""), ("b c", "ä-._~"), ("a", "+/=")]));

    [Fact]
    public void Header_SpacesWithinAndAround_CountAsOneAndNone() => Assert.Equal(
        Sign("PUT", "/a", [], [("content-type", "text/plain; name=\"x y\"")]), Sign("PUT", "/a", [], [("Content-Type", " text/plain;   name=\"x  y\"  ")]));

    private static string Sign(string method, string path, (string, string)[] query, (string, string)[] more, string hash = Empty) => S3Signature.Authorization(
        Example, "us-east-1", method, path, query, [("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"), ("x-amz-content-sha256", hash), .. more]);
}
