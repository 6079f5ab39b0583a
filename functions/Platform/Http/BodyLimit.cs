using Microsoft.AspNetCore.Http.Metadata;

namespace OpenWebUi.Platform.Http;

/// <summary>The largest body that a route takes, in bytes. Routing hands it to Kestrel; a larger body is 413.</summary>
internal sealed class BodyLimit(long maxBytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => maxBytes;
}
