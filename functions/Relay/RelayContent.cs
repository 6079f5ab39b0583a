using System.Net;

namespace OpenWebUi.Relay;

/// <summary>The caller's body in one attempt at one provider.</summary>
internal sealed class RelayContent : HttpContent
{
    private readonly RelayBody _body;
    private readonly byte[] _name;
    private readonly (long At, int Length) _span;
    private readonly long? _length;

    public RelayContent(RelayBody body, byte[] name, (long At, int Length) span, long? length)
    {
        (_body, _name, _span, _length) = (body, name, span, length);
        Headers.TryAddWithoutValidation("Content-Type", body.ContentType);
        Headers.ContentLength = length;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _body.CopyToAsync(stream, _name, _span, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }
}
