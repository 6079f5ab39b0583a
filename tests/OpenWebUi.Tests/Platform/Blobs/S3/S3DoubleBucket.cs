using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace OpenWebUi.Tests.Platform.Blobs.S3;

/// <summary>An answer of <see cref="S3DoubleBucket"/>.</summary>
internal sealed record S3DoubleAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public static S3DoubleAnswer Xml(int status, string body) => new(status, [("Content-Type", "application/xml")], Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body));

    public static S3DoubleAnswer Error(int status, string code, string more = "") => Xml(status, $"<Error><Code>{code}</Code><Message>...</Message>{more}</Error>");

    public static S3DoubleAnswer Empty(int status, params (string Name, string Value)[] headers) => new(status, headers, []);
}

/// <summary>One bucket in memory: what "Amazon S3 API Reference" says of the operations that we use. Each is done at one moment, as in S3 since December 2020.</summary>
internal sealed class S3DoubleBucket
{
    private const string Namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Stored> objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Upload> uploads = [];

    /// <summary>S3 takes 5 MiB; tests do not want to send so much.</summary>
    public int LeastPartBytes { get; init; } = 1_000;

    /// <summary>The status for a request with <c>If-None-Match</c>, of a service that does not know it; 0: it is known.</summary>
    public int ConditionRefusal { get; set; }

    /// <summary>As services did that never heard of the header.</summary>
    public bool IgnoresConditions { get; set; }

