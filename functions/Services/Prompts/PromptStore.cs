using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Prompts;

/// <summary>
/// Prompts as rows: an owner's own in the partition of the owner, shared ones in <c>site</c>. So a list is two queries however many people
/// there are, and a command is unique among a person's own and among the shared ones; a person's own comes first.
/// </summary>
internal sealed class PromptStore(RowStore rows)
{
    private const string Table = "Prompts";
    private const string Site = "site";

    /// <summary>The owner's own, in no order that means anything.</summary>
    public Task<IReadOnlyList<Prompt>> OwnAsync(OwnerId owner, CancellationToken cancellation) => ReadAsync(owner.Text, cancellation);

    /// <summary>What anybody shares with anybody.</summary>
    public Task<IReadOnlyList<Prompt>> SharedAsync(CancellationToken cancellation) => ReadAsync(Site, cancellation);

    public Task<Prompt?> GetOwnAsync(OwnerId owner, string command, CancellationToken cancellation) => GetAsync(Key(owner.Text, command), cancellation);

    public Task<Prompt?> GetSharedAsync(string command, CancellationToken cancellation) => GetAsync(Key(Site, command), cancellation);

    /// <summary>Puts it over the version that it bears, or as a new one. False when somebody else was first, or another has the command.</summary>
    public async Task<bool> PutAsync(Prompt prompt, CancellationToken cancellation) =>
        await rows.PutAsync(KeyOf(prompt), Properties(prompt), prompt.Version.Value is null ? PutCondition.IfAbsent : PutCondition.IfMatch(prompt.Version), cancellation)
            is PutOutcome.Stored;

    /// <summary>Safe to repeat.</summary>
    public Task DeleteAsync(Prompt prompt, CancellationToken cancellation) => rows.DeleteAsync(KeyOf(prompt), DeleteCondition.Always, cancellation);

    /// <summary>Two prompts that cannot be there both.</summary>
    public static bool HaveOnePlace(Prompt a, Prompt b) => KeyOf(a) == KeyOf(b);

    /// <summary>Takes away what an owner who is gone kept to itself. What it shared stays with the site, and administrators look after it. Safe to repeat.</summary>
    public async Task RemoveOfAsync(OwnerId owner, CancellationToken cancellation)
    {
        while (await rows.QueryAsync(Table, owner.Text, RowRange.All, RowLimits.MaxBatchOperations, null, cancellation) is { Rows: { Count: > 0 } page })
        {
            // A batch fails where another instance was faster; then there is less to remove.
            _ = await rows.BatchAsync(Table, owner.Text, [.. page.Select(row => new RowOperation.Delete(row.Key.Row, DeleteCondition.Always))], cancellation);
        }
    }

    private static RowKey KeyOf(Prompt prompt) => Key(prompt.IsPrivate ? prompt.Owner.Text : Site, prompt.Command);

    /// <summary>Commands are any letters, keys are not.</summary>
    private static RowKey Key(string partition, string command) =>
        new(Table, partition, Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(command.ToLowerInvariant()))));

    private async Task<Prompt?> GetAsync(RowKey key, CancellationToken cancellation) =>
        await rows.GetAsync(key, cancellation) is { } row ? Read(row) : null;

    private async Task<IReadOnlyList<Prompt>> ReadAsync(string partition, CancellationToken cancellation)
    {
        var all = new List<Prompt>();
        await foreach (var row in rows.QueryAllAsync(Table, partition, RowRange.All, cancellation))
        {
            all.Add(Read(row));
        }

        return all;
    }

    private static RowProperties Properties(Prompt prompt) => new()
    {
        ["Command"] = prompt.Command,
        ["Title"] = prompt.Title,
        ["Content"] = prompt.Content,
        ["Readers"] = prompt.Readers is { } readers ? Text(readers) : null,
        ["Owner"] = prompt.Owner.Text,
        ["UpdatedAt"] = prompt.UpdatedAt,
    };

    private static Prompt Read(StoredRow row)
    {
        var properties = row.Properties;
        return new(
            properties.GetText("Command") ?? "", properties.GetText("Title") ?? "", properties.GetText("Content") ?? "",
            Readers.OfStored(properties.GetText("Readers")), new(properties.GetText("Owner") ?? ""), properties.GetTime("UpdatedAt") ?? default, row.ETag);
    }

    private static string Text(Readers readers)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Readers.Write(json, readers);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
