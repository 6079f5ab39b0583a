using System.Globalization;
using System.Security;
using System.Xml;
using System.Xml.Linq;

namespace OpenWebUi.Platform.Blobs.S3;

/// <summary>An upload that was begun and is neither completed nor aborted.</summary>
internal sealed record S3Unfinished(string Key, string UploadId, DateTimeOffset InitiatedAt);

/// <summary>The XML of S3: what is read of it, and the one document that is written.</summary>
/// <remarks>
/// "ListObjectsV2", "ListMultipartUploads", "CreateMultipartUpload", "CompleteMultipartUpload", "Error responses"
/// (docs.aws.amazon.com, AmazonS3/latest/API). Services differ in the namespace, so only local names count.
/// What cannot be read is a <see cref="FormatException"/>.
/// </remarks>
internal static class S3Xml
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>A page of ListObjectsV2; keys that are no blobs of ours are passed over.</summary>
    public static BlobPage ReadPage(S3Bucket bucket, ReadOnlyMemory<byte> body)
    {
        var root = Root(body, "ListBucketResult");
        var blobs = new List<BlobEntry>();
        foreach (var item in Parts(root, "Contents"))
        {
            if (bucket.PathOf(Text(item, "Key")) is { } path)
            {
                blobs.Add(new BlobEntry(path, Number(Text(item, "Size")), Time(Text(item, "LastModified"))));
            }
        }

        return new BlobPage(blobs, IsTruncated(root) ? Text(root, "NextContinuationToken") : null);
    }

    /// <summary>A page of ListMultipartUploads, and where the next one begins; null at the end.</summary>
    public static (IReadOnlyList<S3Unfinished> Uploads, (string Key, string UploadId)? Next) ReadUploads(ReadOnlyMemory<byte> body)
    {
        var root = Root(body, "ListMultipartUploadsResult");
        var uploads = Parts(root, "Upload").Select(upload => new S3Unfinished(Text(upload, "Key"), Text(upload, "UploadId"), Time(Text(upload, "Initiated")))).ToList();
        return (uploads, IsTruncated(root) ? (Text(root, "NextKeyMarker"), Text(root, "NextUploadIdMarker")) : null);
    }

    /// <summary>The id of an upload that was begun.</summary>
    public static string ReadUploadId(ReadOnlyMemory<byte> body) => Text(Root(body, "InitiateMultipartUploadResult"), "UploadId");

    /// <summary>The error that a body holds; null for any other body.</summary>
    public static S3Error? ReadError(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.IsEmpty || Load(body) is not { Name.LocalName: "Error" } root ? null : new S3Error(Text(root, "Code"), Parts(root, "Region").FirstOrDefault()?.Value);
        }
        catch (FormatException)
        {
            // A proxy's page, or what a load balancer says: the status is all there is to know.
            return null;
        }
    }

    /// <summary>The list that completes an upload: the parts' tags as the service gave them, in order from 1.</summary>
    public static string WriteParts(IEnumerable<string> tags) =>
        $"<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{string.Concat(tags.Select((tag, index) =>
            string.Create(CultureInfo.InvariantCulture, $"<Part><PartNumber>{index + 1}</PartNumber><ETag>{SecurityElement.Escape(tag)}</ETag></Part>")))}</CompleteMultipartUpload>";

    private static XElement Load(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var bytes = new MemoryStream(body.ToArray(), writable: false);
            using var reader = XmlReader.Create(bytes, Settings);
            return XElement.Load(reader);
        }
        catch (Exception exception) when (exception is XmlException or InvalidOperationException)
        {
            throw new FormatException("it is no XML of S3", exception);
        }
    }

    private static XElement Root(ReadOnlyMemory<byte> body, string name) =>
        Load(body) is { } root && root.Name.LocalName == name ? root : throw new FormatException($"it is no {name}");

    private static IEnumerable<XElement> Parts(XElement parent, string name) => parent.Elements().Where(element => element.Name.LocalName == name);

    private static string Text(XElement parent, string name) =>
        Parts(parent, name).FirstOrDefault()?.Value ?? throw new FormatException($"a {parent.Name.LocalName} without {name}");

    private static bool IsTruncated(XElement root) => Parts(root, "IsTruncated").FirstOrDefault()?.Value == "true";

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("a length that is no number");

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
