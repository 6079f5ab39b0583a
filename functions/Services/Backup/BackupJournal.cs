using System.Buffers;
using System.Text.Json;

namespace OpenWebUi.Services.Backup;

/// <summary>
/// How far the backup in a folder has come. Written after every page, when what it tells of is on the disk: a backup that was killed
/// cuts its files to what stands here and goes on.
/// </summary>
/// <param name="Source">The store that is being copied, in words: another one must not go on in this folder.</param>
/// <param name="StartedAt">Becomes the manifest's time.</param>
/// <param name="Done">Tables that are whole, in order.</param>
/// <param name="Part">The file that is being written; null between two.</param>
/// <param name="BlobCount">Blobs that are whole.</param>
/// <param name="BlobBytes">Their bytes.</param>
internal sealed record BackupJournal(string Source, DateTimeOffset StartedAt, IReadOnlyList<TableEntry> Done, PartFile? Part, long BlobCount, long BlobBytes)
{
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", BackupForm.Version);
            json.WriteNumber("schema", StoreSchema.Current);
            json.WriteString("source", Source);
            json.WriteString("startedAt", StartedAt.UtcDateTime);
            json.WriteStartArray("done");
            foreach (var table in Done)
            {
                BackupJson.Write(json, table);
            }

            json.WriteEndArray();
            if (Part is { } part)
            {
                json.WriteStartObject("part");
                json.WriteString("file", part.File);
                json.WriteNumber("lines", part.Lines);
                json.WriteNumber("bytes", part.Bytes);
                json.WriteString("continuation", part.Continuation);
                json.WriteEndObject();
            }

            json.WriteNumber("blobCount", BlobCount);
            json.WriteNumber("blobBytes", BlobBytes);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null for what this version does not go on with, or cannot read.</returns>
    public static BackupJournal? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != BackupForm.Version || root.GetProperty("schema").GetInt64() != StoreSchema.Current)
            {
                return null;
            }

            var part = root.TryGetProperty("part", out var json)
                ? new PartFile(json.GetProperty("file").GetString()!, json.GetProperty("lines").GetInt64(), json.GetProperty("bytes").GetInt64(), json.GetProperty("continuation").GetString())
                : null;
            return new(
                root.GetProperty("source").GetString()!, root.GetProperty("startedAt").GetDateTimeOffset(),
                [.. root.GetProperty("done").EnumerateArray().Select(BackupJson.ReadTable)],
                part, root.GetProperty("blobCount").GetInt64(), root.GetProperty("blobBytes").GetInt64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>A file of lines that is being written.</summary>
/// <param name="File">Its name in the backup.</param>
/// <param name="Lines">How many of its lines count.</param>
/// <param name="Bytes">How long they are.</param>
/// <param name="Continuation">Where the store goes on; null at its beginning.</param>
internal sealed record PartFile(string File, long Lines, long Bytes, string? Continuation);
