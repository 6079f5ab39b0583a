using Microsoft.Net.Http.Headers;
using OpenWebUi.Platform.Http;
using OpenWebUi.Services.Conversations;

namespace OpenWebUi.Files;

/// <summary>
/// <c>GET /api/v1/files/{id}/content?attachment=</c>: the bytes. Only pictures that were verified by their bytes are shown in place;
/// everything else is a download, and nothing that somebody uploaded may run here.
/// </summary>
internal sealed class FileContent(FileStore files)
{
    public async Task ReadAsync(HttpContext context, string id)
    {
        var file = await files.FileAsync(context, id);
        var headers = context.Response.Headers;
        var tag = $"\"{file.Hash}\"";
        headers.ETag = tag;
        // Never changed, and its owner's alone: whoever signs in next in this browser has other cookies.
        headers.CacheControl = "private, max-age=86400, immutable";
        headers.Vary = "Cookie, Authorization";
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await using var blob = await files.OpenAsync(FileRequest.OwnerOf(context), file.Id, context.RequestAborted) ?? throw new RefusedException(FileRequest.NotFound);
        var isShown = FileTypes.IsRaster(file.ContentType) && context.Request.Query["attachment"] != "true";
        var disposition = new ContentDispositionHeaderValue(isShown ? "inline" : "attachment");
        disposition.SetHttpFileName(file.Name);
        headers.ContentDisposition = disposition.ToString();
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Response.ContentType = file.ContentType.StartsWith("text/", StringComparison.Ordinal) ? file.ContentType + "; charset=utf-8" : file.ContentType;
        context.Response.ContentLength = blob.ContentLength;
        await blob.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
