using System.Text.Json.Nodes;
using OpenWebUi.Platform.Storage;
using OpenWebUi.Services.Access;

namespace OpenWebUi.Services.Conversations;

/// <summary>A tag as chats bear it, in Open WebUI's form: lower case, with <c>_</c> for spaces.</summary>
internal readonly record struct TagId(string Text)
{
    public const int MaxChars = 64;

    /// <summary>Of one chat.</summary>
    public const int MaxTags = 30;

    /// <summary>Asks for chats without a tag, so it names none.</summary>
    public static readonly TagId None = new("none");

    /// <summary>Null for what is no tag: nothing, too long, with control characters, or <c>none</c>.</summary>
    public static TagId? Of(string name)
    {
        var id = new TagId(string.Join('_', name.Trim().ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return id.Text.Length is 0 or > MaxChars || id == None || id.Text.Any(char.IsControl) ? null : id;
    }

    /// <summary>The tags in a chat's <c>meta</c>.</summary>
    public static IReadOnlyList<TagId> In(string? meta) => meta is null ? []
        : [.. (ExtraJson.Read(meta)["tags"] as JsonArray ?? []).OfType<JsonValue>()
            .Select(tag => tag.TryGetValue<string>(out var text) ? Of(text) : null).OfType<TagId>().Distinct().Take(MaxTags)];

    /// <summary>A chat's <c>meta</c> with other tags.</summary>
    public static string? Into(string? meta, IEnumerable<TagId> tags)
    {
        var fields = ExtraJson.Read(meta);
        var list = new JsonArray([.. tags.Select(tag => (JsonNode)tag.Text)]);
        if (list.Count == 0)
        {
            fields.Remove("tags");
        }
        else
        {
            fields["tags"] = list;
        }

        return ExtraJson.Write(fields);
    }

    public override string ToString() => Text;
}

/// <summary>A tag with the name under which it was first written.</summary>
internal sealed record Tag(TagId Id, string Name);

/// <summary>
/// The names of an owner's tags. Which tags there are, the lines of the lists say: a row without a chat is removed when somebody looks, and
/// a tag without a row has its id for a name.
/// </summary>
internal sealed class TagStore(RowStore rows, ChatStore chats)
{
    /// <summary>What keeps a tag's name, in the batch that gives it to a chat.</summary>
    public static RowOperation Keep(Tag tag) =>
        new RowOperation.Put(ChatRows.Tag(tag.Id), new() { ["Id"] = tag.Id.Text, ["Name"] = tag.Name }, PutCondition.Always);

    /// <summary>The tags that some chat bears, by name: a query for the names, and one for each 1,000 chats.</summary>
    public async Task<IReadOnlyList<Tag>> ListAsync(OwnerId owner, CancellationToken cancellation)
    {
        // The names first: one that is given in between is changed by it, so that it is not removed below.
        var named = await NamesAsync(owner, cancellation);
        var used = new HashSet<TagId>();
        await foreach (var line in chats.ListAllAsync(owner, ChatRows.Lists, cancellation))
        {
            used.UnionWith(line.Tags);
        }

        foreach (var (row, tag) in named.Where(entry => !used.Contains(entry.Tag.Id)))
        {
            await rows.DeleteAsync(row.Key, DeleteCondition.IfMatch(row.ETag), cancellation);
        }

        return [.. WithNames(used, named).OrderBy(tag => tag.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The tags of one chat, in its order.</summary>
    public async Task<IReadOnlyList<Tag>> NamedAsync(OwnerId owner, IReadOnlyList<TagId> ids, CancellationToken cancellation) =>
        ids.Count == 0 ? [] : WithNames(ids, await NamesAsync(owner, cancellation));

    private static List<Tag> WithNames(IEnumerable<TagId> ids, List<(StoredRow Row, Tag Tag)> named)
    {
        var names = named.ToDictionary(entry => entry.Tag.Id, entry => entry.Tag);
        return [.. ids.Select(id => names.GetValueOrDefault(id) ?? new(id, id.Text.Replace('_', ' ')))];
    }

    private async Task<List<(StoredRow Row, Tag Tag)>> NamesAsync(OwnerId owner, CancellationToken cancellation)
    {
        var named = new List<(StoredRow, Tag)>();
        await foreach (var row in rows.QueryAllAsync(ChatRows.Table, owner.Text, RowRange.Prefix(ChatRows.Tags), cancellation))
        {
            named.Add((row, new(new(row.Properties.GetText("Id") ?? ""), row.Properties.GetText("Name") ?? "")));
        }

        return named;
    }
}
