using System.Collections.Frozen;
using OpenWebUi.Services.Realtime;

namespace OpenWebUi.Website;

/// <summary>
/// What each document may load and run: the page, and the documents of the sandboxed frames in which it shows what it does
/// not trust (static-web/frames/). Tested to no violation with the page: see static-web/README.md.
/// </summary>
internal sealed class PagePolicies(RealtimeOptions realtime)
{
    /// <summary>
    /// <c>frame-src</c> also holds what a frame may be navigated to, by itself or by a link in it: to nothing of another site.
    /// </summary>
    private readonly string _page =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
        + $"connect-src 'self'{(realtime.Service is { } service ? " " + service.Origins : "")}; worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html dompurify worker-url service-worker-url";

    /// <summary><c>sandbox</c> makes their origin opaque even where somebody opens one by its address.</summary>
    private const string Frame =
        "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; ";

    private static readonly FrozenDictionary<string, string> Frames = new Dictionary<string, string>
    {
        ["/frames/diagram.html"] = Frame + "script-src 'self'; img-src data:",
        ["/frames/preview.html"] = Frame + "script-src 'self'; img-src data:; font-src data:; media-src data:",
        // Only after the reader's click: what runs there has no network, no storage, no page around it.
        ["/frames/preview-live.html"] = Frame + "script-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src data: blob:; font-src data:; media-src data: blob:",
        // Only after the reader's click on one image's button.
        ["/frames/image.html"] = Frame + "script-src 'self'; img-src http: https:",
    }.ToFrozenDictionary();

    /// <summary>Writes the headers for the document at this path of the built page.</summary>
    public void Write(IHeaderDictionary headers, string path)
    {
        headers.ContentSecurityPolicy = Frames.GetValueOrDefault(path, _page);
        if (Frames.ContainsKey(path))
        {
            headers.XFrameOptions = "SAMEORIGIN";
        }
    }
}
