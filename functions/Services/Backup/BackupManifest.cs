using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Backup;

/// <summary>The rows of a table, as a file.</summary>
/// <param name="Sha256">Of the file, in small hexadecimal digits.</param>
internal sealed record TableEntry(string Table, long Rows, long Bytes, string Sha256);

/// <summary>The blobs.</summary>
/// <param name="Bytes">Of all blobs together.</param>
/// <param name="Sha256">Of <see cref="BackupForm.Blobs"/>, in which the hash of each blob stands.</param>
internal sealed record BlobsEntry(long Count, long Bytes, string Sha256)
{
    public static readonly BlobsEntry None = new(0, 0, Convert.ToHexStringLower(SHA256.HashData([])));
}

/// <summary>What is in a backup. It is written last: a backup without one was not finished.</summary>
/// <param name="Schema">What the rows mean: <see cref="StoreSchema"/>.</param>
/// <param name="Product">The version of the program that wrote it.</param>
/// <param name="Tables">By the bytes of their names; none without rows.</param>
internal sealed record BackupManifest(long Schema, string Product, DateTimeOffset CreatedAt, IReadOnlyList<TableEntry> Tables, BlobsEntry Blobs)
{
    /// <summary>More than any manifest has: there are a dozen tables.</summary>
    public const int MaxBytes = 1024 * 1024;

    public long Rows => Tables.Sum(table => table.Rows);

    /// <summary>SHA-256 of the lines <c>{file} {sha256}</c> of all tables, then the blobs' list: the same content has the same, whichever store it is in.</summary>
    public string ContentSha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(
        Tables.Select(table => $"{BackupForm.Rows(table.Table)} {table.Sha256}\n").Append($"{BackupForm.Blobs} {Blobs.Sha256}\n")))));

    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("format", BackupForm.Name);
            json.WriteNumber("version", BackupForm.Version);
            json.WriteNumber("schema", Schema);
            json.WriteString("product", Product);
            json.WriteString("createdAt", CreatedAt.UtcDateTime);
            json.WriteStartArray("tables");
            foreach (var table in Tables)
            {
                BackupJson.Write(json, table);
            }

            json.WriteEndArray();
            json.WriteStartObject("blobs");
            json.WriteNumber("count", Blobs.Count);
            json.WriteNumber("bytes", Blobs.Bytes);
            json.WriteString("sha256", Blobs.Sha256);
            json.WriteEndObject();
            json.WriteString("contentSha256", ContentSha256);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="json">The file.</param>
    /// <param name="place">Where it stands, for messages.</param>
    /// <exception cref="BackupException">It is none, a newer one, or broken.</exception>
    public static BackupManifest Read(ReadOnlyMemory<byte> json, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != BackupForm.Name)
            {
                throw new BackupException($"{place} is no manifest of a backup of this program.");
            }

            var (version, schema, product) = (root.GetProperty("version").GetInt32(), root.GetProperty("schema").GetInt64(), root.GetProperty("product").GetString() ?? "");
            if (version > BackupForm.Version || schema > StoreSchema.Current)
            {
                throw new BackupException(
                    $"The backup was written by version {product} (form {version}, schema {schema}), and this program reads form {BackupForm.Version} and schema {StoreSchema.Current} at most. Restore it with version {product} or a newer one.");
            }

            var blobs = root.GetProperty("blobs");
            var manifest = new BackupManifest(
                schema, product, root.GetProperty("createdAt").GetDateTimeOffset(),
                [.. root.GetProperty("tables").EnumerateArray().Select(BackupJson.ReadTable)],
                new(blobs.GetProperty("count").GetInt64(), blobs.GetProperty("bytes").GetInt64(), blobs.GetProperty("sha256").GetString() ?? ""));
            return manifest.ContentSha256 == root.GetProperty("contentSha256").GetString() ? manifest
                : throw new BackupException($"{place} is broken: its hashes do not fit together. Make the backup again.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new BackupException($"{place} is broken and cannot be read. Make the backup again.", e);
        }
    }
}

/// <summary>What manifest and journal have in common.</summary>
internal static class BackupJson
{
    public static void Write(Utf8JsonWriter json, TableEntry table)
    {
        json.WriteStartObject();
        json.WriteString("table", table.Table);
        json.WriteNumber("rows", table.Rows);
        json.WriteNumber("bytes", table.Bytes);
        json.WriteString("sha256", table.Sha256);
        json.WriteEndObject();
    }

    /// <exception cref="ArgumentException">The name is no table's: it stands in a path.</exception>
    public static TableEntry ReadTable(JsonElement json)
    {
        var table = json.GetProperty("table").GetString() ?? "";
        RowKey.CheckTable(table);
        return new(table, json.GetProperty("rows").GetInt64(), json.GetProperty("bytes").GetInt64(), json.GetProperty("sha256").GetString() ?? "");
    }

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
