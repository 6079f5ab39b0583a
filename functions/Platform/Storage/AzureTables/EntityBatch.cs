using System.Text;

namespace OpenWebUi.Platform.Storage.AzureTables;

/// <summary>One operation of a batch, ready to be sent; no body where the row goes.</summary>
internal sealed record EntityChange(RowKey Key, RowOperation Operation, EntityBody? Body);

/// <summary>How one operation of a batch, or the whole of it, was answered.</summary>
internal sealed record PartAnswer(int Status, string? ETag, TableError? Error);

/// <summary>An entity group transaction on the wire: one multipart body, one change set, one embedded request for each operation.</summary>
/// <remarks>"Performing entity group transactions" (learn.microsoft.com, read 2026-11); the framing is RFC 2046, section 5.1.</remarks>
internal static class EntityBatch
{
    private const string NewLine = "\r\n";

    /// <param name="changes">The operations, in order.</param>
    /// <param name="requests">Gives each its address.</param>
    /// <param name="boundary">Stands in no body: a new GUID, so that the names have the form that the service documents.</param>
    public static byte[] Write(IReadOnlyList<EntityChange> changes, TableRequests requests, Guid boundary)
    {
        using var body = new MemoryStream();
        Append($"--{Name(boundary)}{NewLine}Content-Type: multipart/mixed; boundary={ChangeSet(boundary)}{NewLine}{NewLine}");
        foreach (var change in changes)
        {
            var (method, address, ifMatch) = requests.Change(change.Key, change.Operation);
            Append($"--{ChangeSet(boundary)}{NewLine}Content-Type: application/http{NewLine}Content-Transfer-Encoding: binary{NewLine}{NewLine}");
            Append($"{method} {address.AbsoluteUri} HTTP/1.1{NewLine}");
            foreach (var (name, value) in TableRequests.Headers(ifMatch, change.Body is not null))
            {
                Append($"{name}: {value}{NewLine}");
            }

            Append(NewLine);
            if (change.Body is { } entity)
            {
                body.Write(entity.Json.Span);
            }

            Append(NewLine);
        }

        Append($"--{ChangeSet(boundary)}--{NewLine}--{Name(boundary)}--{NewLine}");
        return body.ToArray();

        void Append(string text) => body.Write(Encoding.ASCII.GetBytes(text));
    }

    /// <summary>The embedded answers, in order: one for each operation, or a single one with the error that undid all.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static IReadOnlyList<PartAnswer> Read(ReadOnlyMemory<byte> body)
    {
        var lines = Encoding.UTF8.GetString(body.Span).Split('\n');
        var answers = new List<PartAnswer>();
        for (var at = 0; at < lines.Length; at++)
        {
            if (StatusOf(lines[at]) is not { } status)
            {
                continue;
            }

            string? etag = null;
            for (at++; at < lines.Length && lines[at].Trim().Length > 0; at++)
            {
                etag = lines[at].StartsWith("ETag:", StringComparison.OrdinalIgnoreCase) ? lines[at]["ETag:".Length..].Trim() : etag;
            }

            var text = string.Join('\n', lines.Skip(at + 1).TakeWhile(line => !line.StartsWith("--", StringComparison.Ordinal)));
            answers.Add(new PartAnswer(status, etag, status >= 400 ? TableError.Read(Encoding.UTF8.GetBytes(text)) : null));
        }

        return answers.Count > 0 ? answers : throw new FormatException("the batch has no answer");
    }

    /// <summary>The boundary of the whole body.</summary>
    public static string Name(Guid boundary) => $"batch_{boundary}";

    private static string ChangeSet(Guid boundary) => $"changeset_{boundary}";

    private static int? StatusOf(string line) =>
        line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && line.Length >= 12 && int.TryParse(line.AsSpan(9, 3), out var status) ? status : null;
}
