using OpenWebUi.Platform.Storage;

namespace OpenWebUi.Services.Conversations;

/// <summary>A folder of chats: a row of its owner's.</summary>
/// <param name="Name">Not empty, at most <see cref="MaxNameChars"/>, unique in its parent, whatever the case.</param>
/// <param name="ParentId">Null at the top. A parent that is gone counts as none.</param>
internal sealed record Folder(FolderId Id, string Name, FolderId? ParentId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const int MaxNameChars = 100;

    /// <summary>Of <see cref="Data"/> and of <see cref="Meta"/>, in UTF-16 units each.</summary>
    public const int MaxJsonUnits = 60_000;

    /// <summary>How many an owner has at most: they are read in one query.</summary>
    public const int MaxFolders = 500;

    /// <summary>How many stand in one another at most.</summary>
    public const int MaxDepth = 8;

    public bool IsExpanded { get; init; }

    /// <summary>Open WebUI's <c>data</c> (system_prompt, files): a JSON object, or null for none.</summary>
    public string? Data { get; init; }

    /// <summary>Open WebUI's <c>meta</c> (icon): a JSON object, or null for none.</summary>
    public string? Meta { get; init; }

    public ETag ETag { get; init; }

    /// <summary>What a model is told before the system prompt of a chat that lies here; null for nothing.</summary>
    public string? SystemPrompt => ExtraJson.Text(ExtraJson.Read(Data), "system_prompt") is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    public static Folder Of(StoredRow row)
    {
        var p = row.Properties;
        return new(
            new(row.Key.Row[(row.Key.Row.IndexOf('.', StringComparison.Ordinal) + 1)..]), p.GetText("Name") ?? "",
            p.GetText("ParentId") is { } parent ? new(parent) : null, p.GetTime("CreatedAt") ?? default, p.GetTime("UpdatedAt") ?? default)
        {
            IsExpanded = p.GetBoolean("IsExpanded") ?? false,
            Data = LongText.Read(p, "Data"),
            Meta = LongText.Read(p, "Meta"),
            ETag = row.ETag,
        };
    }

    public RowProperties ToRow()
    {
        var row = new RowProperties
        {
            ["Name"] = Name,
            ["ParentId"] = ParentId?.Text,
            ["IsExpanded"] = IsExpanded,
            ["CreatedAt"] = CreatedAt,
            ["UpdatedAt"] = UpdatedAt,
        };
        LongText.Write(row, "Data", Data);
        LongText.Write(row, "Meta", Meta);
        return row;
    }
}
