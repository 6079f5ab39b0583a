using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using OpenWebUi.Platform.Hosting;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Website;

/// <summary>
/// Serves the built page from an index made at the first request: a path that is not in the index is no file, so no path
/// can leave the folder. Vite's hashed files never change; everything else is asked for anew, by ETag.
/// </summary>
internal sealed class PageFiles(HostingOptions hosting, RealtimeOptions realtime)
{
    private const string Index = "/index.html";

    private readonly PagePolicies _policies = new(realtime);

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".map"] = "application/json",
        [".webmanifest"] = "application/manifest+json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary();

    private readonly Lazy<FrozenDictionary<string, PageFile>> _files = new(() => Read(hosting.PageFolder));

    public async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var isFile = _files.Value.TryGetValue(path, out var file);
        // A hashed file that is gone belongs to an older build: the page must not stand in for a script.
        if (!isFile && (path.StartsWith("/assets/", StringComparison.Ordinal) || !_files.Value.TryGetValue(Index, out file)))
        {
            await ErrorWriter.WriteAsync(context, _files.Value.ContainsKey(Index)
                ? new(404, "not_found", "There is no such file. It may belong to an older version of the page: reload.")
                : new(404, "no_page", "The page was not built. Run 'dotnet run --project functions' from the repository, or set FRONTEND_BUILD_DIR."));
            return;
        }

        var response = context.Response;
        response.Headers.ETag = file!.Tag;
        response.Headers.Append("Vary", "Accept-Encoding");
        response.Headers.CacheControl = path.StartsWith("/assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        if (file.ContentType.StartsWith("text/html", StringComparison.Ordinal))
        {
            // Not the asked path: an unknown one is answered with the page.
            _policies.Write(response.Headers, isFile ? path : Index);
        }

        if (context.Request.Headers.IfNoneMatch.ToString().Contains(file.Tag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.ContentType;
        var (encoding, physicalPath, length) = file.Best(context.Request.Headers.AcceptEncoding.ToString());
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        response.ContentLength = length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.SendFileAsync(physicalPath, context.RequestAborted);
        }
    }

    private static FrozenDictionary<string, PageFile> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return FrozenDictionary<string, PageFile>.Empty;
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".br", StringComparison.Ordinal) && !path.EndsWith(".gz", StringComparison.Ordinal))
            .ToDictionary(
                path => "/" + Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'),
                path => PageFile.Read(path, ContentTypes.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream")));
        return files.ToFrozenDictionary();
    }

    /// <summary>One file and its compressed forms.</summary>
    /// <param name="Tag">ETag from the content; weak, because the forms share it.</param>
    private sealed record PageFile(string Path, string ContentType, string Tag, long Length, long? Brotli, long? Gzip)
    {
        public static PageFile Read(string path, string contentType)
        {
            using var stream = File.OpenRead(path);
            var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(stream).AsSpan(0, 8))}\"";
            return new(path, contentType, tag, stream.Length, LengthOf(path + ".br"), LengthOf(path + ".gz"));
        }

        public (string? Encoding, string Path, long Length) Best(string accepted)
        {
            var known = StringWithQualityHeaderValue.TryParseList([accepted], out var list) ? list : [];
            bool Takes(string name) => known.Any(e => e.Value.Equals(name, StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
            return Brotli is { } brotli && Takes("br") ? ("br", Path + ".br", brotli)
                : Gzip is { } gzip && Takes("gzip") ? ("gzip", Path + ".gz", gzip)
                : (null, Path, Length);
        }

        private static long? LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : null;
    }
}
