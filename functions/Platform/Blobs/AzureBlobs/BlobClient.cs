using Azure.Core;
using OpenWebUi.Platform.Azure;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Platform.Blobs.AzureBlobs;

/// <summary>Sends requests to the Blob service and makes the container where it is not there yet.</summary>
internal sealed class BlobClient(StoragePipeline pipeline, AzureBlobsOptions options)
{
    private StorageAccount Account => pipeline.Account;

    private string ContainerAddress => $"{Account.BlobEndpoint.AbsoluteUri.TrimEnd('/')}/{options.Container}";

    /// <summary>A write of bytes that stand in memory, so that they can be sent again.</summary>
    public async Task<BlobAnswer> WriteAsync(
        BlobPath path, string query, ReadOnlyMemory<byte> body, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(RequestMethod.Put, AddressOf(path, query), body, headers, cancellationToken);
        if (!answer.IsContainerMissing)
        {
            return answer;
        }

        var made = await SendAsync(RequestMethod.Put, $"{ContainerAddress}?restype=container", ReadOnlyMemory<byte>.Empty, [], cancellationToken);
        return made.IsSuccess || made.Code == "ContainerAlreadyExists"
            ? await SendAsync(RequestMethod.Put, AddressOf(path, query), body, headers, cancellationToken)
            : throw Failure(made);
    }

    /// <param name="path">The blob.</param>
    /// <param name="about">The write that this settles: it bears the same id in the service's log. Else null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<BlobAnswer> PropertiesAsync(BlobPath path, BlobAnswer? about, CancellationToken cancellationToken) =>
        SendAsync(RequestMethod.Head, AddressOf(path), body: null, [], cancellationToken, about?.RequestId);

    /// <summary>An empty body, for without one the handler would itself repeat it over a connection that broke, unseen.</summary>
    public Task<BlobAnswer> DeleteAsync(BlobPath path, CancellationToken cancellationToken) =>
        SendAsync(RequestMethod.Delete, AddressOf(path), ReadOnlyMemory<byte>.Empty, [("x-ms-delete-snapshots", "include")], cancellationToken);

    /// <summary>The answer, and its body as it comes where it is a success; the caller disposes it.</summary>
    public async Task<(BlobAnswer Answer, Stream? Body)> ReadAsync(BlobPath path, BlobRange? range, CancellationToken cancellationToken)
    {
        using var message = Message(RequestMethod.Get, AddressOf(path), range is null ? [] : [("x-ms-range", range.ToHeader())]);
        message.BufferResponse = false;
        var answer = await SendAsync(message, cancellationToken);
        return (answer, answer.IsSuccess ? message.ExtractResponseContent() ?? Stream.Null : null);
    }

    /// <summary>A page of the container's blobs; an empty one where the container is not there.</summary>
    public async Task<BlobPage> ListAsync(BlobPrefix prefix, int pageSize, string? marker, CancellationToken cancellationToken)
    {
        var query = $"restype=container&comp=list&maxresults={pageSize}&prefix={Uri.EscapeDataString(prefix.Text)}"
            + (marker is null ? "" : $"&marker={Uri.EscapeDataString(marker)}");
        using var message = Message(RequestMethod.Get, $"{ContainerAddress}?{query}", []);
        var answer = await SendAsync(message, cancellationToken);
        if (answer.IsContainerMissing)
        {
            return new BlobPage([], Continuation: null);
        }

        try
        {
            return answer.IsSuccess ? BlobListXml.Read(message.Response.Content.ToStream()) : throw Failure(answer);
        }
        catch (FormatException exception)
        {
            throw BlobFailure.Unreadable(Account, StorageFailure.FirstLine(exception), exception);
        }
    }

    public StoreUnavailableException Failure(BlobAnswer answer) => BlobFailure.Of(Account, options.Container, answer);

    public StoreUnavailableException Failure(Exception exception) => BlobFailure.Of(Account, exception);

    public StoreUnavailableException Unreadable(string what) => BlobFailure.Unreadable(Account, what);

    public StoreUnavailableException Unknown(BlobPath path) => BlobFailure.Unknown(Account, path);

    /// <summary>A path has only characters that stand in a URL as they are (RFC 3986, section 2.3), and slashes.</summary>
    private string AddressOf(BlobPath path, string query = "") => $"{ContainerAddress}/{path.Text}{query}";

    private async Task<BlobAnswer> SendAsync(
        RequestMethod method, string address, ReadOnlyMemory<byte>? body, IReadOnlyList<(string Name, string Value)> headers, CancellationToken cancellationToken, string? requestId = null)
    {
        using var message = Message(method, address, headers);
        message.Request.ClientRequestId = requestId ?? message.Request.ClientRequestId;
        message.Request.Content = body is { } content ? RequestContent.Create(content) : null;
        return await SendAsync(message, cancellationToken);
    }

    private HttpMessage Message(RequestMethod method, string address, IReadOnlyList<(string Name, string Value)> headers)
    {
        var message = pipeline.Blobs.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(address));
        foreach (var (name, value) in headers)
        {
            message.Request.Headers.SetValue(name, value);
        }

        return message;
    }

    private async Task<BlobAnswer> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.Blobs.SendAsync(message, cancellationToken);
            return BlobAnswer.Of(message);
        }
        catch (Exception exception) when (StorageFailure.Is(exception, cancellationToken))
        {
            throw Failure(exception);
        }
    }
}
