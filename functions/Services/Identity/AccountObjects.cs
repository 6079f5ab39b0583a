using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Identity;

/// <summary>One of the free objects that an account keeps for its clients.</summary>
/// <param name="Property">Of the row.</param>
/// <param name="MaxBytes">Of its JSON in UTF-8.</param>
internal sealed record AccountObject(string Property, int MaxBytes)
{
    /// <summary>What a page remembers of its person's choices.</summary>
    public static readonly AccountObject Settings = new("Settings", 48 * 1024);

    /// <summary>What clients of Open WebUI note, such as a place.</summary>
    public static readonly AccountObject Info = new("Info", 8 * 1024);
}

/// <summary>The free objects of accounts, in one row beside each: an account is read every few seconds, these when a page opens.</summary>
internal sealed class AccountObjects(RowStore rows)
{
    private const int MaxAttempts = 20;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON of an object in UTF-8; an empty one where nothing was kept yet.</summary>
    public async Task<ReadOnlyMemory<byte>> GetAsync(UserId user, AccountObject which, CancellationToken cancellation) =>
        (await rows.GetAsync(Key(user), cancellation))?.Properties.GetBytes(which.Property) ?? "{}"u8.ToArray();

    /// <summary>Puts the members of an object over those that are kept; members that it does not name stay, as in Open WebUI.</summary>
    /// <returns>What is kept now, or null when that would be larger than <see cref="AccountObject.MaxBytes"/>: nothing was changed.</returns>
    /// <exception cref="InvalidOperationException">The object holds what is no text: half a surrogate pair, or bytes that are not UTF-8.</exception>
    public async Task<ReadOnlyMemory<byte>?> MergeAsync(UserId user, AccountObject which, JsonElement changes, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var row = await rows.GetAsync(Key(user), cancellation);
            var merged = Merge(row?.Properties.GetBytes(which.Property), changes);
            if (merged.Length > which.MaxBytes)
            {
                return null;
            }

            var properties = new RowProperties();
            foreach (var (name, value) in row?.Properties ?? [])
            {
                properties[name] = value;
            }

            properties[which.Property] = (ReadOnlyMemory<byte>?)merged;
            var condition = row is null ? PutCondition.IfAbsent : PutCondition.IfMatch(row.ETag);
            if (await rows.PutAsync(Key(user), properties, condition, cancellation) is PutOutcome.Stored)
            {
                return merged;
            }
        }

        throw new StoreUnavailableException("The settings of an account are being changed by too many at once. Try again.");
    }

    private static RowKey Key(UserId user) => AccountRows.Key(AccountRows.Objects(user));

    private static ReadOnlyMemory<byte> Merge(ReadOnlyMemory<byte>? before, JsonElement changes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            // The last one of a name counts.
            var changed = changes.EnumerateObject().GroupBy(member => member.Name, (name, same) => (Name: name, same.Last().Value)).ToList();
            json.WriteStartObject();
            if (before is { } bytes)
            {
                using var kept = JsonDocument.Parse(bytes);
                foreach (var member in kept.RootElement.EnumerateObject().Where(member => changed.TrueForAll(c => c.Name != member.Name)))
                {
                    member.WriteTo(json);
                }
            }

            foreach (var (name, value) in changed)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