    /// <summary>What unfinished uploads seem to be older by.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>Uploads that are neither completed nor aborted.</summary>
    public IReadOnlyList<string> Unfinished
    {
        get
        {
            lock (gate)
            {
                return [.. uploads.Values.Select(upload => upload.Key)];
            }
        }
    }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (gate)
            {
                return [.. objects.Keys];
            }
        }
    }

    public S3DoubleAnswer Serve(HttpRequest request, string? key, byte[] body)
    {
        lock (gate)
        {
            var upload = request.Query["uploadId"].ToString();
            return (request.Method, key) switch
            {
                ("GET", null) when request.Query.ContainsKey("uploads") => ListUploads(request),
                ("GET", null) when request.Query["list-type"] == "2" => List(request),
                ("HEAD" or "GET", not null) => Get(request, key),
                ("PUT", not null) when upload != "" => AddPart(upload, int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture), body),
                ("PUT", not null) => Put(request, key, new Stored(body, Headers(request), DateTimeOffset.UtcNow)),
                ("POST", not null) when request.Query.ContainsKey("uploads") => Begin(request, key),
                ("POST", not null) when upload != "" => Complete(request, upload, body),
                ("DELETE", not null) when upload != "" => uploads.Remove(upload) ? S3DoubleAnswer.Empty(204) : S3DoubleAnswer.Error(404, "NoSuchUpload"),
                ("DELETE", not null) => Delete(key),
                _ => S3DoubleAnswer.Error(405, "MethodNotAllowed"),
            };
        }
    }

    private static (string Name, string Value)[] Headers(HttpRequest request) =>
        [.. request.Headers.Where(header => header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) || header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (header.Key, header.Value.ToString()))];

    private S3DoubleAnswer Get(HttpRequest request, string key)
    {
        if (!objects.TryGetValue(key, out var stored))
        {
            return S3DoubleAnswer.Error(404, "NoSuchKey");
        }

        (string, string)[] headers = [("ETag", stored.ETag), ("Last-Modified", stored.At.ToString("R")), ("Accept-Ranges", "bytes"), .. stored.Headers];
        var length = stored.Bytes.Length;
        if (request.Headers.Range.ToString() is not { Length: > 0 } range)
        {
            return new(200, headers, stored.Bytes);
        }

        var ends = range["bytes=".Length..].Split('-');
        var from = long.Parse(ends[0]);
        var to = ends[1] == "" ? length - 1 : Math.Min(long.Parse(ends[1]), length - 1);
        return from >= length ? S3DoubleAnswer.Error(416, "InvalidRange") : new(206, [.. headers, ("Content-Range", $"bytes {from}-{to}/{length}")], stored.Bytes[(int)from..(int)(to + 1)]);
    }

    private S3DoubleAnswer? Forbid(HttpRequest request, string key)
    {
        var isConditional = request.Headers.IfNoneMatch == "*" && !IgnoresConditions;
        return isConditional && ConditionRefusal > 0 ? S3DoubleAnswer.Error(ConditionRefusal, "NotImplemented")
            : isConditional && objects.ContainsKey(key) ? S3DoubleAnswer.Error(412, "PreconditionFailed") : null;
    }

    private S3DoubleAnswer Put(HttpRequest request, string key, Stored stored)
    {
        if (Forbid(request, key) is { } refusal)
        {
            return refusal;
        }

        objects[key] = stored;
        return S3DoubleAnswer.Empty(200, ("ETag", stored.ETag));
    }

    /// <summary>204 whether it was there or not.</summary>
    private S3DoubleAnswer Delete(string key)
    {
        objects.Remove(key);
        return S3DoubleAnswer.Empty(204);
    }

    private S3DoubleAnswer Begin(HttpRequest request, string key)
    {
        var id = Guid.NewGuid().ToString("N") + "+/=";
        uploads[id] = new Upload(key, Headers(request), DateTimeOffset.UtcNow, []);
        return S3DoubleAnswer.Xml(200, $"<InitiateMultipartUploadResult {Namespace}><Bucket>b</Bucket><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    }

    private S3DoubleAnswer AddPart(string id, int number, byte[] body)
    {
        if (!uploads.TryGetValue(id, out var upload))
        {
            return S3DoubleAnswer.Error(404, "NoSuchUpload");
        }

        upload.Parts[number] = body;
        return S3DoubleAnswer.Empty(200, ("ETag", Stored.TagOf(body)));
    }

    private S3DoubleAnswer Complete(HttpRequest request, string id, byte[] body)
    {
        if (!uploads.TryGetValue(id, out var upload))
        {
            return S3DoubleAnswer.Error(404, "NoSuchUpload");
        }

        if (Forbid(request, upload.Key) is { } refusal)
        {
            return refusal;
        }

        var listed = XElement.Parse(Encoding.UTF8.GetString(body)).Elements()
            .Select(part => part.Elements().ToDictionary(e => e.Name.LocalName, e => e.Value)).Select(part => (Number: int.Parse(part["PartNumber"]), Tag: part["ETag"])).ToList();
        if (listed.Count == 0 || listed.Any(part => !upload.Parts.TryGetValue(part.Number, out var bytes) || Stored.TagOf(bytes) != part.Tag))
        {
            return S3DoubleAnswer.Error(400, "InvalidPart");
        }

        if (!listed.Select(part => part.Number).Order().SequenceEqual(listed.Select(part => part.Number)))
        {
            return S3DoubleAnswer.Error(400, "InvalidPartOrder");
        }

        if (listed.SkipLast(1).Any(part => upload.Parts[part.Number].Length < LeastPartBytes))
        {
            return S3DoubleAnswer.Error(400, "EntityTooSmall");
        }

        var stored = new Stored([.. listed.SelectMany(part => upload.Parts[part.Number])], upload.Headers, DateTimeOffset.UtcNow);
        objects[upload.Key] = stored;
        uploads.Remove(id);
        return S3DoubleAnswer.Xml(200, $"<CompleteMultipartUploadResult {Namespace}><Key>{upload.Key}</Key><ETag>{WebUtility.HtmlEncode(stored.ETag)}</ETag></CompleteMultipartUploadResult>");
    }

    private S3DoubleAnswer List(HttpRequest request)
    {
        var prefix = request.Query["prefix"].ToString();
        var after = request.Query["continuation-token"].ToString() is { Length: > 0 } token ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : "";
        var most = int.TryParse(request.Query["max-keys"], out var asked) ? Math.Min(asked, 1_000) : 1_000;
        var found = objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(o.Key, after) > 0).Take(most + 1).ToList();
        var page = found.Take(most).ToList();
        var next = found.Count > most ? $"<NextContinuationToken>{Convert.ToBase64String(Encoding.UTF8.GetBytes(page[^1].Key))}</NextContinuationToken>" : "";
        return S3DoubleAnswer.Xml(200, $"<ListBucketResult {Namespace}><Name>b</Name><Prefix>{prefix}</Prefix><KeyCount>{page.Count}</KeyCount><IsTruncated>{(next == "" ? "false" : "true")}</IsTruncated>{next}"
            + string.Concat(page.Select(o => $"<Contents><Key>{WebUtility.HtmlEncode(o.Key)}</Key><LastModified>{Moment(o.Value.At)}</LastModified><ETag>{WebUtility.HtmlEncode(o.Value.ETag)}</ETag><Size>{o.Value.Bytes.Length}</Size></Contents>"))
            + "</ListBucketResult>");
    }

    /// <summary>Two a page, so that pages are needed.</summary>
    private S3DoubleAnswer ListUploads(HttpRequest request)
    {
        var (key, id) = (request.Query["key-marker"].ToString(), request.Query["upload-id-marker"].ToString());
        var found = uploads.Where(u => u.Value.Key.StartsWith(request.Query["prefix"].ToString(), StringComparison.Ordinal))
            .OrderBy(u => u.Value.Key, StringComparer.Ordinal).ThenBy(u => u.Key, StringComparer.Ordinal)
            .Where(u => key == "" || string.CompareOrdinal(u.Value.Key, key) > 0 || (u.Value.Key == key && string.CompareOrdinal(u.Key, id) > 0)).Take(3).ToList();
        var page = found.Take(2).ToList();
        return S3DoubleAnswer.Xml(200, $"<ListMultipartUploadsResult {Namespace}><Bucket>b</Bucket><IsTruncated>{(found.Count > 2 ? "true" : "false")}</IsTruncated>"
            + (found.Count > 2 ? $"<NextKeyMarker>{page[^1].Value.Key}</NextKeyMarker><NextUploadIdMarker>{page[^1].Key}</NextUploadIdMarker>" : "")
            + string.Concat(page.Select(u => $"<Upload><Key>{u.Value.Key}</Key><UploadId>{u.Key}</UploadId><Initiated>{Moment(u.Value.At - Age)}</Initiated></Upload>"))
            + "</ListMultipartUploadsResult>");
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed record Upload(string Key, (string Name, string Value)[] Headers, DateTimeOffset At, Dictionary<int, byte[]> Parts);

    private sealed record Stored(byte[] Bytes, (string Name, string Value)[] Headers, DateTimeOffset At)
    {
        public string ETag => TagOf(Bytes);

        [SuppressMessage("Security", "CA5351", Justification = "S3's own tags are MD5.")]
        public static string TagOf(byte[] bytes) => $"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"";
    }
}
